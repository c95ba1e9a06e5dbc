import { describe, expect, it } from "vitest";
import { callRoute, createTenant } from "@/app/api/_http/testing";
import { GET } from "./route";

const path = "/api/identity/sessions";

describe("200", () => {
  it("lists the caller's sessions and nobody else's", async () => {
    const [tenant] = await Promise.all([createTenant(), createTenant()]);
    expect(await callRoute(GET, { path, as: tenant })).toMatchObject({ status: 200, body: { sessions: [{ id: tenant.sessionId, current: true, device: "curl" }] } });
  });
});

describe("401", () => {
  it("lists nothing without a session", async () => {
    expect(await callRoute(GET, { path })).toMatchObject({ status: 401 });
  });
});
