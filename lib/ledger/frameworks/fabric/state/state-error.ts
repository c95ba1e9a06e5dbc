export type FabricStateErrorCode =
  /** Bytes that are no read-write set, or one beyond the limits. */
  | 'rwset-malformed'
  /** A namespace, collection or key that cannot be stored. */
  | 'name-refused'
  /** The collection is not defined for the chaincode. */
  | 'collection-unknown'
  /** What was asked may not be done in this transaction any more (a write after a paged query …). */
  | 'transaction-refused'
  /** The private value here is not the one that the public hash stands for. */
  | 'private-data-stale'
  /** A rich query or its bookmark that cannot be carried out. */
  | 'query-refused'
  /** More reads, writes, results or open queries than a transaction may have. */
  | 'limit-reached'
  /** The block that wrote a value is not here (yet). */
  | 'history-missing';

/** What the world state refuses. The message is for the chaincode's author; where Fabric has one, it is Fabric's. */
export class FabricStateError extends Error {
  override readonly name = 'FabricStateError';
  constructor(
    readonly code: FabricStateErrorCode,
    message: string,
  ) {
    super(message);
  }
}
