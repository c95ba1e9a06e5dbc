import { beforeAll, describe, expect, it, vi } from "vitest";
import type * as TestingModule from "./testing";
import type * as SessionCookieModule from "@/app/_session/session-cookie";
import type * as ProfileRoute from "@/app/api/identity/profile/route";
import type * as SignUpRoute from "@/app/api/identity/sign-up/route";

// Ports that nobody listens on: in the process of this file the database and Redis are away.
vi.stubEnv("DATABASE_URL", "postgresql://app:s3cret@127.0.0.1:1/app");
vi.stubEnv("REDIS_URL", "redis://127.0.0.1:1");

let testing: typeof TestingModule;
let session: typeof SessionCookieModule;
let profile: typeof ProfileRoute;
let signUp: typeof SignUpRoute;
beforeAll(async () => {
  testing = await import("./testing");
  session = await import("@/app/_session/session-cookie");
  profile = await import("@/app/api/identity/profile/route");
  signUp = await import("@/app/api/identity/sign-up/route");
});

describe("503", () => {
  it("is the answer to who is signed in while the database is away: not 401, which would throw them out", async () => {
    const cookie = (await session.sessionCookie("ses_01m7wc417f02rjk0chzjwg2f1f")).split(";")[0] ?? "";
    const answer = await testing.callRoute(profile.GET, { as: { cookie } });
    expect(answer).toMatchObject({ status: 503, body: { code: "UNAVAILABLE", retryable: true, details: { what: "database" } } });
    expect(answer.headers.get("retry-after")).toBe("2");
    expect(JSON.stringify(answer.body)).not.toMatch(/127\.0\.0\.1|s3cret/);
  });

  it("is the answer where attempts cannot be counted", async () => {
    const answer = await testing.callRoute(signUp.POST, { method: "POST", body: { email: "a@example.com", password: "brackish kelp 42 turbine" } });
    expect(answer).toMatchObject({ status: 503, body: { code: "UNAVAILABLE", details: { what: "redis" } } });
  });
});
