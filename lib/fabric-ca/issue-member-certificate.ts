import { createPublicKey } from 'node:crypto';
import type { AuditEntry } from '@/lib/audit';
import { AppError, getDb } from '@/lib/platform';
import { createPrivateKey256, encodePem, hashPublicKey, publicKeyOf, type HostAddresses } from '@/lib/x509';
import { withOwnAttributes, type Attribute } from './attributes';
import { ensureFabricAuthority, type Authority } from './ensure-fabric-authority';
import { FabricCaError } from './fabric-ca-error';
import { findIdentity, type Identity } from './identity-record';
import { issueTo, type IssuedMemberCertificate } from './issue-to';
import { lifetimes } from './limits';
import { enrollmentIdSchema } from './names';
import { readCsr } from './read-csr';
import { insertIdentity } from './register-identity';

export type MemberType = 'client' | 'admin' | 'peer' | 'orderer';

export interface IssueMemberCertificate {
  organisationId: string;
  enrollmentId: string;
  type: MemberType;
  /** PEM of a request that proves the key, whose wishes are not looked at; absent: the key is made here and is in the answer alone. */
  request?: string;
  /** Beside those that every identity has. */
  attributes?: readonly Attribute[];
  actor?: AuditEntry['actor'];
  requestId?: string;
}

export interface MemberEnrollment extends IssuedMemberCertificate {
  mspId: string;
  /** PEM (PKCS#8), when the key was made here; kept nowhere. */
  privateKey?: string;
}

/**
 * A certificate of a member whom the portal enrolls: no secret, the identity is registered with its first certificate.
 * @throws AppError INVALID_INPUT for a bad request or name, CONFLICT where the enrollment ID is of another type, or revoked
 */
export async function issueMemberCertificate(input: IssueMemberCertificate, { nowMs = Date.now() }: { nowMs?: number } = {}): Promise<MemberEnrollment> {
  return asAppError(async () => {
    const authority = await ensureFabricAuthority({ organisationId: input.organisationId, ...(input.actor ? { actor: input.actor } : {}), requestId: input.requestId }, { nowMs });
    const made = input.request === undefined ? createPrivateKey256() : undefined;
    const publicKey = made ? publicKeyOf(createPublicKey(made)) : readCsr(input.request ?? '').publicKey;
    const issued = await issue(authority, { ...input, publicKey, addresses: noAddresses, nowMs });
    return { ...issued, mspId: authority.mspId, ...(made ? { privateKey: made.export({ format: 'pem', type: 'pkcs8' }).toString() } : {}) };
  });
}

export interface IssueNodeCertificate {
  organisationId: string;
  /** The host that carries the organisation's peer or orderer, and made the key. */
  hostId: string;
  type: 'peer' | 'orderer';
  /** PEM: what the host answered when it was asked for a request. */
  request: string;
}

/**
 * The certificate of an organisation's peer or orderer on a host. The same key gets the one that is there until it is due, so
 * that a push that failed is repeated with the same one.
 * @throws AppError INVALID_INPUT, CONFLICT
 */
export async function issueNodeCertificate({ organisationId, hostId, type, request }: IssueNodeCertificate, { nowMs = Date.now() }: { nowMs?: number } = {}): Promise<MemberEnrollment> {
  return asAppError(async () => {
    const authority = await ensureFabricAuthority({ organisationId }, { nowMs });
    const { publicKey } = readCsr(request);
    const enrollmentId = `${type}.${hostId}`;
    const held = await getDb().fabricCertificate.findFirst({
      where: { authorityId: authority.id, enrollmentId, publicKeyHash: hashPublicKey(publicKey), revokedAt: null, notAfter: { gt: new Date(nowMs + lifetimes.nodeRenewMs) } },
      orderBy: { createdAt: 'desc' },
    });
    if (held) return { id: held.id, serial: held.serial, notAfter: held.notAfter, certificate: encodePem('CERTIFICATE', held.certificate), mspId: authority.mspId };
    const issued = await issue(authority, { enrollmentId, type, publicKey, addresses: noAddresses, nowMs });
    return { ...issued, mspId: authority.mspId };
  });
}

const noAddresses: HostAddresses = { dnsNames: [], ipAddresses: [] };

interface Issue {
  enrollmentId: string;
  type: MemberType;
  publicKey: Uint8Array;
  addresses: HostAddresses;
  attributes?: readonly Attribute[];
  actor?: AuditEntry['actor'];
  requestId?: string;
  nowMs: number;
}

async function issue(authority: Authority, { enrollmentId, type, publicKey, addresses, attributes = [], actor, requestId, nowMs }: Issue): Promise<IssuedMemberCertificate> {
  const who = { ...(actor ? { actor } : {}), requestId };
  const identity = (await findIdentity(authority.id, enrollmentId)) ?? (await register(authority, { enrollmentId, type, attributes, ...who }));
  if (identity.type !== type) throw conflict(`${enrollmentId} is registered with the type ${identity.type}, not ${type}.`);
  if (identity.revokedAt) throw conflict(`${enrollmentId} is revoked. Take another name, or let its registrar remove it first.`);
  return getDb().$transaction((tx) => issueTo(tx, { authority, identity, publicKey, addresses, use: 'signing', by: 'portal', ...who, nowMs }));
}

async function register(authority: Authority, { enrollmentId, type, attributes, ...who }: Pick<Issue, 'enrollmentId' | 'type' | 'actor' | 'requestId'> & { attributes: readonly Attribute[] }): Promise<Identity> {
  const parsed = enrollmentIdSchema.safeParse(enrollmentId);
  if (!parsed.success) throw new AppError('INVALID_INPUT', { fields: { enrollmentId: parsed.error.issues[0]?.message ?? '' } }, { publicMessage: parsed.error.issues[0]?.message ?? 'This is no enrollment ID.' });
  const own = { enrollmentId, type, affiliation: '' };
  try {
    await insertIdentity({ authority, identity: { ...own, attributes: withOwnAttributes(attributes, own), maxEnrollments: 0 }, by: 'portal', ...who });
  } catch (error) {
    // Two calls at once for one name: the other one registered it.
    if (!(error instanceof FabricCaError) || error.status !== 409) throw error;
  }
  const identity = await findIdentity(authority.id, enrollmentId);
  if (!identity) throw conflict(`${enrollmentId} was removed at this moment. Try again.`);
  return identity;
}

function conflict(publicMessage: string): AppError<'CONFLICT'> {
  return new AppError('CONFLICT', { subject: 'fabric-identity' }, { publicMessage });
}

/** Those who call by this door speak the product's errors. */
async function asAppError<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof FabricCaError)) throw error;
    if (error.status === 400) throw new AppError('INVALID_INPUT', { fields: { request: error.message } }, { publicMessage: error.message, cause: error });
    throw new AppError('CONFLICT', { subject: 'fabric-identity' }, { publicMessage: error.reason, cause: error });
  }
}
