import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { callRoute, createAdmin, createTenant } from "@/app/api/_http/testing";
import { getDb } from "@/lib/platform";
import { GET, PATCH } from "./route";

const path = "/api/identity/profile";
const rename = (body: unknown, as?: { cookie: string }, idempotencyKey?: string) => callRoute(PATCH, { method: "PATCH", path, body, as, ...(idempotencyKey ? { idempotencyKey } : {}) });

describe("200", () => {
  it("shows the caller and nobody else", async () => {
    const [tenant] = await Promise.all([createTenant({ name: "Lin Wei" }), createTenant()]);
    expect(await callRoute(GET, { path, as: tenant })).toMatchObject({
      status: 200,
      body: { user: { id: tenant.userId, email: tenant.email, name: "Lin Wei", emailVerified: false, isPortalAdmin: false }, organisations: [{ id: tenant.organisationId }] },
    });
    expect(await callRoute(GET, { path, as: await createAdmin() })).toMatchObject({ body: { user: { isPortalAdmin: true } } });
  });

  it("never shows the password's hash", async () => {
    expect(JSON.stringify((await callRoute(GET, { path, as: await createTenant() })).body)).not.toMatch(/argon2|hash/i);
  });

  it("renames the caller, once per key", async () => {
    const tenant = await createTenant();
    const key = randomUUID();
    for (const _time of [1, 2]) expect(await rename({ name: " Ada " }, tenant, key)).toMatchObject({ status: 200, body: { name: "Ada" } });
    expect((await tenant.session()).user.name).toBe("Ada");
    expect(await getDb().auditEvent.count({ where: { action: "user.update-profile", subjectId: tenant.userId } })).toBe(1);
  });
});

describe("400", () => {
  it("refuses an empty name and one of several lines", async () => {
    const tenant = await createTenant();
    for (const name of ["", "  ", "a\nb", "x".repeat(81)]) expect(await rename({ name }, tenant)).toMatchObject({ status: 400, body: { fields: { name: expect.any(String) } } });
  });
});

describe("401", () => {
  it("shows and changes nothing without a session", async () => {
    expect(await callRoute(GET, { path })).toMatchObject({ status: 401 });
    expect(await rename({ name: "Ada" })).toMatchObject({ status: 401 });
  });
});
