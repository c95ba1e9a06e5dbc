import type { AuditEntry } from '@/lib/audit';
import { requireAccess, type CurrentSession, type OrganisationAction } from '@/lib/identity';
import { AppError, getDb } from '@/lib/platform';

/** Who asks, and in which request. */
export interface Caller {
  session: CurrentSession;
  requestId?: string | undefined;
}

export function actorOf(caller: Caller): AuditEntry['actor'] {
  return { kind: 'USER', userId: caller.session.user.id };
}

/**
 * The application, when the caller is a member of its organisation with the right.
 * @throws AppError NOT_FOUND when it is absent or another organisation's; FORBIDDEN when the role is too small
 */
export async function requireApplication(caller: Caller, applicationId: string, action: OrganisationAction) {
  const application = await getDb().application.findFirst({
    where: { id: applicationId, organisationId: { in: caller.session.organisations.map((organisation) => organisation.id) } },
    select: { id: true, organisationId: true, state: true, plan: true, name: true },
  });
  if (!application) throw new AppError('NOT_FOUND', { subject: 'application' }, { publicMessage: 'There is no such application.' });
  requireAccess(caller.session, application.organisationId, action);
  return application;
}
