import type { Prisma } from '@/lib/platform/generated/prisma/client';
import { getDb, type Tx } from '@/lib/platform';
import { attributesSchema, readAttributes, type Attribute } from './attributes';
import { caCodes, FabricCaError } from './fabric-ca-error';
import type { Actor } from './permissions';

/** An identity as its row says. */
export interface Identity extends Actor {
  readonly id: string;
  readonly attributes: readonly Attribute[];
  readonly maxEnrollments: number;
  readonly enrollments: number;
  readonly failedAttempts: number;
  readonly secretHash: string | null;
  readonly revokedAt: Date | null;
}

const columns = { id: true, enrollmentId: true, type: true, affiliation: true, attributes: true, maxEnrollments: true, enrollments: true, failedAttempts: true, secretHash: true, revokedAt: true } as const;
type Row = Prisma.FabricIdentityGetPayload<{ select: typeof columns }>;

function toIdentity(row: Row): Identity {
  return { ...row, attributes: readAttributes(row.attributes) };
}

/** Attributes as a row keeps them. @throws when they are more, or longer, than an identity may have */
export function storedAttributes(attributes: readonly Attribute[]): Prisma.InputJsonArray {
  return attributesSchema.parse(attributes) as unknown as Prisma.InputJsonArray;
}

export async function findIdentity(authorityId: string, enrollmentId: string, tx: Pick<Tx, 'fabricIdentity'> = getDb()): Promise<Identity | undefined> {
  const row = await tx.fabricIdentity.findUnique({ where: { authorityId_enrollmentId: { authorityId, enrollmentId } }, select: columns });
  return row ? toIdentity(row) : undefined;
}

/** @throws FabricCaError 404 */
export async function requireIdentity(authorityId: string, enrollmentId: string, tx: Pick<Tx, 'fabricIdentity'> = getDb()): Promise<Identity> {
  const identity = await findIdentity(authorityId, enrollmentId, tx);
  if (!identity) throw new FabricCaError(404, caCodes.absent, 'Failed to get User: there is no such identity');
  return identity;
}

export async function findIdentities(authorityId: string, where: Prisma.FabricIdentityWhereInput = {}, tx: Pick<Tx, 'fabricIdentity'> = getDb()): Promise<Identity[]> {
  return (await tx.fabricIdentity.findMany({ where: { ...where, authorityId }, select: columns, orderBy: { enrollmentId: 'asc' } })).map(toIdentity);
}

/** As Fabric CA's answers show it. */
export function describeIdentity({ enrollmentId, type, affiliation, attributes, maxEnrollments }: Identity) {
  const attrs = attributes.map(({ name, value, ecert }) => ({ name, value, ...(ecert ? { ecert } : {}) }));
  return { id: enrollmentId, type, affiliation, attrs, max_enrollments: maxEnrollments };
}
