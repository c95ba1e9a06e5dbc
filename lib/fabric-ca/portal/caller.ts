import { requireOrganisation, type CurrentSession, type OrganisationAction, type OrganisationMembership } from '@/lib/identity';
import { AppError } from '@/lib/platform';
import { findAuthorityOf, type Authority } from '../ensure-fabric-authority';

/** Somebody signed in at the portal. */
export interface PortalCaller {
  session: CurrentSession;
  requestId?: string | undefined;
}

export function actorOf({ session }: PortalCaller): { kind: 'USER'; userId: string } {
  return { kind: 'USER', userId: session.user.id };
}

/** @throws AppError FORBIDDEN */
export function requireMembership({ session }: PortalCaller, action: OrganisationAction): OrganisationMembership {
  return requireOrganisation(session, action);
}

/** The authority of the caller's organisation. @throws AppError FORBIDDEN, NOT_FOUND before it is made */
export async function requireAuthority(caller: PortalCaller, action: OrganisationAction): Promise<Authority> {
  const authority = await findAuthorityOf(requireMembership(caller, action).id);
  if (!authority) throw new AppError('NOT_FOUND', { subject: 'fabric-authority' }, { publicMessage: 'This organisation has no certificate authority for Fabric yet. Make its registrar first.' });
  return authority;
}
