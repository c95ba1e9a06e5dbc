import { describe, expect, it } from "vitest";
import { isDraftStep, nextStep, previousStep, stepPath, wizardSteps } from "./wizard-steps";

describe("the wizard's way", () => {
  it("leads from the first step to the payment without leaving one out", () => {
    const walked: string[] = ["basics"];
    for (let step = nextStep("basics"); step; step = nextStep(step)) walked.push(step);
    expect([...walked, "pay"]).toEqual(wizardSteps);
  });

  it("leads back the same way", () => {
    expect(previousStep("basics")).toBeUndefined();
    expect(previousStep("review")).toBe("city-nodes");
  });

  it("knows a draft's step from any other word in the address", () => {
    expect(isDraftStep("contract")).toBe(true);
    expect(isDraftStep("pay")).toBe(false);
    expect(isDraftStep("constructor")).toBe(false);
    expect(stepPath("app_1", "city-nodes")).toBe("/publish/app_1/city-nodes");
  });
});
