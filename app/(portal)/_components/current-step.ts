import type { OperationStepView, OperationView } from "@/lib/operations/client";

/** The step that an operation stands at: the first one that is not done; undefined once it has succeeded. */
export function currentStepOf(operation: OperationView): OperationStepView | undefined {
  return operation.state === "SUCCEEDED" ? undefined : operation.steps.find((step) => step.state !== "DONE");
}
