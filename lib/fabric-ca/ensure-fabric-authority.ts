import { createPublicKey } from 'node:crypto';
import { recordAuditEvent, type AuditEntry } from '@/lib/audit';
import { openIssuer, sealAuthorityKey } from '@/lib/certificates';
import { assert, createId, getDb, isUniqueViolation, type Tx } from '@/lib/platform';
import { commonNameLengthMax, createPrivateKey256, createSerial, publicKeyOf, readCertificate, signCertificate, type Issuer } from '@/lib/x509';
import { lifetimes } from './limits';
import { fabricNamesOf } from './names';

/** An organisation's authority as its row says, without the key. */
export interface Authority {
  id: string;
  organisationId: string;
  caName: string;
  mspId: string;
  /** DER. */
  certificate: Uint8Array;
  keyIdentifier: string;
  notBefore: Date;
  notAfter: Date;
}

const columns = { id: true, organisationId: true, caName: true, mspId: true, certificate: true, keyIdentifier: true, notBefore: true, notAfter: true } as const;

export interface EnsureFabricAuthority {
  organisationId: string;
  actor?: AuditEntry['actor'];
  requestId?: string | undefined;
}

/**
 * The organisation's authority, made at the first call: a root of its own, for whoever is certified by a root is a member of
 * the organisation. Idempotent, also by several calls at once.
 * @throws Error when there is no such organisation
 */
export async function ensureFabricAuthority(input: EnsureFabricAuthority, { nowMs = Date.now() }: { nowMs?: number } = {}): Promise<Authority> {
  const present = await findAuthorityOf(input.organisationId);
  if (present) return present;
  for (let attempt = 0; ; attempt++) {
    try {
      return await getDb().$transaction((tx) => create(tx, input, { nowMs, attempt }));
    } catch (error) {
      if (!isUniqueViolation(error) || attempt === 3) throw error;
      // Another call made it, or an organisation of the same name was faster.
      const made = await findAuthorityOf(input.organisationId);
      if (made) return made;
    }
  }
}

export function findAuthorityOf(organisationId: string): Promise<Authority | null> {
  return getDb().fabricAuthority.findUnique({ where: { organisationId }, select: columns });
}

export function findAuthorityNamed(caName: string): Promise<Authority | null> {
  return getDb().fabricAuthority.findUnique({ where: { caName }, select: columns });
}

/** The authority with this key identifier (hexadecimal digits), as its certificates name it. */
export function findAuthorityOfKey(keyIdentifier: string): Promise<Authority | null> {
  return getDb().fabricAuthority.findUnique({ where: { keyIdentifier }, select: columns });
}

/** Opens the authority's key, for as long as something is signed. */
export async function openFabricIssuer(tx: Pick<Tx, 'fabricAuthority'>, authorityId: string): Promise<Issuer> {
  const row = await tx.fabricAuthority.findUniqueOrThrow({ where: { id: authorityId }, select: { id: true, certificate: true, privateKeyCiphertext: true } });
  return openIssuer('fabric-authority', row);
}

async function create(tx: Tx, { organisationId, actor = { kind: 'SYSTEM' }, requestId }: EnsureFabricAuthority, { nowMs, attempt }: { nowMs: number; attempt: number }): Promise<Authority> {
  const organisation = await tx.organisation.findUniqueOrThrow({ where: { id: organisationId }, select: { name: true } });
  const id = createId('fabricAuthority', nowMs);
  const names = await chooseNames(tx, { name: organisation.name, id, isMarked: attempt > 0 });
  const privateKey = createPrivateKey256();
  const certificate = signCertificate({
    profile: { kind: 'root', pathLength: 0 },
    subject: { organisation: partOfName(organisation.name), commonName: names.caName },
    publicKey: publicKeyOf(createPublicKey(privateKey)),
    issuer: { privateKey },
    serial: createSerial(),
    notBeforeMs: nowMs - lifetimes.skewMs,
    notAfterMs: nowMs + lifetimes.rootMs,
  });
  const { keyIdentifier, notBeforeMs, notAfterMs, serial } = readCertificate(certificate);
  assert(keyIdentifier !== undefined, 'an authority’s certificate carries its key identifier');
  const row = await tx.fabricAuthority.create({
    data: {
      id,
      organisationId,
      ...names,
      certificate,
      keyIdentifier,
      privateKeyCiphertext: sealAuthorityKey({ kind: 'fabric-authority', id }, privateKey),
      notBefore: new Date(notBeforeMs),
      notAfter: new Date(notAfterMs),
    },
    select: columns,
  });
  const subject = { type: 'fabric-authority', id };
  await recordAuditEvent(tx, { actor, organisationId, action: 'fabric-authority.create', subject, details: { ...names, serial, notAfter: new Date(notAfterMs).toISOString() }, requestId });
  return row;
}

async function chooseNames(tx: Tx, { name, id, isMarked }: { name: string; id: string; isMarked: boolean }): Promise<{ caName: string; mspId: string }> {
  const plain = fabricNamesOf(name);
  const taken = isMarked || (await tx.fabricAuthority.findFirst({ where: { OR: [{ caName: plain.caName }, { mspId: plain.mspId }] }, select: { id: true } })) !== null;
  return taken ? fabricNamesOf(name, id.slice(-6)) : plain;
}

/** A name of an organisation in a certificate has room for 64 characters. */
function partOfName(name: string): string {
  return [...name].slice(0, commonNameLengthMax / 2).join('');
}
