import type { LedgerHost } from '@/lib/ledger';

type StopNote = NonNullable<ReturnType<LedgerHost['peerStatus']>['stopped']>;

/** Why a peer is stopped, as a sentence to be shown. What an operator wrote stays as it is. */
export function problemOf({ by, reason }: StopNote): string {
  return by === 'operator' ? reason : `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
