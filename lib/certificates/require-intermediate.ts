import { AppError, type Tx } from '@/lib/platform';

/** The intermediate that signs now: the newest one. @throws AppError UNAVAILABLE (retryable) before it is made */
export async function requireIntermediate(tx: Pick<Tx, 'certificateAuthority'>, nowMs: number) {
  const authority = await tx.certificateAuthority.findFirst({ where: { kind: 'INTERMEDIATE', notAfter: { gt: new Date(nowMs) } }, orderBy: [{ notAfter: 'desc' }, { id: 'desc' }] });
  if (authority) return authority;
  throw authorityMissing();
}

export function authorityMissing(): AppError<'UNAVAILABLE'> {
  return new AppError('UNAVAILABLE', { what: 'certificate authority' }, { publicMessage: 'The certificate authority is not made yet. It is made when the portal starts.' });
}
