"use client";

import { useTranslations } from "next-intl";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { Note } from "@/app/_components/ui/note";
import { Sheet } from "@/app/_components/ui/sheet";
import { OperationProgress } from "../../../_components/operation-progress";
import { OperationTimeline } from "../../../_components/operation-timeline";
import { useRefundApplication } from "../_hooks/use-refund-application";
import { useResumeApplication } from "../_hooks/use-resume-application";
import { ApplicationFacts } from "./application-facts";
import { ApplicationFrame } from "./application-frame";
import type { StateProps } from "./application-overview";

/** Why it stopped, what became of the money, and the ways on: again from where it stopped, or away with it. */
export function FailedState({ live, rights }: StateProps) {
  const t = useTranslations("application.failed");
  const errorText = useErrorText();
  const { application, operation, invoice } = live.detail;
  const resume = useResumeApplication(application.id);
  const refund = useRefundApplication(application.id);
  const owed = invoice?.state === "PAID" || invoice?.state === "REFUNDING";
  const error = resume.error ?? refund.error;
  return (
    <ApplicationFrame
      application={application}
      title={t("title", { name: application.name })}
      subtitle={invoice ? t(`money.${invoice.state}`) : t("free")}
      actions={
        <>
          {rights.pay && owed ? (
            <Button loading={refund.isPending} onClick={() => refund.mutate()}>
              {t("refund")}
            </Button>
          ) : null}
          {rights.submit ? (
            <Button look="primary" loading={resume.isPending} onClick={() => resume.mutate()}>
              {t("resume")}
            </Button>
          ) : null}
        </>
      }
    >
      <Note kind="bad" title={t("why")}>
        {application.stateReason ?? operation?.error?.message ?? t("unknown")}
      </Note>
      {error ? (
        <Note kind="bad" announce>
          {errorText(error)}
        </Note>
      ) : null}
      <ApplicationFacts detail={live.detail} />
      {operation ? (
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_350px]">
          <Sheet title={t("steps")}>
            <OperationTimeline operation={operation} />
          </Sheet>
          <OperationProgress operation={operation} foot={t("resumeText")} />
        </div>
      ) : null}
    </ApplicationFrame>
  );
}
