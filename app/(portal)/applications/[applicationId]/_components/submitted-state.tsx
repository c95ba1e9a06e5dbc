import { useTranslations } from "next-intl";
import { PipeTimeline } from "@/app/_components/ui/pipe-timeline";
import { Sheet } from "@/app/_components/ui/sheet";
import { Time } from "@/app/_components/ui/time";
import { LiveMark } from "../../../_components/live-mark";
import { ApplicationFacts } from "./application-facts";
import { ApplicationFrame } from "./application-frame";
import type { StateProps } from "./application-overview";
import { CancelButton } from "./cancel-button";

export function SubmittedState({ live, rights }: StateProps) {
  const t = useTranslations("application.submitted");
  const { application } = live.detail;
  return (
    <ApplicationFrame
      application={application}
      title={t("title", { name: application.name })}
      subtitle={t("subtitle")}
      actions={rights.submit ? <CancelButton application={application} paid /> : undefined}
    >
      <ApplicationFacts detail={live.detail} />
      <Sheet title={t("way")} aside={<LiveMark stream={live.stream} />}>
        <PipeTimeline
          label={t("way")}
          steps={[
            { key: "submitted", title: t("sent"), state: "done", ...(application.submittedAt ? { time: <Time value={application.submittedAt} /> } : {}) },
            { key: "approval", title: t("approval"), state: "running", note: t("approvalText") },
            { key: "opening", title: t("opening"), state: "next", detail: t("openingText") },
          ]}
        />
      </Sheet>
    </ApplicationFrame>
  );
}
