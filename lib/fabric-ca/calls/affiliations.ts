import { z } from 'zod';
import { recordAuditEvent } from '@/lib/audit';
import { getDb, type Tx } from '@/lib/platform';
import { affiliationsWithin, hasAffiliation } from '../affiliation-paths';
import { attributeNames, type Attribute } from '../attributes';
import { authenticateToken, type CaCaller } from '../authenticate';
import { readBody, readFlag, type CaAnswer, type CaRequest } from '../ca-request';
import { caCodes, FabricCaError, unauthorized } from '../fabric-ca-error';
import { describeIdentity, findIdentities, storedAttributes, type Identity } from '../identity-record';
import { limits } from '../limits';
import { lockAuthority } from '../lock-authority';
import { markCertificatesRevoked } from '../mark-revoked';
import { affiliationSchema, isWithin, parentOf } from '../names';
import { requireAffiliation, requireRegistrar, requireRole } from '../permissions';
import { affiliationChanged } from '../revocation-lists';

const nameSchema = z.object({ name: affiliationSchema });

interface Tree {
  name: string;
  affiliations?: Tree[];
  identities?: ReturnType<typeof describeIdentity>[];
}

/** `GET affiliations`: all at or below the caller's. */
export async function listAffiliations(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const { authority, identity } = await authenticateManager(request, nowMs);
  const paths = await affiliationsWithin(authority.id, identity.affiliation);
  if (paths.length === 0) throw new FabricCaError(404, caCodes.affiliation, 'No affiliations are configured on the CA');
  // From the first parts on, also those above the caller's own.
  const all = [...new Set(paths.flatMap((path) => path.split('.').map((_, at, parts) => parts.slice(0, at + 1).join('.'))))].sort();
  const roots = all.filter((path) => parentOf(path) === '').map((path) => toTree(path, all));
  const [only] = roots;
  return { status: 200, result: { ...(roots.length === 1 && only ? only : { name: '', affiliations: roots }), caname: authority.caName } };
}

/** `GET affiliations/{affiliation}`. */
export async function getAffiliation(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const { authority, identity } = await authenticateManager(request, nowMs);
  const path = request.path[1] ?? '';
  requireAffiliation(identity, path);
  const paths = await affiliationsWithin(authority.id, path);
  if (!paths.includes(path)) throw absent();
  return { status: 200, result: { ...toTree(path, paths), caname: authority.caName } };
}

/** `POST affiliations`: with `force` those above it, too. */
export async function addAffiliation(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const { authority, identity } = await authenticateManager(request, nowMs);
  const { name } = readBody(nameSchema, request);
  const force = readFlag(request, 'force');
  await change(authority.id, async (tx) => {
    const present = await affiliationsWithin(authority.id, '', tx);
    if (present.includes(name)) throw new FabricCaError(409, caCodes.addAffiliation, 'Affiliation already exists');
    requireAffiliation(identity, name);
    const parts = name.split('.');
    const missing = parts.map((_, at) => parts.slice(0, at + 1).join('.')).filter((path) => !present.includes(path));
    if (missing.length > 1 && !force) throw new FabricCaError(400, caCodes.addAffiliation, "Parent affiliation does not exist, 'force' option required on request to add affiliation");
    if (present.length + missing.length > limits.affiliations) throw new FabricCaError(403, caCodes.addAffiliation, `This authority has at most ${limits.affiliations} affiliations`);
    await tx.fabricAffiliation.createMany({ data: missing.map((path) => ({ authorityId: authority.id, path })) });
    await record(tx, { authority, identity, request }, 'fabric-affiliation.add', { affiliations: missing });
  });
  return { status: 201, result: { name, caname: authority.caName } };
}

/** `PUT affiliations/{affiliation}`: another name; with `force` also where identities are in it, who go along. */
export async function renameAffiliation(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const { authority, identity } = await authenticateManager(request, nowMs);
  const from = request.path[1] ?? '';
  const { name: to } = readBody(nameSchema, request);
  const force = readFlag(request, 'force');
  requireAffiliation(identity, from);
  requireAffiliation(identity, to);
  requireRegistrar(identity);
  const moved = await change(authority.id, async (tx) => {
    const paths = await affiliationsWithin(authority.id, from, tx);
    if (!paths.includes(from)) throw absent();
    if (await hasAffiliation(authority.id, to, tx)) throw new FabricCaError(409, caCodes.modifyAffiliation, `Affiliation '${to}' already exists`);
    await requireParent(tx, authority.id, { from, to });
    const members = await findIdentities(authority.id, { affiliation: { in: paths } }, tx);
    if (members.length > 0 && !force) {
      const names = namesOf(members);
      throw new FabricCaError(400, caCodes.modifyAffiliation, `The request to modify affiliation '${from}' has the following identities associated: ${names}. Need to use 'force' to remove identities and affiliation`);
    }
    const renamed = (path: string) => `${to}${path.slice(from.length)}`;
    for (const path of paths) checkDepth(renamed(path));
    await tx.fabricAffiliation.deleteMany({ where: { authorityId: authority.id, path: { in: paths } } });
    await tx.fabricAffiliation.createMany({ data: paths.map((path) => ({ authorityId: authority.id, path: renamed(path) })) });
    for (const member of members) await moveMember(tx, member, renamed(member.affiliation));
    await record(tx, { authority, identity, request }, 'fabric-affiliation.rename', { from, to, identities: members.length });
    const after = members.map((member) => ({ ...member, affiliation: renamed(member.affiliation), attributes: withAffiliation(member.attributes, renamed(member.affiliation)) }));
    return toTree(to, paths.map(renamed), after);
  });
  return { status: 200, result: { ...moved, caname: authority.caName } };
}

/** `DELETE affiliations/{affiliation}`: with `force` also those below it and the identities in them, whose certificates are revoked. */
export async function removeAffiliation(request: CaRequest, nowMs: number): Promise<CaAnswer> {
  const { authority, identity } = await authenticateManager(request, nowMs);
  const name = request.path[1] ?? '';
  if (identity.affiliation === name) throw unauthorized(`Can't remove affiliation '${name}' because the caller is associated with this affiliation`);
  requireAffiliation(identity, name);
  const force = readFlag(request, 'force');
  requireRegistrar(identity);
  const removed = await change(authority.id, async (tx) => {
    const paths = await affiliationsWithin(authority.id, name, tx);
    if (!paths.includes(name)) throw absent();
    const members = await findIdentities(authority.id, { affiliation: { in: paths } }, tx);
    if (!force && members.length > 0) throw unauthorized(`Cannot delete affiliation '${name}'. The affiliation has identities. Need to use 'force'`);
    if (!force && paths.length > 1) throw unauthorized(`Cannot delete affiliation '${name}'. The affiliation has sub-affiliations. Need to use 'force'`);
    const by = identity.enrollmentId;
    await tx.fabricIdentity.deleteMany({ where: { id: { in: members.map(({ id }) => id) } } });
    await markCertificatesRevoked(tx, { enrollmentId: { in: members.map(({ enrollmentId }) => enrollmentId) } }, { authority, reason: affiliationChanged, by, requestId: request.origin.requestId, nowMs });
    await tx.fabricAffiliation.deleteMany({ where: { authorityId: authority.id, path: { in: paths } } });
    await record(tx, { authority, identity, request }, 'fabric-affiliation.remove', { affiliations: paths.slice(0, 100), identities: members.length });
    return toTree(name, paths, members);
  });
  return { status: 200, result: { ...removed, caname: authority.caName } };
}

async function authenticateManager(request: CaRequest, nowMs: number): Promise<CaCaller> {
  const caller = await authenticateToken(request, nowMs);
  requireRole(caller.identity, attributeNames.affiliationManager);
  return caller;
}

function change<T>(authorityId: string, run: (tx: Tx) => Promise<T>): Promise<T> {
  return getDb().$transaction(async (tx) => {
    await lockAuthority(tx, authorityId);
    return run(tx);
  });
}

async function requireParent(tx: Tx, authorityId: string, { from, to }: { from: string; to: string }): Promise<void> {
  const parent = parentOf(to);
  if (parent !== '' && (isWithin(parent, from) || !(await hasAffiliation(authorityId, parent, tx)))) {
    throw new FabricCaError(400, caCodes.modifyAffiliation, `There is no affiliation '${parent}' to which '${from}' could be moved`);
  }
}

function checkDepth(path: string): void {
  const parsed = affiliationSchema.safeParse(path);
  if (!parsed.success) throw new FabricCaError(400, caCodes.modifyAffiliation, `'${path}' is no affiliation: ${parsed.error.issues[0]?.message ?? ''}`);
}

async function moveMember(tx: Tx, member: Identity, affiliation: string): Promise<void> {
  await tx.fabricIdentity.update({ where: { id: member.id }, data: { affiliation, attributes: storedAttributes(withAffiliation(member.attributes, affiliation)) } });
}

function withAffiliation(attributes: readonly Attribute[], affiliation: string): Attribute[] {
  return [...attributes.filter(({ name }) => name !== attributeNames.affiliation), { name: attributeNames.affiliation, value: affiliation, ecert: true }];
}

/** Children with their whole names, and the identities of each. */
function toTree(name: string, paths: readonly string[], members: readonly Identity[] = []): Tree {
  const children = paths.filter((path) => path !== name && parentOf(path) === name).map((path) => toTree(path, paths, members));
  const identities = members.filter(({ affiliation }) => affiliation === name).map(describeIdentity);
  return { name, ...(children.length === 0 ? {} : { affiliations: children }), ...(identities.length === 0 ? {} : { identities }) };
}

/** A message has room for some of them. */
function namesOf(members: readonly Identity[]): string {
  const shown = members.slice(0, 20).map(({ enrollmentId }) => enrollmentId);
  return members.length > shown.length ? `${shown.join(',')} and ${members.length - shown.length} more` : shown.join(',');
}

async function record(tx: Tx, { authority, identity, request }: Pick<CaCaller, 'authority' | 'identity'> & { request: CaRequest }, action: string, details: Record<string, string | number | string[]>): Promise<void> {
  await recordAuditEvent(tx, {
    actor: { kind: 'SYSTEM' },
    organisationId: authority.organisationId,
    action,
    subject: { type: 'fabric-authority', id: authority.id },
    details: { caName: authority.caName, by: identity.enrollmentId, ...details },
    requestId: request.origin.requestId,
  });
}

function absent(): FabricCaError {
  return new FabricCaError(404, caCodes.absent, 'Failed to get affiliation: there is no such affiliation');
}
