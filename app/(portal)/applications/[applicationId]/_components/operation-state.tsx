"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Sheet } from "@/app/_components/ui/sheet";
import { Skeleton } from "@/app/_components/ui/skeleton";
import { applicationKeys } from "@/lib/applications/client";
import { isFinalOperation } from "@/lib/operations/client";
import { currentStepOf } from "../../../_components/current-step";
import { LiveMark } from "../../../_components/live-mark";
import { OperationProgress } from "../../../_components/operation-progress";
import { OperationTimeline } from "../../../_components/operation-timeline";
import { useOperation } from "../../../_hooks/use-operation";
import { ApplicationFacts } from "./application-facts";
import { ApplicationFrame } from "./application-frame";
import type { StateProps } from "./application-overview";

/** The sub-chain is being opened or deleted: step by step, live. */
export function OperationState({ live }: StateProps) {
  const t = useTranslations("application.operation");
  const operations = useTranslations("operations");
  const queryClient = useQueryClient();
  const { application, operation: initial } = live.detail;
  const operation = useOperation({
    operationId: initial?.id,
    ...(initial ? { initial } : {}),
    onChange: (next) => {
      if (isFinalOperation(next.state)) void queryClient.invalidateQueries({ queryKey: applicationKeys.detail(application.id) });
    },
  });
  const step = operation ? currentStepOf(operation) : undefined;
  const position = operation && step ? operations("position", { current: operation.steps.indexOf(step) + 1, total: operation.steps.length }) : "";
  return (
    <ApplicationFrame
      application={application}
      title={t(application.state === "DELETING" ? "deleting" : "opening", { name: application.name })}
      subtitle={`${position} ${operations("mayClose")}`.trim()}
    >
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_350px]">
        <Sheet title={operations("stepsLabel")} aside={<LiveMark stream={live.stream} />}>
          {operation ? <OperationTimeline operation={operation} /> : <Skeleton lines={6} />}
        </Sheet>
        {operation ? <OperationProgress operation={operation} /> : null}
      </div>
      <ApplicationFacts detail={live.detail} />
    </ApplicationFrame>
  );
}
