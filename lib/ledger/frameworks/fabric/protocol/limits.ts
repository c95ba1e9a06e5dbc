/**
 * Of one proposal or one transaction's envelope; a block of the engine holds 2 MiB. Fabric's own bounds are the 10 MB
 * of a batch and the 100 MB of a gRPC message.
 */
export const ENVELOPE_BYTES_MAX = 2 * 1_024 * 1_024;
/** Of one block as a message: what the engine lets into one, and its metadata. */
export const BLOCK_BYTES_MAX = 16 * 1_024 * 1_024;
/** Transactions of a block, as the engine has it. */
export const BLOCK_TRANSACTIONS_MAX = 1_000;
/** Arguments of a chaincode call. */
export const ARGUMENTS_MAX = 10_000;
/** Entries of a proposal's transient map, and of the decorations. */
export const TRANSIENT_ENTRIES_MAX = 1_000;
/** Actions that are read to say how many there are: one is allowed. */
export const ACTIONS_MAX = 100;
/** Endorsements of a transaction. */
export const ENDORSEMENTS_MAX = 200;
/** Slots of a block's metadata, and signatures in one of them. */
export const METADATA_MAX = 64;
/** Groups, values or policies of one group of a channel's configuration. */
export const CONFIG_ENTRIES_MAX = 500;
/** Addresses, capabilities, anchor peers and access rules of a configuration's value. */
export const CONFIG_VALUES_MAX = 500;
