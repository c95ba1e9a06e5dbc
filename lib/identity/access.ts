import { AppError } from '@/lib/platform/client';
import type { CurrentSession, OrganisationMembership, OrganisationRole } from './current-session';

/** What can be done in an organisation. */
export type OrganisationAction =
  | 'application.read'
  | 'application.write'
  | 'application.submit'
  | 'application.delete'
  | 'access-key.manage'
  | 'billing.read'
  | 'billing.pay'
  | 'organisation.manage';

const everything: readonly OrganisationAction[] = [
  'application.read',
  'application.write',
  'application.submit',
  'application.delete',
  'access-key.manage',
  'billing.read',
  'billing.pay',
  'organisation.manage',
];

const allowed = {
  OWNER: everything,
  DEVELOPER: ['application.read', 'application.write', 'application.submit', 'application.delete', 'access-key.manage'],
  BILLING: ['application.read', 'billing.read', 'billing.pay'],
  VIEWER: ['application.read'],
} satisfies Record<OrganisationRole, readonly OrganisationAction[]>;

/** Whether a role may do this; for screens that hide what would be refused. */
export function mayDo(role: OrganisationRole, action: OrganisationAction): boolean {
  const actions: readonly OrganisationAction[] = allowed[role];
  return actions.includes(action);
}

/**
 * The caller's membership of this organisation, if its role may do the action.
 * @throws AppError NOT_FOUND for another tenant's organisation, which looks like an absent one; FORBIDDEN for a role that may not.
 */
export function requireAccess(session: CurrentSession, organisationId: string, action: OrganisationAction): OrganisationMembership {
  const membership = session.organisations.find((organisation) => organisation.id === organisationId);
  if (!membership) throw new AppError('NOT_FOUND', { subject: 'organisation' }, { publicMessage: 'There is no such organisation.' });
  if (!mayDo(membership.role, action)) {
    throw new AppError('FORBIDDEN', {}, {
      publicMessage: `Your role in ${membership.name} does not allow this. Ask one of its owners.`,
      message: `role ${membership.role} may not ${action}`,
    });
  }
  return membership;
}

/**
 * The organisation that the caller works for (the first one; a person who signed up has exactly one), if its role may do the action.
 * @throws AppError FORBIDDEN when the caller belongs to none, as a portal admin does.
 */
export function requireOrganisation(session: CurrentSession, action: OrganisationAction): OrganisationMembership {
  const first = session.organisations[0];
  if (!first) {
    throw new AppError('FORBIDDEN', {}, { publicMessage: 'This account belongs to no organisation. Sign in with a publisher’s account.' });
  }
  return requireAccess(session, first.id, action);
}

/** @throws AppError FORBIDDEN unless the caller is the portal admin. */
export function requirePortalAdmin(session: CurrentSession): void {
  if (!session.user.isPortalAdmin) {
    throw new AppError('FORBIDDEN', {}, { publicMessage: 'Only the portal admin may do this.' });
  }
}

/** @throws AppError EMAIL_NOT_VERIFIED: publishing needs a verified address, a test sub-chain does not. */
export function requireVerifiedEmail(session: CurrentSession): void {
  if (!session.user.emailVerified) {
    throw new AppError('EMAIL_NOT_VERIFIED', {}, {
      publicMessage: 'Verify your e-mail address first: open the link in our mail, or let us send another.',
    });
  }
}
