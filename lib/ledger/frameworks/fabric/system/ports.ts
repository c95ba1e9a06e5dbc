/** Where a transaction stands and how it was judged. */
export interface LedgerTransaction {
  /** Bytes of the common.Envelope as it was ordered. */
  readonly envelope: Uint8Array;
  /** Fabric's TxValidationCode. */
  readonly code: number;
}

export interface LedgerInfo {
  /** Number of blocks. */
  readonly height: bigint;
  /** Hash of the header of the last block, and of the one before it; empty when there is none. */
  readonly currentBlockHash: Uint8Array;
  readonly previousBlockHash: Uint8Array;
}

/** Port: the channels of this city node, for the system chaincodes. Blocks are bytes of common.Block. Undefined: not there. */
export interface SystemLedger {
  /** Channels that the organisation is part of. */
  listChannels(mspId: string): Promise<readonly string[]>;
  getInfo(channelId: string): Promise<LedgerInfo | undefined>;
  getBlock(channelId: string, number: bigint): Promise<Uint8Array | undefined>;
  /** `hash` of the block's header. */
  getBlockByHash(channelId: string, hash: Uint8Array): Promise<Uint8Array | undefined>;
  getBlockByTxId(channelId: string, txId: string): Promise<Uint8Array | undefined>;
  getTransaction(channelId: string, txId: string): Promise<LedgerTransaction | undefined>;
  /** The last block with a configuration, and the bytes of its common.Config. */
  getConfigBlock(channelId: string): Promise<Uint8Array | undefined>;
  getConfig(channelId: string): Promise<Uint8Array | undefined>;
}
