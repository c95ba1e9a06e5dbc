/**
 * Every size of the world state. A state key of the engine has at most 1,024 bytes; namespace, collection and key
 * share them, so each has its own cap (Fabric has none, LevelDB's and CouchDB's own limits are far away).
 */
export const NAMESPACE_BYTES_MAX = 96;
export const COLLECTION_BYTES_MAX = 128;
export const KEY_BYTES_MAX = 768;

/** Serialised read-write set, public or private: a block of the engine holds as much. */
export const RWSET_BYTES_MAX = 2 * 1024 * 1024;
/** Reads, writes, hashes and results of range queries in one read-write set, all together. */
export const RWSET_ITEMS_MAX = 250_000;
/** Bytes of keys and values that one simulation may write: more would not fit. */
export const SIMULATION_WRITE_BYTES_MAX = RWSET_BYTES_MAX;
/** Iterators that one simulation may open, closed ones included: each is an entry of the read-write set. */
export const ITERATORS_MAX = 1_000;

/** Results that one query returns at most, as `ledger.state.totalQueryLimit` of Fabric's sampleconfig/core.yaml. */
export const QUERY_RESULTS_MAX = 100_000;
/** Entries and bytes of values that one rich query may look at. */
export const RICH_SCAN_ENTRIES_MAX = 100_000;
export const RICH_SCAN_BYTES_MAX = 64 * 1024 * 1024;
/** Conditions of the selector times pieces of 64 bytes of the values. */
export const RICH_SCAN_WORK_MAX = 50_000_000;
export const RICH_QUERY_BYTES_MAX = 64 * 1024;
export const RICH_QUERY_DEPTH_MAX = 32;

/** Leaves of the tree over the results of a range query, as maxDegreeQueryReadsHashing in txmgr/query_executor.go. */
export const RANGE_HASH_DEGREE = 50;
/** Entries read from the state at once. */
export const STATE_PAGE = 256;
