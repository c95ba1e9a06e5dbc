import { getDb } from '@/lib/platform';
import type { AuditEventPage, ListAuditEventsInput } from './client';

const pageSize = 50;

/** What happened, newest first, 50 a page. The caller checks that it is the portal admin who looks. */
export async function listAuditEvents(filter: ListAuditEventsInput = {}): Promise<AuditEventPage> {
  const { subjectId, organisationId, action, before } = filter;
  const rows = await getDb().auditEvent.findMany({
    where: {
      ...(subjectId ? { subjectId } : {}),
      ...(organisationId ? { organisationId } : {}),
      ...(action ? { action: { startsWith: action } } : {}),
      ...(before ? { id: { lt: BigInt(before) } } : {}),
    },
    orderBy: { id: 'desc' },
    take: pageSize + 1,
  });
  const page = rows.slice(0, pageSize);
  const users = await getDb().user.findMany({
    where: { id: { in: page.flatMap((row) => row.actorUserId ?? []) } },
    select: { id: true, name: true },
  });
  const nameOf = new Map(users.map((user) => [user.id, user.name]));
  return {
    events: page.map((row) => ({
      id: row.id.toString(),
      at: row.at.toISOString(),
      actor: row.actorUserId === null ? { kind: 'SYSTEM' } : { kind: 'USER', userId: row.actorUserId, name: nameOf.get(row.actorUserId) ?? null },
      organisationId: row.organisationId,
      action: row.action,
      subject: { type: row.subjectType, id: row.subjectId },
      details: row.details,
      requestId: row.requestId,
    })),
    next: rows.length > pageSize ? (page.at(-1)?.id.toString() ?? null) : null,
  };
}
