import { describe, expect, it, vi } from "vitest";
import { callRoute, createTenant } from "@/app/api/_http/testing";
import { freshOrigin, mailsTo } from "@/lib/identity/testing";
import { POST } from "./route";

const ipAddress = freshOrigin().ipAddress;
const request = (body: unknown) => callRoute(POST, { method: "POST", path: "/api/identity/request-password-reset", body, headers: { "x-forwarded-for": ipAddress } });

describe("202", () => {
  it("answers an unknown address exactly like a known one, and mails only the known one", async () => {
    const tenant = await createTenant();
    const known = await request({ email: tenant.email });
    const unknown = await request({ email: "nobody-at-all@example.com" });
    expect(known).toMatchObject({ status: 202, body: { accepted: true } });
    expect({ status: unknown.status, body: unknown.body }).toEqual({ status: known.status, body: known.body });
    await vi.waitFor(async () => expect(await mailsTo(tenant.email)).toHaveLength(2));
    expect(await mailsTo("nobody-at-all@example.com")).toHaveLength(0);
  });
});

describe("400", () => {
  it("refuses what is no address", async () => {
    expect(await request({ email: "nobody" })).toMatchObject({ status: 400, body: { fields: { email: expect.any(String) } } });
  });
});

describe("429", () => {
  it("stops asking for one mailbox after five in an hour", async () => {
    const email = `flood-${freshOrigin().ipAddress}@example.com`;
    const statuses = [];
    for (let count = 0; count < 6; count++) statuses.push((await request({ email })).status);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429]);
  });
});
