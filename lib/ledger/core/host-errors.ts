import { LedgerError } from './errors';
import type { Damage } from './storage';
import type { ChainId } from './types';

const DAMAGE_ADVICE = 'Other peers could not put it right: restore the directory from a backup, or remove the peers concerned and let them catch up.';

export function damaged({ file, offset, what, advice = DAMAGE_ADVICE }: Damage, more: string): LedgerError<'storage-corrupt'> {
  return new LedgerError('storage-corrupt', { file, offset, what }, `${what}: file ${file}, offset ${offset}${more}. ${advice}`);
}

export function unknown(chain: ChainId): LedgerError<'chain-unknown'> {
  return new LedgerError('chain-unknown', { chain }, `No peer of ${chain} lives in this city node.`);
}

export function away(chain: ChainId): LedgerError<'peer-away'> {
  return new LedgerError('peer-away', { chain, retryAfterMs: 1_000 }, `The peer of ${chain} goes to another process of its city node; try again in a moment.`);
}

export function closing(): LedgerError<'closing'> {
  return new LedgerError('closing', {}, 'The city node is shutting down; try again in a moment.');
}
