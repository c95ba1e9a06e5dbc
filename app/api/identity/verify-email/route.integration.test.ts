import { describe, expect, it } from "vitest";
import { callRoute, createTenant } from "@/app/api/_http/testing";
import { freshOrigin, tokenFromMail } from "@/lib/identity/testing";
import { POST } from "./route";

const ipAddress = freshOrigin().ipAddress;
const verify = (body: unknown) => callRoute(POST, { method: "POST", path: "/api/identity/verify-email", body, headers: { "x-forwarded-for": ipAddress } });

describe("200", () => {
  it("confirms the address, also when the link is opened twice", async () => {
    const tenant = await createTenant();
    const token = await tokenFromMail(tenant.email, "/verify-email");
    for (const _time of [1, 2]) expect(await verify({ token })).toMatchObject({ status: 200, body: { email: tenant.email } });
    expect((await tenant.session()).user.emailVerified).toBe(true);
  });
});

describe("400", () => {
  it("tells a cut link from a used one", async () => {
    expect(await verify({ token: "abc" })).toMatchObject({ status: 400, body: { fields: { token: expect.stringContaining("not complete") } } });
    expect(await verify({})).toMatchObject({ status: 400 });
  });
});

describe("409", () => {
  it("says what to do with a link that does not work any more", async () => {
    expect(await verify({ token: "A".repeat(43) })).toMatchObject({ status: 409, body: { code: "CONFLICT", detail: expect.stringContaining("Ask for another") } });
  });
});
