import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { recordAuditEvent, type AuditEntry } from '@/lib/audit';
import { hashPassword } from '@/lib/identity';
import { createId, getDb, isUniqueViolation } from '@/lib/platform';
import { hasAffiliation } from './affiliation-paths';
import { attributesSchema, withOwnAttributes } from './attributes';
import type { CaCaller } from './authenticate';
import { checkRegistrable } from './check-registrable';
import type { Authority } from './ensure-fabric-authority';
import { caCodes, FabricCaError, unauthorized } from './fabric-ca-error';
import { requireIdentity, storedAttributes, type Identity } from './identity-record';
import { limits } from './limits';
import { lockAuthority } from './lock-authority';
import { affiliationSchema, enrollmentIdSchema, typeSchema } from './names';
import { requireAffiliation, requireType, type Actor } from './permissions';

export const secretSchema = z.string().max(limits.secretCharacters);

/** What a registrar says of a new identity, in the words of both calls that register. */
export const registrationSchema = z.object({
  id: enrollmentIdSchema,
  type: typeSchema.or(z.literal('')).default(''),
  secret: secretSchema.default(''),
  max_enrollments: z.int().min(-1_000_000).max(1_000_000).default(0),
  /** Absent: the registrar's own. `.`: the root. */
  affiliation: affiliationSchema.or(z.enum(['', '.'])).default(''),
  attrs: attributesSchema.default([]),
});
export type Registration = z.infer<typeof registrationSchema>;

/**
 * Registers an identity as the caller may, and gives its secret, which is made where none is given.
 * @throws FabricCaError 403 without saying why, 400, 409
 */
export async function registerIdentity({ authority, identity: registrar }: CaCaller, input: Registration, requestId: string): Promise<{ identity: Identity; secret: string }> {
  const { id: enrollmentId, max_enrollments: maxEnrollments, attrs } = input;
  const affiliation = affiliationOf(input, registrar);
  const type = input.type === '' ? registrar.type : input.type;
  requireType(registrar, type);
  requireAffiliation(registrar, affiliation);
  if (affiliation !== '' && !(await hasAffiliation(authority.id, affiliation))) throw unauthorized(`there is no affiliation '${affiliation}'`);
  checkRegistrable({ requested: attrs, registrar });
  const secret = input.secret === '' ? createSecret() : input.secret;
  const attributes = withOwnAttributes(attrs, { enrollmentId, type, affiliation });
  const identity = { enrollmentId, type, affiliation, attributes, maxEnrollments: checkMaxEnrollments(maxEnrollments) };
  await insertIdentity({ authority, identity, secret, by: registrar.enrollmentId, requestId });
  return { identity: await requireIdentity(authority.id, enrollmentId), secret };
}

function affiliationOf({ affiliation }: Registration, registrar: Actor): string {
  if (affiliation === '.') return '';
  return affiliation === '' ? registrar.affiliation : affiliation;
}

/** Zero asks for as many as the authority allows: without limit. */
function checkMaxEnrollments(wanted: number): number {
  if (wanted < -1) throw new FabricCaError(400, caCodes.maxEnrollments, `Max enrollment in registration request may not be less than -1, but was ${wanted}`);
  return wanted === 0 ? -1 : wanted;
}

export interface InsertIdentity {
  authority: Authority;
  identity: Actor & { maxEnrollments: number };
  /** Absent: the portal alone enrolls it. */
  secret?: string;
  /** Who registers it, for the audit row. */
  by: string;
  actor?: AuditEntry['actor'];
  requestId?: string | undefined;
}

/** @throws FabricCaError 409 when the enrollment ID is taken, 403 when the authority is full */
export async function insertIdentity({ authority, identity, secret, by, actor = { kind: 'SYSTEM' }, requestId }: InsertIdentity): Promise<void> {
  const { enrollmentId, type, affiliation, attributes, maxEnrollments } = identity;
  // Before the transaction: hashing takes a while, and the connection would wait for it.
  const secretHash = secret === undefined ? null : await hashPassword(secret);
  const id = createId('fabricIdentity');
  try {
    await getDb().$transaction(async (tx) => {
      await lockAuthority(tx, authority.id);
      if ((await tx.fabricIdentity.count({ where: { authorityId: authority.id } })) >= limits.identities) {
        throw new FabricCaError(403, caCodes.registration, `This authority has ${limits.identities} identities, as many as it may`);
      }
      if (affiliation !== '' && !(await hasAffiliation(authority.id, affiliation, tx))) throw unauthorized(`there is no affiliation '${affiliation}' any more`);
      await tx.fabricIdentity.create({ data: { id, authorityId: authority.id, enrollmentId, secretHash, type, affiliation, attributes: storedAttributes(attributes), maxEnrollments } });
      await recordAuditEvent(tx, {
        actor,
        organisationId: authority.organisationId,
        action: 'fabric-identity.register',
        subject: { type: 'fabric-identity', id },
        details: { caName: authority.caName, enrollmentId, type, affiliation, maxEnrollments, by },
        requestId,
      });
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new FabricCaError(409, caCodes.duplicateIdentity, `Identity '${enrollmentId}' is already registered`, { cause: error });
  }
}

const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** 24 letters and digits that cannot be mistaken for each other: 139 bits. */
export function createSecret(): string {
  return Array.from({ length: 24 }, () => letters[randomInt(letters.length)]).join('');
}
