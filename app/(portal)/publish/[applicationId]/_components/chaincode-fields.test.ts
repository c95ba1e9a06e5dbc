import { describe, expect, it } from "vitest";
import { checkDraft } from "@/lib/applications/client";
import { chaincodeOf, packageOfChaincode } from "./chaincode-fields";

const content = { name: "a", description: "", framework: "fabric", frameworkVersion: "2.5", cityNodes: ["SIN"], finality: null };

describe("the chaincode of a draft", () => {
  it("is kept as it was typed, and begins with the name that Fabric's samples expect", () => {
    expect(chaincodeOf(null)).toEqual({ template: undefined, name: "basic" });
    const typed = { template: "evidence-notary", name: "my note" } as const;
    expect(chaincodeOf(packageOfChaincode(typed))).toEqual(typed);
    expect(packageOfChaincode({ template: undefined, name: "basic" })).toBeNull();
    expect(chaincodeOf({ kind: "template", template: "erc20", parameters: {} }).template).toBeUndefined();
    expect(chaincodeOf({ kind: "chaincode", template: "gone", name: 5 })).toEqual({ template: undefined, name: "basic" });
  });

  it("is complete with a ready chaincode and a name that Fabric takes, and no Ethereum contract stands in for it", () => {
    const missing = (contractPackage: unknown) => checkDraft({ ...content, contractPackage }).contract;
    expect(missing(packageOfChaincode({ template: "asset-transfer", name: "basic" }))).toBeUndefined();
    expect(missing(packageOfChaincode({ template: "asset-transfer", name: "my note" }))).toEqual({ "contractPackage.name": expect.stringContaining("letters and digits") });
    expect(missing(null)).toEqual({ contractPackage: "Choose a chaincode." });
    expect(missing({ kind: "template", template: "evidence-notary", parameters: {} })).toBeDefined();
    expect(checkDraft({ ...content, framework: "ethereum", frameworkVersion: "prague", contractPackage: packageOfChaincode({ template: "asset-transfer", name: "basic" }) }).contract).toBeDefined();
  });
});
