import { describe, expect, it } from "vitest";
import { callRoute, createTenant } from "@/app/api/_http/testing";
import { signIn } from "@/lib/identity";
import { freshOrigin, freshPassword } from "@/lib/identity/testing";
import { POST } from "./route";

const change = (body: unknown, as?: { cookie: string }) => callRoute(POST, { method: "POST", path: "/api/identity/change-password", body, as });

describe("200", () => {
  it("says how many other browsers were signed out", async () => {
    const tenant = await createTenant();
    await signIn({ email: tenant.email, password: tenant.password }, freshOrigin());
    expect(await change({ currentPassword: tenant.password, newPassword: freshPassword() }, tenant)).toMatchObject({ status: 200, body: { sessionsEnded: 1 } });
  });
});

describe("400", () => {
  it("puts a wrong present password and a bad choice at their fields", async () => {
    const tenant = await createTenant();
    expect(await change({ currentPassword: "not the password", newPassword: freshPassword() }, tenant)).toMatchObject({ status: 400, body: { fields: { currentPassword: expect.any(String) } } });
    expect(await change({ currentPassword: tenant.password, newPassword: "Password123456" }, tenant)).toMatchObject({ status: 400, body: { fields: { newPassword: expect.any(String) } } });
    expect(await change({ currentPassword: tenant.password, newPassword: "short" }, tenant)).toMatchObject({ status: 400, body: { fields: { newPassword: expect.any(String) } } });
  });
});

describe("401", () => {
  it("changes nothing for who is not signed in", async () => {
    expect(await change({ currentPassword: "a", newPassword: freshPassword() })).toMatchObject({ status: 401 });
  });
});
