// Fabric's world state on the engine's: what a chaincode reads and writes, and what becomes of it in a block.
export { checkRwset, type CheckedRwset } from './check-rwset';
export { type CollectionConfig, type CollectionsOf } from './collections';
export { commitPrivateData, type CommittedPrivate, type PrivateCommit } from './commit-private-data';
export { decodeMetadata, decodePrivateRwset, decodePrivateWrites, decodeRwset } from './decode-rwset';
export { encodeMetadata, encodePrivateRwset, encodePrivateWrites, encodeRwset } from './encode-rwset';
export { readHistory, type KeyModification, type PastTransaction, type TransactionAt } from './history';
export { type Page, type QueryIterator, type QueryResult } from './query-iterator';
export { listMissing, reconcilePrivateData, type LatePlaintext } from './reconcile-private-data';
export { parseJsonIndex, type JsonIndex } from './rich-query/json-index';
export type * from './rwset';
export { costOfRwset } from './rwset-cost';
export { Simulator, type Metadata, type SimulationResult, type SimulatorInput } from './simulator';
export { FabricStateError, type FabricStateErrorCode } from './state-error';
export { decodeHashedKey, decodePrivatePosition, hashedRange, keyHashOf, privateMissingKey, privateNameKey, privateWriteSetRange, type PrivatePosition } from './state-keys';
export { findBlockByHash, findBlockCodes, findTransaction, type TransactionPlace } from './transaction-index';
export { validateBlock, type BlockOutcome, type BlockToValidate, type BlockTransaction, type ValidatedBlock } from './validate-block';
export { decodeVersion, sameVersion, type Version, type VersionedValue } from './versioned-value';
export { readEntries, worldState, type StateItem, type WorldState } from './world-state';
