import type { Caller } from '@/lib/access-keys';
import { AppError } from '@/lib/platform';
import { blockReferenceSchema, type BlockView } from './client';
import { blockAnswerSchema, blockToView } from './ethereum-answers';
import { openLedgerReader } from './open-ledger-reader';

/**
 * One block by height (decimal digits) or hash.
 * @throws AppError NOT_FOUND (application or block), FORBIDDEN, CONFLICT, UNAVAILABLE
 */
export async function getBlock(caller: Caller, applicationId: string, reference: string): Promise<BlockView> {
  const parsed = blockReferenceSchema.safeParse(reference);
  const reader = await openLedgerReader(caller, applicationId);
  if (!parsed.success) throw noSuchBlock();
  const block = parsed.data.startsWith('0x')
    ? await reader.read('eth_getBlockByHash', [parsed.data, true], blockAnswerSchema.nullable())
    : await reader.read('eth_getBlockByNumber', [`0x${Number(parsed.data).toString(16)}`, true], blockAnswerSchema.nullable());
  if (!block) throw noSuchBlock();
  return blockToView(block);
}

function noSuchBlock(): AppError<'NOT_FOUND'> {
  return new AppError('NOT_FOUND', { subject: 'block' }, { publicMessage: 'This sub-chain has no such block.' });
}
