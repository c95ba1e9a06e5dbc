import type { NamespaceUpdates, StateUpdate } from '../protocol/block/compute-commit-hash';
import type { AppliedChange } from './apply-writes';

/** What the valid transactions of a block changed, as Fabric's commit hash wants it; of a key the last change. */
export function listUpdates(changes: Iterable<AppliedChange>): readonly NamespaceUpdates[] {
  const byNamespace = new Map<string, Map<string | undefined, StateUpdate[]>>();
  for (const { namespace, collection, name, value, version } of changes) {
    const parts = byNamespace.get(namespace) ?? new Map<string | undefined, StateUpdate[]>();
    const updates = parts.get(collection) ?? [];
    updates.push({ key: name, value, version: { block: BigInt(version.block), transaction: BigInt(version.transaction) } });
    byNamespace.set(namespace, parts.set(collection, updates));
  }
  return [...byNamespace].map(([namespace, parts]) => ({
    namespace,
    updates: parts.get(undefined) ?? [],
    collections: [...parts].flatMap(([collection, updates]) => (collection === undefined ? [] : [{ collection, updates }])),
  }));
}
