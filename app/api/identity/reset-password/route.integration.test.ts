import { describe, expect, it } from "vitest";
import { callRoute, createTenant, type Tenant } from "@/app/api/_http/testing";
import { requestPasswordReset } from "@/lib/identity";
import { freshOrigin, freshPassword, tokenFromMail } from "@/lib/identity/testing";
import { GET } from "../profile/route";
import { POST } from "./route";

const ipAddress = freshOrigin().ipAddress;
const reset = (body: unknown) => callRoute(POST, { method: "POST", path: "/api/identity/reset-password", body, headers: { "x-forwarded-for": ipAddress } });
const tokenOf = async (tenant: Tenant) => {
  await (await requestPasswordReset({ email: tenant.email }, freshOrigin())).mail;
  return tokenFromMail(tenant.email, "/reset-password");
};

describe("200", () => {
  it("sets the password and signs every browser out", async () => {
    const tenant = await createTenant();
    expect(await reset({ token: await tokenOf(tenant), password: freshPassword() })).toMatchObject({ status: 200, body: { email: tenant.email } });
    expect(await callRoute(GET, { as: tenant })).toMatchObject({ status: 401 });
  });
});

describe("400", () => {
  it("refuses a short and a guessable password, and keeps the link good", async () => {
    const token = await tokenOf(await createTenant());
    for (const password of ["short", "Password123456"]) expect(await reset({ token, password })).toMatchObject({ status: 400, body: { fields: { password: expect.any(String) } } });
    expect(await reset({ token, password: freshPassword() })).toMatchObject({ status: 200 });
  });
});

describe("409", () => {
  it("lets a link work once", async () => {
    const token = await tokenOf(await createTenant());
    expect(await reset({ token, password: freshPassword() })).toMatchObject({ status: 200 });
    expect(await reset({ token, password: freshPassword() })).toMatchObject({ status: 409, body: { code: "CONFLICT" } });
  });
});
