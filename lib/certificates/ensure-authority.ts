import { createPublicKey } from 'node:crypto';
import { recordAuditEvent } from '@/lib/audit';
import { assert, createId, getDb, type Tx } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import { createPrivateKey256, createSerial, publicKeyOf, readCertificate, signCertificate } from '@/lib/x509';
import { openIssuer, sealAuthorityKey } from './authority-key';
import { lifetimes } from './lifetimes';
import type { RevocationsView } from './queries';
import { toRevocationsUrl } from './revocations-url';
import { isListDue, newRevocationList, signNewList } from './revocation-list';

/** How the authority stands now. */
export interface AuthorityStanding {
  /** Made by this very call. */
  created: boolean;
  /** The intermediate that signs now. */
  intermediateId: string;
  /** The current revocation lists. */
  lists: RevocationsView['lists'];
}

/**
 * Makes root and intermediate at the first start, a new intermediate a year before the old one ends, and a new list for
 * each authority whose list grows old. Idempotent, also by several processes at once; costs one read when nothing is due.
 */
export async function ensureAuthority({ nowMs = Date.now() }: { nowMs?: number } = {}): Promise<AuthorityStanding> {
  const before = await findRows(getDb(), nowMs);
  if (isComplete(before, nowMs)) return { created: false, ...standingOf(before) };
  return getDb().$transaction(async (tx) => {
    // Two set-ups at once would make two roots.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('certificate-authority'))`;
    const present = await findRows(tx, nowMs);
    const rootId = present.find(({ kind }) => kind === 'ROOT')?.id ?? (await createAuthority(tx, { kind: 'ROOT', nowMs }));
    if (!hasLastingIntermediate(present, nowMs)) await createAuthority(tx, { kind: 'INTERMEDIATE', issuerId: rootId, nowMs });
    for (const { id, revocationsUntil } of present) if (isListDue(revocationsUntil, nowMs)) await signNewList(tx, id, nowMs);
    return { created: present.length === 0, ...standingOf(await findRows(tx, nowMs)) };
  });
}

const columns = { id: true, kind: true, notAfter: true, keyIdentifier: true, revocationsNumber: true, revocationsUntil: true } as const;
type Row = Prisma.CertificateAuthorityGetPayload<{ select: typeof columns }>;

/** Authorities that have not ended, the one that ends last first. */
function findRows(tx: Pick<Tx, 'certificateAuthority'>, nowMs: number): Promise<Row[]> {
  return tx.certificateAuthority.findMany({ where: { notAfter: { gt: new Date(nowMs) } }, select: columns, orderBy: [{ notAfter: 'desc' }, { id: 'desc' }] });
}

function standingOf(rows: readonly Row[]): Omit<AuthorityStanding, 'created'> {
  const intermediate = rows.find(({ kind }) => kind === 'INTERMEDIATE');
  assert(intermediate, 'there is an intermediate');
  return { intermediateId: intermediate.id, lists: rows.map(({ keyIdentifier, revocationsNumber }) => ({ authority: keyIdentifier, number: Number(revocationsNumber) })) };
}

function isComplete(rows: readonly Row[], nowMs: number): boolean {
  return rows.some(({ kind }) => kind === 'ROOT') && hasLastingIntermediate(rows, nowMs) && !rows.some(({ revocationsUntil }) => isListDue(revocationsUntil, nowMs));
}

function hasLastingIntermediate(rows: readonly Row[], nowMs: number): boolean {
  const root = rows.find(({ kind }) => kind === 'ROOT');
  return rows.some(
    ({ kind, notAfter }) =>
      kind === 'INTERMEDIATE' &&
      // In the root's last year none can last longer than the root itself.
      (notAfter.getTime() - nowMs > lifetimes.intermediateRenewMs || notAfter.getTime() === root?.notAfter.getTime()),
  );
}

interface CreateAuthority {
  kind: 'ROOT' | 'INTERMEDIATE';
  issuerId?: string;
  nowMs: number;
}

async function createAuthority(tx: Tx, { kind, issuerId, nowMs }: CreateAuthority): Promise<string> {
  const issuerRow = issuerId === undefined ? undefined : await tx.certificateAuthority.findUniqueOrThrow({ where: { id: issuerId } });
  assert((kind === 'ROOT') === (issuerRow === undefined), 'an intermediate has an issuer, a root has none');
  const id = createId('authority', nowMs);
  const privateKey = createPrivateKey256();
  const notAfterMs = nowMs + (kind === 'ROOT' ? lifetimes.rootMs : lifetimes.intermediateMs);
  const certificate = signCertificate({
    profile: { kind: kind === 'ROOT' ? 'root' : 'intermediate' },
    subject: `Chainworks ${kind === 'ROOT' ? 'root' : 'intermediate'} ${id}`,
    publicKey: publicKeyOf(createPublicKey(privateKey)),
    issuer: issuerRow ? openIssuer('certificate-authority', issuerRow) : { privateKey },
    serial: createSerial(),
    notBeforeMs: nowMs - lifetimes.skewMs,
    notAfterMs: Math.min(notAfterMs, issuerRow?.notAfter.getTime() ?? notAfterMs),
    ...(issuerRow ? { revocationsUrl: toRevocationsUrl(issuerRow.id) } : {}),
  });
  const facts = readCertificate(certificate);
  assert(facts.keyIdentifier !== undefined, 'an authority’s certificate carries its key identifier');
  await tx.certificateAuthority.create({
    data: {
      id,
      kind,
      issuerId: issuerId ?? null,
      certificate,
      keyIdentifier: facts.keyIdentifier,
      privateKeyCiphertext: sealAuthorityKey({ kind: 'certificate-authority', id }, privateKey),
      notBefore: new Date(facts.notBeforeMs),
      notAfter: new Date(facts.notAfterMs),
      ...newRevocationList({ certificate, privateKey }, { previousNumber: 0, revoked: [], nowMs }),
    },
  });
  await recordAuditEvent(tx, {
    actor: { kind: 'SYSTEM' },
    action: 'authority.create',
    subject: { type: 'authority', id },
    details: { kind, serial: facts.serial, notAfter: new Date(facts.notAfterMs).toISOString(), ...(issuerId === undefined ? {} : { issuerId }) },
  });
  return id;
}
