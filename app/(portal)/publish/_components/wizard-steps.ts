import { draftSteps, type DraftStep } from "@/lib/applications/client";

/** The way to a running sub-chain as the publisher walks it: the draft's steps, then the payment. */
export const wizardSteps = [...draftSteps, "pay"] as const;
export type WizardStep = (typeof wizardSteps)[number];

export function stepPath(applicationId: string, step: WizardStep): string {
  return `/publish/${applicationId}/${step}`;
}

export function isDraftStep(text: string): text is DraftStep {
  return draftSteps.some((step) => step === text);
}

/** The draft's step after this one; undefined after the last, which submits. */
export function nextStep(step: DraftStep): Exclude<DraftStep, "basics"> | undefined {
  const [, ...later] = draftSteps;
  return later[draftSteps.indexOf(step)];
}

export function previousStep(step: DraftStep): DraftStep | undefined {
  return draftSteps[draftSteps.indexOf(step) - 1];
}
