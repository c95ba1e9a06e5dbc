import { z } from 'zod';
import { getDb } from '@/lib/platform';
import { attributeNames } from '../attributes';
import { authenticateToken, type CaCaller } from '../authenticate';
import { readBody, type CaAnswer, type CaRequest } from '../ca-request';
import { caCodes, FabricCaError, unauthorized } from '../fabric-ca-error';
import { findIdentity } from '../identity-record';
import { markCertificatesRevoked, markIdentityRevoked, type Marking } from '../mark-revoked';
import { attributeOf, parseBoolean, requireManagement } from '../permissions';
import { reasonCodeOf } from '../revocation-lists';
import { makeList } from './gencrl';

const hex = z.string().max(128).default('');
const schema = z.object({ id: z.string().max(256).default(''), serial: hex, aki: hex, reason: z.string().max(64).default(''), gencrl: z.boolean().default(false) });

/** `POST revoke`: one certificate, by serial number and authority, or an identity with all that it has. */
export async function revoke(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const caller = await authenticateToken(request, nowMs);
  const { id, reason, gencrl, ...numbers } = readBody(schema, request);
  const [serial, aki] = [toNumber(numbers.serial), toNumber(numbers.aki)];
  const { authority, identity } = caller;
  const marking = { authority, reason: reasonCodeOf(reason), by: identity.enrollmentId, requestId: request.origin.requestId, nowMs };
  let revoked: string[];
  if (serial !== '' && aki !== '') revoked = await revokeOne(caller, { id, serial, aki }, marking);
  else if (id !== '') revoked = await revokeAll(caller, id, marking);
  else throw new FabricCaError(400, caCodes.missingRevokeArguments, 'Either Name or Serial and AKI are required for a revoke request');
  const list = gencrl && revoked.length > 0 ? await makeList(authority, {}, nowMs) : '';
  return { status: 200, result: { RevokedCerts: revoked.map((one) => ({ Serial: one, AKI: toNumber(authority.keyIdentifier) })), CRL: list } };
}

async function revokeOne(caller: CaCaller, { id, serial, aki }: { id: string; serial: string; aki: string }, marking: Marking): Promise<string[]> {
  const { authority } = caller;
  const row =
    aki === toNumber(authority.keyIdentifier)
      ? await getDb().fabricCertificate.findUnique({ where: { authorityId_serial: { authorityId: authority.id, serial: serial.padStart(40, '0') } }, select: { id: true, enrollmentId: true, revokedAt: true } })
      : null;
  if (!row) throw new FabricCaError(404, caCodes.revokedCertificateNotFound, `Certificate with serial ${serial} and AKI ${aki} was not found`);
  requireRevoker(caller, row.enrollmentId);
  if (row.revokedAt) throw new FabricCaError(404, caCodes.alreadyRevoked, `Certificate with serial ${serial} and AKI ${aki} was already revoked`);
  if (id !== '' && id !== row.enrollmentId) throw new FabricCaError(400, caCodes.certificateOfAnother, `Certificate with serial ${serial} and AKI ${aki} is not owned by ${id}`);
  const owner = await findIdentity(authority.id, row.enrollmentId);
  if (!owner) throw new FabricCaError(404, caCodes.revokedIdentityNotFound, `Identity ${row.enrollmentId} was not found`);
  if (row.id !== caller.certificate.id) requireManagement(caller.identity, owner);
  return getDb().$transaction((tx) => markCertificatesRevoked(tx, { id: row.id }, marking));
}

async function revokeAll(caller: CaCaller, enrollmentId: string, marking: Marking): Promise<string[]> {
  requireRevoker(caller, enrollmentId);
  const identity = await findIdentity(caller.authority.id, enrollmentId);
  if (!identity) throw new FabricCaError(404, caCodes.revokedIdentityNotFound, `Identity ${enrollmentId} was not found`);
  if (identity.id !== caller.identity.id) requireManagement(caller.identity, identity);
  return getDb().$transaction((tx) => markIdentityRevoked(tx, identity, marking));
}

/** One's own certificates anybody may revoke. */
function requireRevoker({ identity }: CaCaller, enrollmentId: string): void {
  if (identity.enrollmentId === enrollmentId) return;
  if (parseBoolean(attributeOf(identity, attributeNames.revoker) ?? '') !== true) throw unauthorized('Caller does not have authority to revoke');
}

/** `0A:1B` → `a1b`, as Fabric CA compares numbers. */
function toNumber(text: string): string {
  return text.toLowerCase().replaceAll(':', '').replace(/^0+/, '');
}
