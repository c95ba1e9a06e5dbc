import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { beforeAll, describe, expect, it } from "vitest";
import { authOptions } from "@/app/_session/auth-options";
import { readSessionId } from "@/app/_session/session-cookie";
import { decodeSignInFailure } from "@/app/_session/sign-in-failure";
import { createTenant, type Tenant } from "@/app/api/_http/testing";
import { findSession } from "@/lib/identity";
import { freshOrigin } from "@/lib/identity/testing";
import { GET, POST } from "./route";

let tenant: Tenant;
beforeAll(async () => {
  tenant = await createTenant();
});

const base = "http://127.0.0.1:3000/api/auth";
const context = (action: string) => ({ params: Promise.resolve({ nextauth: action.split("/") }) });

interface Answer {
  status: number;
  body: unknown;
  cookies: string[];
}

/** next-auth with the portal's options, by its door for the older kind of handlers: the other one needs Next's request scope. */
async function send(action: string, { form, headers = {}, cookie = "" }: { form?: Record<string, string>; headers?: Record<string, string>; cookie?: string } = {}): Promise<Answer> {
  const answer: Answer = { status: 200, body: undefined, cookies: [] };
  const end = (body: unknown) => void (answer.body = body);
  const response = {
    status(code: number) {
      answer.status = code;
      return response;
    },
    getHeader: (name: string) => (name === "Set-Cookie" ? answer.cookies : undefined),
    setHeader(name: string, value: string | string[]) {
      if (name === "Set-Cookie") answer.cookies = [value].flat();
      return response;
    },
    json: end,
    send: end,
    end,
  };
  const cookies = Object.fromEntries(cookie.split("; ").map((one) => [one.split("=")[0], decodeURIComponent(one.slice(one.indexOf("=") + 1))]));
  const request = { method: form ? "POST" : "GET", query: { nextauth: action.split("/") }, body: form ? { ...form, json: "true" } : undefined, cookies, headers: { "x-forwarded-for": freshOrigin().ipAddress, ...headers } };
  await NextAuth(request as never, response as never, authOptions());
  return answer;
}

async function signIn(credentials: Record<string, string>, headers: Record<string, string> = {}) {
  const csrf = await send("csrf");
  const { csrfToken } = csrf.body as { csrfToken: string };
  const cookie = csrf.cookies.map((one) => one.split(";")[0]).join("; ");
  const answer = await send("callback/credentials", { form: { csrfToken, ...credentials }, cookie, headers });
  return { status: answer.status, session: sessionCookieOf(answer), failure: failureOf(answer) };
}

function sessionCookieOf(answer: Answer): string | undefined {
  return answer.cookies.find((one) => one.startsWith("chainworks.session="));
}

function failureOf({ body }: Answer) {
  const error = new URL((body as { url: string }).url, base).searchParams.get("error");
  return error === null ? undefined : decodeSignInFailure(error);
}

describe("200", () => {
  it("signs in by a sealed cookie that names a session row of this person", async () => {
    const { session } = await signIn({ email: tenant.email.toUpperCase(), password: tenant.password });
    expect(session).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    const sessionId = await readSessionId(/=([^;]+);/.exec(session ?? "")?.[1]);
    expect(sessionId).not.toBe(tenant.sessionId);
    expect((await findSession(sessionId ?? ""))?.user.id).toBe(tenant.userId);
  });

  it("ends the session that the browser came with", async () => {
    const before = await createTenant();
    await signIn({ email: tenant.email, password: tenant.password }, { cookie: before.cookie });
    expect(await findSession(before.sessionId)).toBeUndefined();
  });
});

describe("401", () => {
  it("says the same for a wrong password, an unknown account and no address at all, and sets no session", async () => {
    for (const email of [tenant.email, "nobody@example.com", "not an address"]) {
      expect(await signIn({ email, password: "not the password" })).toMatchObject({ status: 401, session: undefined, failure: { code: "UNAUTHENTICATED" } });
    }
  });

  it("tells who guesses too often when to come back", async () => {
    const headers = { "x-forwarded-for": freshOrigin().ipAddress };
    const answers = [];
    for (let count = 0; count < 11; count++) answers.push(await signIn({ email: tenant.email, password: "not the password" }, headers));
    expect(answers.at(-1)).toMatchObject({ failure: { code: "RATE_LIMITED", retryAfterSeconds: expect.any(Number), publicMessage: expect.stringContaining("minutes") } });
  });
});

describe("403", () => {
  it("lets no other site sign a visitor in, with or without a token of next-auth", async () => {
    const request = new NextRequest(`${base}/callback/credentials`, { method: "POST", headers: { origin: "https://evil.example" } });
    expect((await POST(request, context("callback/credentials"))).status).toBe(403);
    const withoutToken = await send("callback/credentials", { form: { email: tenant.email, password: tenant.password, csrfToken: "made-up" } });
    expect(withoutToken.body).toMatchObject({ url: expect.stringContaining("csrf=true") });
    expect(sessionCookieOf(withoutToken)).toBeUndefined();
  });
});

describe("413", () => {
  it("reads no more of a form than an address and a password can fill, also when its length is not announced", async () => {
    let sent = 0;
    const long = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (++sent > 100) controller.close();
        else controller.enqueue(new Uint8Array(64 * 1024).fill(0x61));
      },
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const request = new NextRequest(`${base}/callback/credentials`, { method: "POST", headers, body: long, duplex: "half" });
    expect((await POST(request, context("callback/credentials"))).status).toBe(413);
    expect(sent).toBeLessThan(5);
  });
});

describe("404", () => {
  it("is the answer to every page and action of next-auth that the portal does not use", async () => {
    for (const action of ["session", "providers", "signin", "signout", "error", "verify-request", "callback/github", "callback/credentials"]) {
      expect((await GET(new NextRequest(`${base}/${action}`), context(action))).status).toBe(404);
    }
    for (const action of ["session", "signout", "signin/credentials", "_log", "csrf"]) {
      expect((await POST(new NextRequest(`${base}/${action}`, { method: "POST" }), context(action))).status).toBe(404);
    }
  });
});
