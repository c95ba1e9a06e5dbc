import { chaincodeTemplates } from "@/lib/templates/client";

export interface ChaincodeFields {
  template: (typeof chaincodeTemplates)[number]["id"] | undefined;
  name: string;
}

/** As Fabric's samples call it. */
const usualName = "basic";

/** Reads a stored draft, complete or half-typed, or of another framework. */
export function chaincodeOf(stored: unknown): ChaincodeFields {
  const value = typeof stored === "object" && stored !== null && "kind" in stored && stored.kind === "chaincode" ? (stored as { template?: unknown; name?: unknown }) : {};
  return {
    template: chaincodeTemplates.find(({ id }) => id === value.template)?.id,
    name: typeof value.name === "string" ? value.name : usualName,
  };
}

/** In the shape of `chaincodePackageSchema` once it is complete. */
export function packageOfChaincode({ template, name }: ChaincodeFields): Record<string, unknown> | null {
  return template === undefined ? null : { kind: "chaincode", template, name };
}
