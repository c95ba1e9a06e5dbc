import { sessionCookie } from "@/app/_session/session-cookie";
import type { RouteHandler } from "@/app/api/_http/define-route";
import { createInvoice } from "@/lib/billing";
import type { OrganisationRole } from "@/lib/identity";
import { createId, getDb } from "@/lib/platform";

/** Somebody signed in, with an own organisation, for route tests: own ids each time, so that tests share one database. */
export interface Visitor {
  userId: string;
  organisationId: string;
  sessionId: string;
  cookie: string;
}

export async function givenVisitor(options: { role?: OrganisationRole; isVerified?: boolean } = {}): Promise<Visitor> {
  const { role = "OWNER", isVerified = true } = options;
  const organisationId = createId("organisation");
  await getDb().organisation.create({ data: { id: organisationId, name: "Harbour Office" } });
  const userId = await givenUser({ emailVerifiedAt: isVerified ? new Date() : null });
  await getDb().membership.create({ data: { organisationId, userId, role } });
  return { userId, organisationId, ...(await signIn(userId)) };
}

/** The portal admin, who belongs to no organisation. */
export async function givenAdmin(): Promise<Omit<Visitor, "organisationId">> {
  const userId = await givenUser({ emailVerifiedAt: new Date(), portalRole: "ADMIN" });
  return { userId, ...(await signIn(userId)) };
}

async function givenUser(data: { emailVerifiedAt: Date | null; portalRole?: "ADMIN" }): Promise<string> {
  const id = createId("user");
  await getDb().user.create({ data: { id, email: `${id}@example.test`, name: "Ada", passwordHash: "-", ...data } });
  return id;
}

async function signIn(userId: string): Promise<{ sessionId: string; cookie: string }> {
  const sessionId = createId("session");
  const expiresAt = new Date(Date.now() + 60 * 60_000);
  await getDb().session.create({ data: { id: sessionId, userId, userAgent: "test", ipAddress: "127.0.0.1", expiresAt } });
  return { sessionId, cookie: (await sessionCookie(sessionId)).split(";")[0] ?? "" };
}

export interface RouteRequest {
  method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** With its query. */
  path: `/${string}`;
  params?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  as?: { cookie: string } | undefined;
  headers?: Record<string, string>;
}

export interface RouteAnswer {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined without content. */
  body: unknown;
}

/** Calls a route as Next does. */
export async function callRoute(handler: RouteHandler, options: RouteRequest): Promise<RouteAnswer> {
  const response = await handler(routeRequest(options), { params: Promise.resolve(options.params ?? {}) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

export function routeRequest({ method = "GET", path, body, as, headers = {} }: RouteRequest): Request {
  return new Request(`http://127.0.0.1:3000${path}`, {
    method,
    headers: {
      ...(as ? { cookie: as.cookie } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** An application of the visitor that waits for its payment, with its open invoice. */
export async function givenInvoice({ organisationId, userId }: Visitor): Promise<{ invoiceId: string; applicationId: string }> {
  const applicationId = createId("application");
  await getDb().installation.createMany({ data: [{ id: 1, number: 1 }], skipDuplicates: true });
  await getDb().application.create({
    data: { id: applicationId, organisationId, createdById: userId, plan: "STANDARD", state: "AWAITING_PAYMENT", name: "Bills of lading" },
  });
  const issue = { organisationId, applicationId, plan: "STANDARD" as const, actor: { kind: "USER" as const, userId } };
  const { id: invoiceId } = await getDb().$transaction((tx) => createInvoice(tx, issue));
  return { invoiceId, applicationId };
}
