import { describe, expect, it } from "vitest";
import { callRoute, createTenant } from "@/app/api/_http/testing";
import { getDb } from "@/lib/platform";
import { GET } from "../profile/route";
import { POST } from "./route";

const signOut = (as?: { cookie: string }, headers = {}) => callRoute(POST, { method: "POST", path: "/api/identity/sign-out", as, headers });

describe("204", () => {
  it("ends the row, so that a copy of the cookie is worth nothing", async () => {
    const tenant = await createTenant();
    const answer = await signOut(tenant);
    expect(answer.status).toBe(204);
    expect(answer.headers.get("set-cookie")).toMatch(/^chainworks\.session=; Path=\/; Max-Age=0;/);
    expect(await callRoute(GET, { as: tenant })).toMatchObject({ status: 401 });
    expect((await getDb().session.findUniqueOrThrow({ where: { id: tenant.sessionId } })).endedAt).not.toBeNull();
  });
});

describe("401", () => {
  it("is the answer to who is not signed in", async () => {
    expect(await signOut()).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
  });
});

describe("403", () => {
  it("lets no other site sign a visitor out", async () => {
    const tenant = await createTenant();
    expect(await signOut(tenant, { origin: "https://evil.example" })).toMatchObject({ status: 403 });
    expect(await tenant.session()).toBeDefined();
  });
});
