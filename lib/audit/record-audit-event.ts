import type { Tx } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';

export interface AuditEntry {
  /** Who did it; a system actor has no user. */
  actor: { kind: 'USER'; userId: string } | { kind: 'SYSTEM' };
  organisationId?: string | undefined;
  /** Verb in the product's words: `application.submit`, `session.end`. */
  action: string;
  subject: { type: string; id: string };
  /** Ids, states and public values only; never a secret. */
  details?: Prisma.InputJsonObject | undefined;
  requestId?: string | undefined;
}

/** Writes who did what, in the caller's transaction: the change and its audit row stand or fall together. */
export async function recordAuditEvent(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx.auditEvent.create({
    data: {
      actorKind: entry.actor.kind,
      actorUserId: entry.actor.kind === 'USER' ? entry.actor.userId : null,
      organisationId: entry.organisationId ?? null,
      action: entry.action,
      subjectType: entry.subject.type,
      subjectId: entry.subject.id,
      details: entry.details ?? {},
      requestId: entry.requestId ?? null,
    },
  });
}
