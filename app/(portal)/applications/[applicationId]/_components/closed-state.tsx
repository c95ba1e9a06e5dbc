import { useTranslations } from "next-intl";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Note } from "@/app/_components/ui/note";
import { Time } from "@/app/_components/ui/time";
import { ApplicationFacts } from "./application-facts";
import { ApplicationFrame } from "./application-frame";
import type { StateProps } from "./application-overview";

/** Rejected, cancelled or deleted: why, and what became of the money. */
export function ClosedState({ live }: StateProps) {
  const t = useTranslations("application.closed");
  const { application, invoice } = live.detail;
  const state = application.state === "REJECTED" || application.state === "CANCELLED" ? application.state : "DELETED";
  const closedAt = application.deletedAt ?? application.decidedAt ?? application.updatedAt;
  return (
    <ApplicationFrame
      application={application}
      title={t(`${state}.title`, { name: application.name })}
      subtitle={t.rich("when", { time: () => <Time value={closedAt} show="moment" /> })}
      actions={<ButtonLink href="/publish">{t("again")}</ButtonLink>}
    >
      {application.stateReason ? (
        <Note kind={state === "REJECTED" ? "wait" : "info"} title={t(`${state}.why`)}>
          {application.stateReason}
        </Note>
      ) : null}
      {invoice ? <Note kind="info">{t(`money.${invoice.state}`)}</Note> : null}
      <ApplicationFacts detail={live.detail} />
    </ApplicationFrame>
  );
}
