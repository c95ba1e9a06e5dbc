import { useTranslations } from "next-intl";
import { Duration } from "@/app/_components/ui/duration";
import { PipeTimeline, type PipeStep, type PipeStepState } from "@/app/_components/ui/pipe-timeline";
import { Time } from "@/app/_components/ui/time";
import type { OperationStepView, OperationView } from "@/lib/operations/client";
import { Elapsed } from "./elapsed";
import { currentStepOf } from "./current-step";
import { operationKindOf } from "./operation-kind";

type Props = Readonly<{ operation: OperationView; large?: boolean }>;

/** The steps of an operation as a pipe: the running section says what is waited for, when the next try comes and what happens otherwise. */
export function OperationTimeline({ operation, large = false }: Props) {
  const t = useTranslations("operations");
  const current = currentStepOf(operation);
  const nameOf = (group: "step" | "plan", name: string) => {
    const key = `${group}.${name}` as "step.start";
    return t.has(key) ? t(key) : name;
  };
  const toPipeStep = (step: OperationStepView): PipeStep => {
    const state = stateOf(step, operation, current?.name);
    return {
      key: step.name,
      title: nameOf("step", step.name),
      state,
      time: step.ms !== null ? <Duration ms={step.ms} /> : state === "running" && step.startedAt ? <Elapsed since={step.startedAt} until={null} /> : undefined,
      detail: state === "done" ? (step.message ?? undefined) : nameOf("plan", step.name),
      note: state === "running" ? (hasNews(operation, step) ? <RunningNote operation={operation} step={step} /> : undefined) : state === "failed" ? (operation.error?.message ?? step.message) : undefined,
    };
  };
  return <PipeTimeline label={t("stepsLabel")} steps={operation.steps.map(toPipeStep)} large={large} />;
}

function stateOf(step: OperationStepView, operation: OperationView, currentName: string | undefined): PipeStepState {
  if (step.state === "DONE") return "done";
  if (step.name !== currentName) return "next";
  return operation.state === "FAILED" ? "failed" : "running";
}

/** Most steps take milliseconds; a box that comes and goes would only flicker. */
function hasNews(operation: OperationView, step: OperationStepView): boolean {
  return step.attempts > 1 || operation.notBefore !== null || step.message !== null || operation.state !== "RUNNING";
}

function RunningNote({ operation, step }: Readonly<{ operation: OperationView; step: OperationStepView }>) {
  const t = useTranslations("operations");
  const { notBefore } = operation;
  return (
    <div className="grid gap-1.5">
      <p className="text-ink">{step.message ?? t(operation.state === "PENDING" ? "waiting" : "working")}</p>
      {step.attempts > 0 || notBefore ? (
        <p>
          {step.attempts > 0 ? t("tries", { count: step.attempts }) : null} {notBefore ? t.rich("nextTry", { time: () => <Time value={notBefore} /> }) : null}
        </p>
      ) : null}
      {step.attempts > 1 ? <p className="text-xs">{t(`otherwise.${operationKindOf(operation)}`)}</p> : null}
    </div>
  );
}
