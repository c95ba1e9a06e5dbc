import type { Caller } from '@/lib/access-keys';
import type { BlockSummary, LedgerPage, TransactionSummary } from './client';
import { blockAnswerSchema, blockToSummary, blockToView, heightAnswerSchema } from './ethereum-answers';
import { openLedgerReader, type LedgerReader } from './open-ledger-reader';

const blocksMax = 25;

export interface LedgerPageInput {
  /** Blocks from this height downward; absent: from the newest. */
  from?: number;
  /** 1 to 25, default 10. */
  limit?: number;
}

/**
 * The newest blocks and the transactions in them, newest first.
 * @throws AppError NOT_FOUND, FORBIDDEN, CONFLICT (no sub-chain yet), UNAVAILABLE (its city node is away)
 */
export async function getLedgerPage(caller: Caller, applicationId: string, input: LedgerPageInput = {}): Promise<LedgerPage> {
  const reader = await openLedgerReader(caller, applicationId);
  const height = await reader.read('eth_blockNumber', [], heightAnswerSchema);
  const limit = Math.min(Math.max(input.limit ?? 10, 1), blocksMax);
  const from = Math.min(input.from ?? height, height);
  return { height, ...(await readBlocks(reader, from, limit)) };
}

async function readBlocks(reader: LedgerReader, from: number, limit: number): Promise<{ blocks: BlockSummary[]; transactions: TransactionSummary[] }> {
  const heights = Array.from({ length: Math.min(limit, from + 1) }, (_, index) => from - index);
  const blocks = await Promise.all(heights.map((height) => reader.read('eth_getBlockByNumber', [`0x${height.toString(16)}`, true], blockAnswerSchema)));
  return { blocks: blocks.map(blockToSummary), transactions: blocks.flatMap((block) => blockToView(block).transactions.toReversed()) };
}
