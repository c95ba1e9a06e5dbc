"use client";

import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent } from "react";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Note } from "@/app/_components/ui/note";
import { PageHead } from "@/app/_components/ui/page-head";
import { Sheet } from "@/app/_components/ui/sheet";
import { Skeleton } from "@/app/_components/ui/skeleton";
import type { ApplicationDetail } from "@/lib/applications";
import type { OperationView } from "@/lib/operations/client";
import { OperationProgress } from "../../_components/operation-progress";
import { OperationTimeline } from "../../_components/operation-timeline";
import { useOperation } from "../../_hooks/use-operation";
import { useRunningApplication } from "../_hooks/use-running-application";
import { MinuteShell } from "./minute-shell";

type Props = Readonly<{
  operationId: string;
  applicationId: string;
  initial: OperationView | undefined;
  onRunning: (detail: ApplicationDetail) => void;
}>;

/** While it opens: every step live. */
export function OpeningView({ operationId, applicationId, initial, onRunning }: Props) {
  const t = useTranslations("minute");
  const operation = useOperation({ operationId, initial });
  const failed = operation?.state === "FAILED";
  const path = `/applications/${applicationId}`;
  // It runs from here on; the mail that follows keeps nobody waiting.
  const published = operation?.steps.some((step) => step.name === "publish-endpoint" && step.state === "DONE") ?? false;
  const running = useRunningApplication(applicationId, published);
  const tell = useEffectEvent(onRunning);
  useEffect(() => {
    if (running) tell(running);
  }, [running]);

  return (
    <MinuteShell consoleHref={path}>
      <PageHead large title={t(failed ? "failed.title" : "opening.title")} subtitle={t(failed ? "failed.text" : "opening.text")} />
      {failed ? (
        <Note
          kind="bad"
          announce
          actions={
            <ButtonLink size="sm" href={path}>
              {t("failed.action")}
            </ButtonLink>
          }
        >
          {operation.error?.message}
        </Note>
      ) : null}
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_350px]">
        <Sheet title={t("opening.steps")}>{operation ? <OperationTimeline operation={operation} /> : <Skeleton lines={7} />}</Sheet>
        {operation ? <OperationProgress operation={operation} /> : null}
      </div>
    </MinuteShell>
  );
}
