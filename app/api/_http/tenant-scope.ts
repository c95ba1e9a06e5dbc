import { requireOrganisation, type CurrentSession } from "@/lib/identity";

/** Whose rows the caller may see: their organisation's; the portal admin everybody's. */
export function tenantScope(session: CurrentSession): { organisationId?: string } {
  return session.user.isPortalAdmin ? {} : { organisationId: requireOrganisation(session, "application.read").id };
}
