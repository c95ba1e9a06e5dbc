import type { Tx } from '@/lib/platform';
import { signRevocationList, type Issuer, type RevocationReason, type SignRevocationList } from '@/lib/x509';
import { openIssuer } from './authority-key';
import { lifetimes } from './lifetimes';

export const reasonOf = { SUPERSEDED: 'superseded', KEY_COMPROMISE: 'keyCompromise' } as const satisfies Record<string, RevocationReason>;

export function isListDue(until: Date, nowMs: number): boolean {
  return until.getTime() - nowMs < lifetimes.revocationsRenewMs;
}

interface ListColumns {
  revocations: Uint8Array<ArrayBuffer>;
  revocationsNumber: bigint;
  revocationsFrom: Date;
  revocationsUntil: Date;
}

/** A freshly signed list as its authority's row keeps it. */
export function newRevocationList(issuer: Issuer, input: { previousNumber: number; revoked: SignRevocationList['revoked']; nowMs: number }): ListColumns {
  // By the second, so that a database restored from an old copy still makes lists above those that hosts have seen.
  const number = Math.max(input.previousNumber + 1, Math.floor(input.nowMs / 1_000));
  const thisUpdateMs = input.nowMs - lifetimes.skewMs;
  const nextUpdateMs = input.nowMs + lifetimes.revocationsMs;
  return {
    revocations: signRevocationList({ issuer, number, thisUpdateMs, nextUpdateMs, revoked: input.revoked }),
    revocationsNumber: BigInt(number),
    revocationsFrom: new Date(thisUpdateMs),
    revocationsUntil: new Date(nextUpdateMs),
  };
}

/** Replaces an authority's list by a new one of what is revoked now. Takes the authority's row for the transaction. */
export async function signNewList(tx: Tx, authorityId: string, nowMs: number): Promise<void> {
  // Not FOR UPDATE: an issuance holds the row's key already, and two of them would wait for each other.
  await tx.$queryRaw`SELECT 1 FROM "CertificateAuthority" WHERE id = ${authorityId} FOR NO KEY UPDATE`;
  const authority = await tx.certificateAuthority.findUniqueOrThrow({ where: { id: authorityId } });
  const rows = await tx.certificate.findMany({
    // RFC 5280 section 3.3: an entry stays until one list was made after its certificate ended.
    where: { authorityId, revokedAt: { not: null }, notAfter: { gt: authority.revocationsFrom } },
    select: { serial: true, revokedAt: true, revocationReason: true },
    orderBy: { serial: 'asc' },
  });
  const revoked = rows.flatMap(({ serial, revokedAt, revocationReason }) =>
    revokedAt && revocationReason ? [{ serial, atMs: revokedAt.getTime(), reason: reasonOf[revocationReason] }] : [],
  );
  const columns = newRevocationList(openIssuer('certificate-authority', authority), { previousNumber: Number(authority.revocationsNumber), revoked, nowMs });
  await tx.certificateAuthority.update({ where: { id: authorityId }, data: columns });
}
