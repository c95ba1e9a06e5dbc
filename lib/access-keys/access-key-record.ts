import type { AccessKeyRecord } from '@/lib/control';
import { hashAccessKeySecret } from '@/lib/gateway';
import { getSecrets } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import type { AccessKeyView } from './client';

type Row = Prisma.AccessKeyGetPayload<Record<never, never>>;

/** What the database keeps of a secret. */
export function storedHmac(secret: string): Uint8Array<ArrayBuffer> {
  return hashAccessKeySecret(Buffer.from(getSecrets().accessKeyPepper, 'base64'), secret);
}

/** What a door must know. */
export function rowToRecord(row: Row, chain: string): AccessKeyRecord {
  return {
    id: row.id,
    chain,
    kind: row.kind === 'URL' ? 'url' : 'header',
    scope: row.scope === 'WRITE' ? 'write' : 'read',
    secretHmac: Buffer.from(row.secretHmac).toString('base64'),
    origins: row.origins,
    ...(row.expiresAt ? { expiresAtMs: row.expiresAt.getTime() } : {}),
    revoked: row.revokedAt !== null,
    version: row.version,
  };
}

export function rowToView(row: Row): AccessKeyView {
  return {
    id: row.id,
    applicationId: row.applicationId,
    label: row.label,
    kind: row.kind,
    scope: row.scope,
    origins: row.origins,
    createdById: row.createdById,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
