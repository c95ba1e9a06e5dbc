import { describe, expect, it } from "vitest";
import { callRoute, createTenant } from "@/app/api/_http/testing";
import { mailsTo } from "@/lib/identity/testing";
import { POST } from "./route";

const request = (as?: { cookie: string }) => callRoute(POST, { method: "POST", path: "/api/identity/request-email-verification", as });

describe("200", () => {
  it("sends another link to the caller's own address", async () => {
    const tenant = await createTenant();
    expect(await request(tenant)).toMatchObject({ status: 200, body: { sent: true } });
    expect(await mailsTo(tenant.email)).toHaveLength(2);
  });
});

describe("401", () => {
  it("sends nothing for who is not signed in", async () => {
    expect(await request()).toMatchObject({ status: 401 });
  });
});

describe("429", () => {
  it("stops after five in an hour", async () => {
    const tenant = await createTenant();
    const statuses = [];
    for (let count = 0; count < 6; count++) statuses.push((await request(tenant)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });
});
