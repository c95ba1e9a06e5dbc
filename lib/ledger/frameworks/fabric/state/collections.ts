import { FabricStateError } from './state-error';

/** What the world state must know of a collection; who is a member, and may read or write, is decided elsewhere. */
export interface CollectionConfig {
  /** Blocks after which the private data and their hashes go; 0: never. */
  readonly blockToLive: number;
}

/**
 * The collections of a chaincode as of one height, by name, those included that every organisation has without asking
 * (`_implicit_org_…`); undefined when there are none.
 */
export type CollectionsOf = (namespace: string) => ReadonlyMap<string, CollectionConfig> | undefined;

/** Throws `collection-unknown`, in the words of Fabric's core/ledger/ledger_interface.go. */
export function checkCollection(collectionsOf: CollectionsOf, namespace: string, collection: string): void {
  const collections = collectionsOf(namespace);
  if (collections === undefined) {
    throw new FabricStateError(
      'collection-unknown',
      `collection config not defined for chaincode [${namespace}], pass the collection configuration upon chaincode definition/instantiation`,
    );
  }
  if (!collections.has(collection)) {
    throw new FabricStateError('collection-unknown', `collection [${collection}] not defined in the collection config for chaincode [${namespace}]`);
  }
}

/** The block with which what `committed` wrote leaves (pvtdatapolicy/btlpolicy.go); undefined: it stays. */
export function expiryOf(collectionsOf: CollectionsOf, namespace: string, collection: string, committed: number): number | undefined {
  const blockToLive = collectionsOf(namespace)?.get(collection)?.blockToLive ?? 0;
  if (blockToLive <= 0) return undefined;
  const expiry = committed + blockToLive + 1;
  return expiry <= HEIGHT_MAX ? expiry : undefined;
}

/** Heights are 48 bits wide in keys; what would go later stays. */
const HEIGHT_MAX = 2 ** 48 - 2;
