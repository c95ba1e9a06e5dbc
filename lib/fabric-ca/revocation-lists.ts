import { encodePem, signRevocationList, type Issuer } from '@/lib/x509';
import { lifetimes, limits } from './limits';

export interface RevokedEntry {
  serial: string;
  revokedAt: Date | null;
}

/**
 * Signs what was revoked, as PEM. Lists are made when they are asked for and kept nowhere: none can be older than its rows.
 * More than a channel takes in one list become several; readers of Fabric look into each.
 */
export function signLists(issuer: Issuer, revoked: readonly RevokedEntry[], nowMs: number): string[] {
  const parts = Math.max(1, Math.ceil(revoked.length / limits.entriesOfList));
  return Array.from({ length: parts }, (_, part) => signList(issuer, revoked.slice(part * limits.entriesOfList, (part + 1) * limits.entriesOfList), nowMs));
}

/** One list, however long. */
export function signList(issuer: Issuer, revoked: readonly RevokedEntry[], nowMs: number): string {
  const entries = revoked.map(({ serial, revokedAt }) => ({ serial, atMs: revokedAt?.getTime() ?? nowMs }));
  const times = { thisUpdateMs: nowMs - lifetimes.skewMs, nextUpdateMs: nowMs + lifetimes.listMs };
  // The second is the number: it grows, also over a database that was restored from an old copy.
  return encodePem('X509 CRL', signRevocationList({ issuer, number: Math.floor(nowMs / 1_000), ...times, revoked: entries }));
}

/** Codes of RFC 5280 section 5.3.1 by Fabric CA's words; what it does not know is unspecified, as there. */
export function reasonCodeOf(word: string): number {
  return codes[word.toLowerCase()] ?? 0;
}

export const cessationOfOperation = 5;
export const affiliationChanged = 3;
export const superseded = 4;

const codes: Readonly<Record<string, number>> = Object.assign(Object.create(null) as Record<string, number>, {
  unspecified: 0,
  keycompromise: 1,
  cacompromise: 2,
  affiliationchanged: affiliationChanged,
  superseded,
  cessationofoperation: cessationOfOperation,
  certificatehold: 6,
  removefromcrl: 8,
  privilegewithdrawn: 9,
  aacompromise: 10,
});
