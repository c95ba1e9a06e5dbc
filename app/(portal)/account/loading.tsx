import { getTranslations } from "next-intl/server";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { Sheet } from "@/app/_components/ui/sheet";
import { Skeleton } from "@/app/_components/ui/skeleton";

export default async function AccountLoading() {
  const t = await getTranslations("account");
  return (
    <ConsolePage crumbs={[{ label: t("crumb") }]}>
      <div className="grid gap-5 max-md:gap-3.5 lg:grid-cols-2">
        <Sheet title={t("profile.title")}>
          <Skeleton lines={4} />
        </Sheet>
        <Sheet title={t("password.title")}>
          <Skeleton lines={4} />
        </Sheet>
      </div>
      <Sheet title={t("sessions.title")}>
        <Skeleton lines={3} />
      </Sheet>
    </ConsolePage>
  );
}
