import { describe, expect, it } from "vitest";
import { callRoute, createTenant, type Tenant } from "@/app/api/_http/testing";
import { findSession, signIn } from "@/lib/identity";
import { freshOrigin } from "@/lib/identity/testing";
import { DELETE } from "./route";

const end = (sessionId: string, as?: Tenant) => callRoute(DELETE, { method: "DELETE", path: `/api/identity/sessions/${sessionId}`, params: { sessionId }, as });

describe("204", () => {
  it("ends another browser of the caller, also when it is asked twice", async () => {
    const tenant = await createTenant();
    const { sessionId } = await signIn({ email: tenant.email, password: tenant.password }, freshOrigin());
    for (const _time of [1, 2]) expect(await end(sessionId, tenant)).toMatchObject({ status: 204 });
    expect(await findSession(sessionId)).toBeUndefined();
  });
});

describe("401", () => {
  it("ends nothing for who is not signed in", async () => {
    const tenant = await createTenant();
    expect(await end(tenant.sessionId)).toMatchObject({ status: 401 });
    expect(await tenant.session()).toBeDefined();
  });
});

describe("404", () => {
  it("is the answer to another tenant's session, which lives on, exactly as to an unknown one", async () => {
    const [mine, theirs] = await Promise.all([createTenant(), createTenant()]);
    const foreign = await end(theirs.sessionId, mine);
    const unknown = await end("ses_01m7wc417f02rjk0chzjwg2f1f", mine);
    expect(foreign).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
    expect(await theirs.session()).toBeDefined();
    const withoutId = (body: unknown) => ({ ...(body as object), requestId: "" });
    expect(withoutId(foreign.body)).toEqual(withoutId(unknown.body));
    expect(await end("not-a-session", mine)).toMatchObject({ status: 404 });
  });
});
