import { randomBytes } from "node:crypto";
import { sessionCookie } from "@/app/_session/session-cookie";
import type { Caller } from "@/lib/access-keys";
import { findSession, signUp, type CurrentSession, type OrganisationRole, type RequestOrigin } from "@/lib/identity";
import { getDb } from "@/lib/platform";

/** Somebody who calls routes: a person who signed up, with an organisation of one, and the cookie of their browser. */
export interface Tenant {
  email: string;
  password: string;
  userId: string;
  organisationId: string;
  sessionId: string;
  cookie: string;
  origin: RequestOrigin;
  /** Read anew from the rows; fails when the session is over. */
  session(): Promise<CurrentSession>;
}

/** A tenant who shares nothing with any other; make two to show that one cannot reach the other's rows. */
export async function createTenant(input: { name?: string; organisation?: string } = {}): Promise<Tenant> {
  const chance = randomBytes(9);
  const email = `tenant-${chance.toString("hex")}@example.com`;
  const password = `kelp ${randomBytes(9).toString("hex")} turbine`;
  // An address of its own, so that tests do not use up each other's rate limits.
  const origin = { requestId: `req_${chance.toString("hex")}`, ipAddress: `10.${chance[0]}.${chance[1]}.${chance[2]}`, userAgent: "curl/8.5.0" };
  const { userId, organisationId, sessionId, mail } = await signUp({ ...input, email, password }, origin);
  await mail;
  const [cookie = ""] = (await sessionCookie(sessionId)).split(";");
  const session = async () => {
    const current = await findSession(sessionId);
    if (!current) throw new Error("the session is over");
    return current;
  };
  return { email, password, userId, organisationId, sessionId, cookie, origin, session };
}

/** A tenant who is also portal admin. */
export async function createAdmin(): Promise<Tenant> {
  const tenant = await createTenant();
  await getDb().user.update({ where: { id: tenant.userId }, data: { portalRole: "ADMIN" } });
  return tenant;
}

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
