import { useTranslations } from "next-intl";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { PageHead } from "@/app/_components/ui/page-head";
import { Sheet } from "@/app/_components/ui/sheet";
import { Skeleton } from "@/app/_components/ui/skeleton";

export default function InvoicesLoading() {
  const t = useTranslations("invoices");
  return (
    <ConsolePage crumbs={[{ label: t("crumb") }]}>
      <PageHead title={t("crumb")} />
      <Sheet label={t("crumb")}>
        <Skeleton lines={6} label={t("loading")} />
      </Sheet>
    </ConsolePage>
  );
}
