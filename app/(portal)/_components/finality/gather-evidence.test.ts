import { describe, expect, it } from "vitest";
import { gatherEvidence } from "./gather-evidence";

const deed = { culprit: "JNB", height: 7, round: 0, kind: "precommit" as const, hashes: ["a", "b"] as [string, string], timeMs: 1_000 };
const rules = { finality: "byzantine" as const, validators: 4, quorum: 3 };
const peer = (city: string, evidence: (typeof deed)[]) => ({ city, agreement: { ...rules, evidence } });

describe("gatherEvidence", () => {
  it("tells one deed once, with everybody who saw it, and the newest deed first", () => {
    const later = { ...deed, height: 9, timeMs: 2_000 };
    const gathered = gatherEvidence([peer("Paris", [deed]), peer("Singapore", [{ ...deed, timeMs: 1_500 }, later]), { city: "Tokyo", agreement: null }]);
    expect(gathered.map(({ height, seenBy }) => [height, seenBy])).toEqual([[9, ["Singapore"]], [7, ["Paris", "Singapore"]]]);
  });
});
