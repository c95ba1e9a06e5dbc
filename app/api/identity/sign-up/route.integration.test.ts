import { describe, expect, it } from "vitest";
import { callRoute, createTenant } from "@/app/api/_http/testing";
import { freshOrigin, freshPassword, mailsTo } from "@/lib/identity/testing";
import { GET } from "../profile/route";
import { POST } from "./route";

const path = "/api/identity/sign-up";
const signUp = (body: unknown, headers: Record<string, string> = { "x-forwarded-for": freshOrigin().ipAddress }) => callRoute(POST, { method: "POST", path, body, headers });
const freshEmail = () => `route-${freshOrigin().ipAddress}@example.com`;

describe("201", () => {
  it("signs the browser in at once by a cookie that scripts cannot read", async () => {
    const email = freshEmail();
    const answer = await signUp({ email, password: freshPassword(), organisation: "Harbour" });
    expect(answer).toMatchObject({ status: 201, body: { userId: expect.stringMatching(/^usr_/), organisationId: expect.stringMatching(/^org_/) } });
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^chainworks\.session=[^;]+; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
    const profile = await callRoute(GET, { as: { cookie: cookie.split(";")[0] ?? "" } });
    expect(profile).toMatchObject({ status: 200, body: { user: { email }, organisations: [{ name: "Harbour", role: "OWNER" }] } });
    expect(await mailsTo(email)).toHaveLength(1);
  });

  it("carries the session's id sealed, not in clear", async () => {
    const answer = await signUp({ email: freshEmail(), password: freshPassword() });
    const token = /session=([^;]+)/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? "";
    for (const part of token.split(".")) expect(Buffer.from(part, "base64url").toString("latin1")).not.toContain("ses_");
  });
});

describe("400", () => {
  it("names each wrong field", async () => {
    expect(await signUp({ email: "lin@", password: "short" })).toMatchObject({
      status: 400,
      body: { code: "INVALID_INPUT", fields: { email: expect.stringContaining("name@company.com"), password: expect.stringContaining("12") } },
    });
    expect(await signUp({})).toMatchObject({ status: 400, body: { fields: { email: expect.any(String), password: expect.any(String) } } });
  });

  it("refuses a password that would be guessed, at its field", async () => {
    expect(await signUp({ email: freshEmail(), password: "Chainworks2026" })).toMatchObject({ status: 400, body: { fields: { password: expect.stringContaining("guessed") } } });
  });
});

describe("403", () => {
  it("lets no other site sign a visitor up", async () => {
    expect(await signUp({ email: freshEmail(), password: freshPassword() }, { origin: "https://evil.example" })).toMatchObject({ status: 403 });
  });
});

describe("409", () => {
  it("says that the address has an account, and what to do", async () => {
    const { email } = await createTenant();
    expect(await signUp({ email: email.toUpperCase(), password: freshPassword() })).toMatchObject({ status: 409, body: { code: "ALREADY_EXISTS", detail: expect.stringContaining("Sign in") } });
  });
});

describe("429", () => {
  it("does not believe the address that a client makes up in front of the socket's own", async () => {
    const socket = freshOrigin().ipAddress;
    const statuses = [];
    for (let count = 0; count < 61; count++) {
      statuses.push((await signUp({ email: freshEmail(), password: "aaaaaaaaaaaa" }, { "x-forwarded-for": `${freshOrigin().ipAddress}, ${socket}` })).status);
    }
    expect(statuses.slice(0, 60).every((status) => status === 400)).toBe(true);
    expect(statuses[60]).toBe(429);
  });
});
