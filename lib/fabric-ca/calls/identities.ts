import { z } from 'zod';
import { recordAuditEvent } from '@/lib/audit';
import { hashPassword } from '@/lib/identity';
import { getDb } from '@/lib/platform';
import { affiliationCondition, hasAffiliation } from '../affiliation-paths';
import { attributeNames, attributesSchema, changeAttributes, type Attribute } from '../attributes';
import { authenticateToken, type CaCaller } from '../authenticate';
import { readBody, readFlag, type CaAnswer, type CaRequest } from '../ca-request';
import { checkRegistrable } from '../check-registrable';
import { caCodes, FabricCaError } from '../fabric-ca-error';
import { describeIdentity, findIdentities, requireIdentity, storedAttributes, type Identity } from '../identity-record';
import { lockAuthority } from '../lock-authority';
import { markCertificatesRevoked } from '../mark-revoked';
import { affiliationSchema, typeSchema } from '../names';
import { requireAffiliation, requireManagement, requireRegistrar, requireType } from '../permissions';
import { registerIdentity, registrationSchema, secretSchema } from '../register-identity';
import { cessationOfOperation } from '../revocation-lists';

/** `GET identities`: all that the caller may manage. */
export async function listIdentities(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const { authority, identity } = await authenticateToken(request, nowMs);
  const types = requireRegistrar(identity);
  const where = { ...(await affiliationCondition(authority.id, identity.affiliation)), ...(types.includes('*') ? {} : { type: { in: types } }) };
  return { status: 200, result: { identities: (await findIdentities(authority.id, where)).map(describeIdentity), caname: authority.caName } };
}

/** `GET identities/{id}`. */
export async function getIdentity(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const caller = await authenticateToken(request, nowMs);
  return { status: 200, result: { ...describeIdentity(await requireManaged(caller, request)), caname: caller.authority.caName } };
}

/** `POST identities`: as `register`, with the identity in the answer. */
export async function addIdentity(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const caller = await authenticateToken(request, nowMs);
  const { identity, secret } = await registerIdentity(caller, readBody(registrationSchema, request), request.origin.requestId);
  return { status: 201, result: { ...describeIdentity(identity), secret, caname: caller.authority.caName } };
}

const changeSchema = z.object({
  type: typeSchema.or(z.literal('')).default(''),
  affiliation: affiliationSchema.or(z.enum(['', '.'])).default(''),
  attrs: attributesSchema.default([]),
  /** Zero: as it was. -2: none. */
  max_enrollments: z.int().min(-1_000_000).max(1_000_000).default(0),
  secret: secretSchema.default(''),
});
type Change = z.output<typeof changeSchema>;

/** `PUT identities/{id}`: what is given is changed, an attribute with an empty value goes. */
export async function changeIdentity(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const caller = await authenticateToken(request, nowMs);
  const { authority } = caller;
  const managed = await requireManaged(caller, request);
  const change = readBody(changeSchema, request);
  await checkChange(caller, managed, change);
  const secretHash = change.secret === '' ? undefined : await hashPassword(change.secret);
  await getDb().$transaction(async (tx) => {
    await lockAuthority(tx, authority.id);
    const identity = await requireIdentity(authority.id, managed.enrollmentId, tx);
    // Somebody may have moved it meanwhile to where the caller has no say.
    requireManagement(caller.identity, identity);
    const { affiliation, type, maxEnrollments, attributes } = applyChange(identity, change);
    if (affiliation !== '' && !(await hasAffiliation(authority.id, affiliation, tx))) throw unknownAffiliation(affiliation);
    await tx.fabricIdentity.update({
      where: { id: identity.id },
      data: { affiliation, type, maxEnrollments, attributes: storedAttributes(attributes), ...(secretHash === undefined ? {} : { secretHash, failedAttempts: 0 }) },
    });
    await recordAuditEvent(tx, {
      actor: { kind: 'SYSTEM' },
      organisationId: authority.organisationId,
      action: 'fabric-identity.change',
      subject: { type: 'fabric-identity', id: identity.id },
      details: { caName: authority.caName, enrollmentId: identity.enrollmentId, type, affiliation, maxEnrollments, attributes: change.attrs.map(({ name }) => name), newSecret: secretHash !== undefined, by: caller.identity.enrollmentId },
      requestId: request.origin.requestId,
    });
  });
  const changed = await requireIdentity(authority.id, managed.enrollmentId);
  return { status: 200, result: { ...describeIdentity(changed), ...(change.secret === '' ? {} : { secret: change.secret }), caname: authority.caName } };
}

async function checkChange({ authority, identity: registrar }: CaCaller, identity: Identity, { type, affiliation, attrs, max_enrollments: maxEnrollments }: Change): Promise<void> {
  if (maxEnrollments < -2) throw new FabricCaError(400, caCodes.maxEnrollments, `Max enrollment may not be less than -2, but was ${maxEnrollments}`);
  if (affiliation !== '' && affiliation !== '.' && !(await hasAffiliation(authority.id, affiliation))) throw unknownAffiliation(affiliation);
  if (affiliation !== '') requireAffiliation(registrar, affiliation === '.' ? '' : affiliation);
  if (type !== '') requireType(registrar, type);
  checkRegistrable({ requested: attrs, registrar, identity });
}

function applyChange(identity: Identity, { type, affiliation, attrs, max_enrollments: maxEnrollments }: Change): Pick<Identity, 'type' | 'affiliation' | 'maxEnrollments' | 'attributes'> {
  const path = affiliation === '.' ? '' : affiliation;
  const own: Attribute[] = [
    ...(affiliation === '' ? [] : [{ name: attributeNames.affiliation, value: path, ecert: true }]),
    ...(type === '' ? [] : [{ name: attributeNames.type, value: type, ecert: true }]),
  ];
  return {
    type: type === '' ? identity.type : type,
    affiliation: affiliation === '' ? identity.affiliation : path,
    maxEnrollments: maxEnrollments === 0 ? identity.maxEnrollments : maxEnrollments === -2 ? 0 : maxEnrollments,
    attributes: changeAttributes(identity.attributes, [...attrs, ...own]),
  };
}

/** `DELETE identities/{id}`: its certificates are revoked with it. */
export async function removeIdentity(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const caller = await authenticateToken(request, nowMs);
  const { authority } = caller;
  const force = readFlag(request, 'force');
  if (request.path[1] === caller.identity.enrollmentId && !force) throw new FabricCaError(403, caCodes.removeIdentity, "Need to use 'force' option to delete your own identity");
  const identity = await requireManaged(caller, request);
  const by = caller.identity.enrollmentId;
  await getDb().$transaction(async (tx) => {
    await tx.fabricIdentity.deleteMany({ where: { id: identity.id } });
    await markCertificatesRevoked(tx, { enrollmentId: { in: [identity.enrollmentId] } }, { authority, reason: cessationOfOperation, by, requestId: request.origin.requestId, nowMs });
    await recordAuditEvent(tx, {
      actor: { kind: 'SYSTEM' },
      organisationId: authority.organisationId,
      action: 'fabric-identity.remove',
      subject: { type: 'fabric-identity', id: identity.id },
      details: { caName: authority.caName, enrollmentId: identity.enrollmentId, by },
      requestId: request.origin.requestId,
    });
  });
  return { status: 200, result: { ...describeIdentity(identity), caname: authority.caName } };
}

/** @throws FabricCaError 404, 403 */
async function requireManaged({ authority, identity: caller }: CaCaller, { path }: CaRequest): Promise<Identity> {
  const identity = await requireIdentity(authority.id, path[1] ?? '');
  requireManagement(caller, identity);
  return identity;
}

function unknownAffiliation(path: string): FabricCaError {
  return new FabricCaError(400, caCodes.modifyIdentity, `Affiliation '${path}' is not supported`);
}
