import { bytes, embedded, embeddedBytes, int32, message, uint64, type Decoded } from '@/lib/platform/pure/wire';

const nothing = message('Empty', {});
const specified = message('SeekSpecified', { number: uint64(1) });
export const seekPosition = message('SeekPosition', { newest: embedded(1, nothing), oldest: embedded(2, nothing), specified: embedded(3, specified), nextCommit: embedded(4, nothing) });

export type SeekPosition = Decoded<typeof seekPosition>;

/** orderer.SeekInfo.SeekBehavior. */
export const SEEK_BEHAVIORS = { BLOCK_UNTIL_READY: 0, FAIL_IF_NOT_READY: 1 } as const;

export const seekInfo = message('SeekInfo', { start: embedded(1, seekPosition), stop: embedded(2, seekPosition), behavior: int32(3), errorResponse: int32(4), contentType: int32(5) });

/** What `qscc` answers to GetTransactionByID. */
export const processedTransaction = message('ProcessedTransaction', { transactionEnvelope: embeddedBytes(1), validationCode: int32(2) });

/** What `qscc` answers to GetChainInfo. Hashes are of block headers. */
export const blockchainInfo = message('BlockchainInfo', { height: uint64(1), currentBlockHash: bytes(2), previousBlockHash: bytes(3) });
