import { useTranslations } from "next-intl";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { Sheet } from "@/app/_components/ui/sheet";
import { Skeleton } from "@/app/_components/ui/skeleton";

/** For lists alone: above a page of one row it would answer 200 before the row is known to be absent. */
export function AdminLoading() {
  const t = useTranslations("admin");
  return (
    <ConsolePage crumbs={[{ label: t("area") }]}>
      <h1 className="sr-only">{t("loading")}</h1>
      <Skeleton lines={2} label={t("loading")} />
      <Sheet label={t("area")}>
        <Skeleton lines={8} label={t("loading")} />
      </Sheet>
    </ConsolePage>
  );
}
