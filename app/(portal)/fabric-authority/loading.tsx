import { getTranslations } from "next-intl/server";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { Sheet } from "@/app/_components/ui/sheet";
import { Skeleton } from "@/app/_components/ui/skeleton";

export default async function FabricAuthorityLoading() {
  const t = await getTranslations("fabricAuthority");
  return (
    <ConsolePage crumbs={[{ label: t("crumb") }]}>
      <Sheet title={t("authority.title")}>
        <Skeleton lines={5} />
      </Sheet>
      <Sheet title={t("identities.title")}>
        <Skeleton lines={4} />
      </Sheet>
    </ConsolePage>
  );
}
