import { BLOCK_TRANSACTIONS_MAX } from '../limits';
import { block, type BlockHeader } from '../messages';
import { hashData } from './header-hash';

/** The header over these envelopes. `previousHash`: of the header before, empty in the first block. */
export function buildHeader(number: bigint, previousHash: Uint8Array, envelopes: readonly Uint8Array[]): BlockHeader {
  return { number, previousHash, dataHash: hashData(envelopes) };
}

/** Bytes of a block; the envelopes and slots go in as they are. Throws RangeError for more transactions than a block may have. */
export function encodeBlock(header: BlockHeader, envelopes: readonly Uint8Array[], metadata: readonly Uint8Array[]): Uint8Array {
  if (envelopes.length > BLOCK_TRANSACTIONS_MAX) throw new RangeError(`at most ${BLOCK_TRANSACTIONS_MAX} transactions, not ${envelopes.length}`);
  return block.encode({ header, data: { data: envelopes }, metadata: { metadata } });
}
