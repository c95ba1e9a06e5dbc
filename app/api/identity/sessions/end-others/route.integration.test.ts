import { describe, expect, it } from "vitest";
import { callRoute, createTenant } from "@/app/api/_http/testing";
import { findSession, signIn } from "@/lib/identity";
import { freshOrigin } from "@/lib/identity/testing";
import { POST } from "./route";

const endOthers = (as?: { cookie: string }) => callRoute(POST, { method: "POST", path: "/api/identity/sessions/end-others", as });

describe("200", () => {
  it("leaves the asking browser and other people signed in", async () => {
    const [tenant, stranger] = await Promise.all([createTenant(), createTenant()]);
    const { sessionId } = await signIn({ email: tenant.email, password: tenant.password }, freshOrigin());
    expect(await endOthers(tenant)).toMatchObject({ status: 200, body: { ended: 1 } });
    expect(await findSession(sessionId)).toBeUndefined();
    expect(await tenant.session()).toBeDefined();
    expect(await stranger.session()).toBeDefined();
  });
});

describe("401", () => {
  it("ends nothing for who is not signed in", async () => {
    expect(await endOthers()).toMatchObject({ status: 401 });
  });
});
