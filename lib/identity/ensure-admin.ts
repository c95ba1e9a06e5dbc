import { recordAuditEvent } from '@/lib/audit';
import { createId, getDb, isUniqueViolation } from '@/lib/platform';
import { hashPassword } from './passwords';
import { emailSchema } from './schemas';

/**
 * Makes the portal admin at first start, with the password that was generated then; once there is one, changes nothing,
 * also not its password. Several set-ups at once end with one admin.
 */
export async function ensureAdmin(input: { email: string; password: string }): Promise<{ userId: string; created: boolean }> {
  const db = getDb();
  const findAdmin = () => db.user.findFirst({ where: { portalRole: 'ADMIN' }, select: { id: true }, orderBy: { createdAt: 'asc' } });
  const present = await findAdmin();
  if (present) return { userId: present.id, created: false };

  const user = { id: createId('user'), email: emailSchema.parse(input.email), name: 'Portal admin' };
  const passwordHash = await hashPassword(input.password);
  try {
    await db.$transaction(async (tx) => {
      // Nobody reads mail at the admin's generated address: who holds the password file is the admin.
      await tx.user.create({ data: { ...user, passwordHash, portalRole: 'ADMIN', emailVerifiedAt: new Date() } });
      await recordAuditEvent(tx, { actor: { kind: 'SYSTEM' }, action: 'user.ensure-admin', subject: { type: 'user', id: user.id } });
    });
    return { userId: user.id, created: true };
  } catch (error) {
    const winner = isUniqueViolation(error) ? await findAdmin() : undefined;
    if (!winner) throw error;
    return { userId: winner.id, created: false };
  }
}
