import type { LedgerHost } from '@/lib/ledger';

type PeerStatus = ReturnType<LedgerHost['peerStatus']>;
type StopNote = NonNullable<PeerStatus['stopped']>;

/** Why a peer is stopped, as a sentence to be shown. What an operator wrote stays as it is. */
export function problemOf({ by, reason }: StopNote): string {
  return by === 'operator' ? reason : `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}

/** Why a running peer falls behind, as a sentence to be shown; undefined while it refuses nothing or has what there is. */
export function lagOf({ state, height, announcedHeight, lastRefusal, agreement }: PeerStatus): string | undefined {
  const silent = agreement?.position?.abstainsThrough;
  if (silent === 'unknown') return 'It lost its ledger and with it the memory of its votes: it votes for nothing until enough of the other peers have told it how far they are.';
  if (silent !== undefined) return `It lost the memory of its votes: it votes for nothing up to block ${silent}.`;
  if (state !== 'running' || lastRefusal === undefined || announcedHeight <= height) return undefined;
  return `It is behind, at block ${height} of ${announcedHeight}, and refuses the next one: ${lastRefusal}.`;
}
