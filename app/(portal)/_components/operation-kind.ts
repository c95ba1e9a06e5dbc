import type { OperationView } from "@/lib/operations/client";

const kinds: Readonly<Record<string, "provision" | "delete" | "change" | "move">> = { "sub-chain.provision": "provision", "sub-chain.delete": "delete", "sub-chain.change-finality": "change", "sub-chain.move-peer": "move" };

/** Key of the words for a kind of operation. */
export function operationKindOf(operation: Pick<OperationView, "kind">): "provision" | "delete" | "change" | "move" | "other" {
  return kinds[operation.kind] ?? "other";
}
