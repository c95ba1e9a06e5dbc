import { networkOf, takeRateLimit, verifyPassword } from '@/lib/identity';
import { getDb } from '@/lib/platform';
import { encodePem, readCertificate, type CertificateFacts } from '@/lib/x509';
import { checkToken, readToken } from './authorization-token';
import type { CaRequest } from './ca-request';
import { findAuthorityNamed, findAuthorityOfKey, type Authority } from './ensure-fabric-authority';
import { caCodes, FabricCaError, unauthenticated } from './fabric-ca-error';
import { findIdentity, type Identity } from './identity-record';
import { limits } from './limits';

/** Who calls an authority, and which. */
export interface CaCaller {
  readonly authority: Authority;
  readonly identity: Identity;
  /** The certificate of the token. */
  readonly certificate: CertificateFacts & { readonly id: string };
}

export function requireAuthorityNamed(caName: string | undefined): Promise<Authority> {
  return (caName === undefined ? Promise.resolve(null) : findAuthorityNamed(caName)).then((authority) => {
    if (!authority) throw new FabricCaError(404, caCodes.caNotFound, `CA '${caName ?? ''}' does not exist`);
    return authority;
  });
}

/**
 * The identity behind a request's token. Where the request names no authority, as the official client leaves it out of half
 * of its calls, it is the one that issued the token's certificate: a server with one authority has a default, this has many.
 * @throws FabricCaError 401; 404 for an authority that is not there
 */
export async function authenticateToken(request: CaRequest, nowMs: number): Promise<CaCaller> {
  if (!request.authorization) throw new FabricCaError(401, caCodes.noAuthorizationHeader, 'No authorization header');
  const named = request.caName === undefined ? undefined : await requireAuthorityNamed(request.caName);
  const token = readToken(request.authorization);
  const { certificate } = token;
  const authority = named ?? (await findAuthorityOfKey(certificate.authorityKeyIdentifier ?? ''));
  if (!authority) throw unauthenticated('untrusted certificate: no authority here issued it');
  checkToken(token, request, readCertificate(authority.certificate), nowMs);
  const row = await getDb().fabricCertificate.findUnique({
    where: { authorityId_serial: { authorityId: authority.id, serial: certificate.serial } },
    select: { id: true, revokedAt: true, enrollmentId: true },
  });
  if (!row) throw unauthenticated('the certificate of the token is not among those that were issued');
  if (row.revokedAt) throw unauthenticated('the certificate of the token is revoked');
  const identity = await findIdentity(authority.id, row.enrollmentId);
  if (!identity || identity.revokedAt) throw unauthenticated(`the identity '${row.enrollmentId}' is gone or revoked`);
  return { authority, identity, certificate: { ...certificate, id: row.id } };
}

const quarterHour = 15 * 60;

/**
 * The identity behind an enrollment ID and secret (basic authentication). Attempts are counted by address and by identity
 * before the secret is looked at; after ten wrong ones in a row the identity needs a new secret. One that is not there costs
 * the same work and gets the same answer.
 * @throws FabricCaError 401, AppError RATE_LIMITED
 */
export async function authenticateSecret(request: CaRequest): Promise<{ authority: Authority; identity: Identity }> {
  const { authorization } = request;
  if (!authorization) throw new FabricCaError(401, caCodes.noAuthorizationHeader, 'No authorization header');
  const given = readBasic(authorization);
  if (!given) throw unauthenticated('no user and secret in the authorization header');
  const authority = await requireAuthorityNamed(request.caName);
  await takeRateLimit({ name: 'fabric-ca.enroll-address', subject: networkOf(request.origin.ipAddress), limit: 1_200, windowSeconds: quarterHour });
  await takeRateLimit({ name: 'fabric-ca.enroll-identity', subject: `${authority.id} ${given.id}`, limit: 60, windowSeconds: 60 });
  const identity = await findIdentity(authority.id, given.id);
  const isLocked = identity !== undefined && identity.failedAttempts >= limits.wrongSecrets;
  // Also for one that is locked: how long an answer takes says nothing about the secret.
  const fits = await verifyPassword(identity?.secretHash ?? undefined, given.secret);
  if (isLocked) {
    const message = `Incorrect password entered ${limits.wrongSecrets} times, max incorrect password limit of ${limits.wrongSecrets} reached`;
    throw new FabricCaError(401, caCodes.wrongSecrets, message);
  }
  if (identity && !fits) {
    await getDb().$executeRaw`UPDATE "FabricIdentity" SET "failedAttempts" = "failedAttempts" + 1 WHERE id = ${identity.id} AND "failedAttempts" < ${limits.wrongSecrets}`;
  }
  if (!identity || !fits) throw unauthenticated('there is no such identity, or the secret is wrong');
  checkEnrollable(identity);
  return { authority, identity };
}

/** Asked again where the enrollment is counted. */
function checkEnrollable({ maxEnrollments, enrollments, revokedAt, enrollmentId }: Identity): void {
  if (revokedAt) throw unauthenticated(`the identity '${enrollmentId}' is revoked`);
  if (maxEnrollments !== -1 && enrollments >= maxEnrollments) throw unauthenticated(`the identity '${enrollmentId}' has enrolled as often as it may`);
}

function readBasic(header: string): { id: string; secret: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  if (encoded === undefined || encoded.length > 4 * limits.secretCharacters) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const [id, secret] = [text.slice(0, colon), text.slice(colon + 1)];
  // No column takes a NUL.
  return colon < 1 || text.includes('\0') ? undefined : { id, secret };
}

/** PEM of the authority's certificate, in base64 once more, as Fabric CA tells it. */
export function describeAuthority({ caName, certificate }: Authority) {
  const chain = Buffer.from(encodePem('CERTIFICATE', certificate), 'utf8').toString('base64');
  return { CAName: caName, CAChain: chain, IssuerPublicKey: '', IssuerRevocationPublicKey: '' };
}
