import { findUnstorable, getDb } from '@/lib/platform';
import { encodePem } from '@/lib/x509';
import { affiliationCondition } from '../affiliation-paths';
import { attributeNames } from '../attributes';
import { authenticateToken, type CaCaller } from '../authenticate';
import { readFlag, type CaAnswer, type CaRequest } from '../ca-request';
import { caCodes, FabricCaError } from '../fabric-ca-error';
import { limits } from '../limits';
import { attributeOf, requireRole } from '../permissions';
import { readTime } from '../read-time';

/** `GET certificates`: those of identities at or below the caller's affiliation, as the query says. */
export async function listCertificates(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const caller = await authenticateToken(request, nowMs);
  const { authority, identity } = caller;
  if (attributeOf(identity, attributeNames.roles) === undefined) requireRole(identity, attributeNames.revoker);
  const where = await readCondition(caller, request, nowMs);
  const rows = await getDb().fabricCertificate.findMany({ where: { ...where, authorityId: authority.id }, select: { certificate: true }, orderBy: { createdAt: 'asc' }, take: limits.certificatesInAnswer + 1 });
  if (rows.length > limits.certificatesInAnswer) {
    throw new FabricCaError(400, caCodes.certificates, `More than ${limits.certificatesInAnswer} certificates fit the request: ask for those of one identity, or of a period`);
  }
  return { status: 200, result: { certs: rows.map(({ certificate }) => ({ PEM: encodePem('CERTIFICATE', certificate) })), caname: request.query.get('ca') ?? '' } };
}

async function readCondition({ authority, identity }: CaCaller, request: CaRequest, nowMs: number) {
  const { query } = request;
  const text = (name: string) => readText(query.get(name) ?? '');
  const time = (name: string) => readPeriod(name, text(name), nowMs);
  const [expiredFrom, expiredTo, revokedFrom, revokedTo] = [time('expired_start'), time('expired_end'), time('revoked_start'), time('revoked_end')];
  const [notRevoked, notExpired] = [readFlag(request, 'notrevoked'), readFlag(request, 'notexpired')];
  if (notExpired && (expiredFrom || expiredTo)) throw invalid("Can't specify expiration time filter and the 'notexpired' filter");
  if (notRevoked && (revokedFrom || revokedTo)) throw invalid("Can't specify revocation time filter and the 'notrevoked' filter");
  const aki = text('aki').toLowerCase().replace(/^0+/, '');
  const isForeign = aki !== '' && aki !== authority.keyIdentifier.replace(/^0+/, '');
  const serial = text('serial').toLowerCase().replace(/^0+/, '');
  return {
    ...(isForeign ? { id: 'none' } : {}),
    ...(serial === '' ? {} : { serial: serial.padStart(40, '0') }),
    AND: [...(text('id') === '' ? [] : [{ enrollmentId: text('id') }]), ...(await ownedBy(authority.id, identity.affiliation))],
    notAfter: { ...(notExpired ? { gte: new Date(nowMs) } : {}), ...(expiredFrom ? { gte: expiredFrom } : {}), ...(expiredTo ? { lte: expiredTo } : {}) },
    ...(notRevoked ? { revokedAt: null } : {}),
    ...(revokedFrom || revokedTo ? { revokedAt: { not: null, ...(revokedFrom ? { gte: revokedFrom } : {}), ...(revokedTo ? { lte: revokedTo } : {}) } } : {}),
  };
}

/** Whose certificates a caller below the root may see. */
async function ownedBy(authorityId: string, affiliation: string): Promise<{ enrollmentId: { in: string[] } }[]> {
  if (affiliation === '') return [];
  const rows = await getDb().fabricIdentity.findMany({ where: { authorityId, ...(await affiliationCondition(authorityId, affiliation)) }, select: { enrollmentId: true } });
  return [{ enrollmentId: { in: rows.map(({ enrollmentId }) => enrollmentId) } }];
}

function readText(text: string): string {
  if (text.length > 256 || findUnstorable(text)) throw invalid('a value of the query is too long, or no text');
  return text;
}

function readPeriod(name: string, text: string, nowMs: number): Date | undefined {
  if (text === '') return undefined;
  const time = readTime(text, nowMs);
  if (!time) throw invalid(`Invalid '${name}' value: a time like 2026-12-01T00:00:00Z, a date, or a distance from now like -30d or +1h30m is wanted`);
  return time;
}

function invalid(message: string): FabricCaError {
  return new FabricCaError(400, caCodes.certificates, `Invalid Request: ${message}`);
}
