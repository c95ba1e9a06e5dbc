import { useTranslations } from "next-intl";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { PageHead } from "@/app/_components/ui/page-head";
import { Note } from "@/app/_components/ui/note";

/** For roles that have nothing to do with money. */
export function NoRight() {
  const t = useTranslations("invoices");
  return (
    <ConsolePage crumbs={[{ label: t("crumb") }]}>
      <PageHead title={t("noRight")} />
      <Note kind="wait" actions={<ButtonLink size="sm" href="/applications">{t("toApplications")}</ButtonLink>}>
        {t("noRightText")}
      </Note>
    </ConsolePage>
  );
}
