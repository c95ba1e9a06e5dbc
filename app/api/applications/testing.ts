import { createTenant, type Tenant } from "@/app/api/_http/testing";
import type { Caller } from "@/lib/access-keys";
import type { OrganisationRole } from "@/lib/identity";
import { getDb } from "@/lib/platform";

/** A tenant who may publish, also as the rooms' verbs see them. */
export interface Publisher extends Tenant {
  caller: Caller & { organisationId: string };
}

export async function createPublisher(options: { role?: OrganisationRole; isVerified?: boolean } = {}): Promise<Publisher> {
  const { role = "OWNER", isVerified = true } = options;
  const tenant = await createTenant();
  const { userId, organisationId } = tenant;
  if (isVerified) await getDb().user.update({ where: { id: userId }, data: { emailVerifiedAt: new Date() } });
  await getDb().membership.update({ where: { organisationId_userId: { organisationId, userId } }, data: { role } });
  return { ...tenant, caller: { session: await tenant.session(), organisationId } };
}
