import { describe, expect, it } from "vitest";
import { contractPackageSchema } from "@/lib/templates/client";
import { fieldsOf, packageOf } from "./contract-fields";

const token = { name: "Harbour", symbol: "HBR", initialSupply: "1000", owner: `0x${"11".repeat(20)}` };

describe("a contract package in the wizard", () => {
  it.each([
    { kind: "template", template: "erc20", parameters: token },
    { kind: "template", template: "evidence-notary", parameters: {} },
    { kind: "own", name: "Mine", abi: "[{", bytecode: "0x60", constructorArguments: ["1", "abc"] },
  ])("comes back as it was stored, also half-typed: $kind $template", (stored) => {
    expect(packageOf(fieldsOf(stored))).toEqual(stored);
  });

  it("is what the schema takes, once it is complete", () => {
    expect(contractPackageSchema.safeParse(packageOf(fieldsOf({ kind: "template", template: "erc20", parameters: token }))).success).toBe(true);
  });

  it("shows a stored ABI as text again", () => {
    const fields = fieldsOf({ kind: "own", name: "Mine", abi: [{ type: "receive" }], bytecode: "0x", constructorArguments: [] });
    expect(JSON.parse(fields.own.abi)).toEqual([{ type: "receive" }]);
  });

  it("begins empty with nothing, or with what it does not know", () => {
    for (const stored of [null, undefined, 7, [], { kind: "template", template: "gone" }, { kind: "own", constructorArguments: [{}] }]) {
      expect(() => fieldsOf(stored)).not.toThrow();
    }
    expect(packageOf(fieldsOf(null))).toBeNull();
  });
});
