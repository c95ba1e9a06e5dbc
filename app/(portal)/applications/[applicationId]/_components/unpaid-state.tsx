import { useTranslations } from "next-intl";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Note } from "@/app/_components/ui/note";
import { ApplicationFacts } from "./application-facts";
import { ApplicationFrame } from "./application-frame";
import type { StateProps } from "./application-overview";
import { CancelButton } from "./cancel-button";
import { payPath } from "./publish-path";

export function UnpaidState({ live, rights }: StateProps) {
  const t = useTranslations("application.unpaid");
  const { application, invoice } = live.detail;
  return (
    <ApplicationFrame
      application={application}
      title={t("title", { name: application.name })}
      subtitle={t("subtitle")}
      actions={
        <>
          {rights.submit ? <CancelButton application={application} paid={false} /> : null}
          {rights.pay ? (
            <ButtonLink href={payPath(application.id)} look="primary">
              {t("pay")}
            </ButtonLink>
          ) : null}
        </>
      }
    >
      <ApplicationFacts detail={live.detail} />
      {invoice?.book === "TEST" ? <Note kind="info">{t("test")}</Note> : null}
      {rights.pay ? null : <Note kind="wait">{t("noRight")}</Note>}
    </ApplicationFrame>
  );
}
