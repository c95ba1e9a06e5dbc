/** Browser-safe door: shape, filter and query keys of the audit list. */
import { z } from 'zod';

export interface AuditEventView {
  /** Consecutive, as text: it may outgrow a JSON number. */
  id: string;
  /** ISO 8601. */
  at: string;
  actor: { kind: 'USER'; userId: string; name: string | null } | { kind: 'SYSTEM' };
  organisationId: string | null;
  action: string;
  subject: { type: string; id: string };
  /** Ids, states and public values. */
  details: unknown;
  requestId: string | null;
}

export interface AuditEventPage {
  events: AuditEventView[];
  /** Pass as `before` to get older ones; null at the beginning of time. */
  next: string | null;
}

export const listAuditEventsSchema = z.object({
  /** Only of this subject: its id. */
  subjectId: z.string().trim().max(80).optional(),
  organisationId: z.string().trim().max(80).optional(),
  /** Beginning of the action: `application.`, `invoice.refund`. */
  action: z.string().trim().max(80).optional(),
  before: z.string().regex(/^\d{1,18}$/, 'This is not an event number.').optional(),
});
export type ListAuditEventsInput = z.infer<typeof listAuditEventsSchema>;

export const auditKeys = {
  all: ['audit-events'] as const,
  list: (filter: ListAuditEventsInput) => [...auditKeys.all, filter] as const,
};
