import type { OperationView } from "@/lib/operations/client";

const kinds: Readonly<Record<string, "provision" | "delete">> = { "sub-chain.provision": "provision", "sub-chain.delete": "delete" };

/** Key of the words for a kind of operation. */
export function operationKindOf(operation: Pick<OperationView, "kind">): "provision" | "delete" | "other" {
  return kinds[operation.kind] ?? "other";
}
