import { BASE_FEE, EMPTY_OMMERS_HASH, EMPTY_REQUESTS_HASH, EMPTY_WITHDRAWALS_ROOT, EXTRA_DATA } from '../header';
import { data, quantity } from './hex';
import type { BlockRead } from './read-context';

const ZERO_WORD = `0x${'0'.repeat(64)}`;
const ZERO_NONCE = `0x${'0'.repeat(16)}`;

/** A block as clients read it; `transactions` are hashes or objects. */
export function formatBlock(block: BlockRead, transactions: readonly unknown[]): Record<string, unknown> {
  const { header } = block;
  return {
    number: quantity(header.number),
    hash: data(block.hash),
    parentHash: data(header.parentHash),
    nonce: ZERO_NONCE,
    mixHash: data(header.prevRandao),
    sha3Uncles: data(EMPTY_OMMERS_HASH),
    logsBloom: data(header.logsBloom),
    transactionsRoot: data(header.transactionsRoot),
    stateRoot: data(header.stateRoot),
    receiptsRoot: data(header.receiptsRoot),
    miner: data(header.coinbase),
    difficulty: '0x0',
    extraData: data(EXTRA_DATA),
    size: quantity(sizeOf(block)),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    baseFeePerGas: quantity(BASE_FEE),
    withdrawalsRoot: data(EMPTY_WITHDRAWALS_ROOT),
    withdrawals: [],
    blobGasUsed: '0x0',
    excessBlobGas: '0x0',
    parentBeaconBlockRoot: ZERO_WORD,
    requestsHash: data(EMPTY_REQUESTS_HASH),
    uncles: [],
    transactions,
  };
}

/** Bytes of the block in Ethereum's encoding: [header, transactions, ommers, withdrawals]. */
function sizeOf({ headerBytes, transactions }: BlockRead): number {
  const body = transactions.reduce((sum, bytes) => sum + ((bytes[0] ?? 0) >= 0xc0 ? bytes.length : rlpLength(bytes.length)), 0);
  return rlpLength(headerBytes.length + rlpLength(body) + 2);
}

function rlpLength(payload: number): number {
  if (payload < 56) return payload + 1;
  return payload + 1 + Math.ceil(payload.toString(16).length / 2);
}
