import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { POST as changePassword } from "@/app/api/identity/change-password/route";
import { POST as requestReset } from "@/app/api/identity/request-password-reset/route";
import { POST as resetPassword } from "@/app/api/identity/reset-password/route";
import { POST as signUp } from "@/app/api/identity/sign-up/route";
import { POST as verifyEmail } from "@/app/api/identity/verify-email/route";
import { signIn } from "@/lib/identity";
import { freshOrigin, freshPassword, mailsTo, tokenFromMail } from "@/lib/identity/testing";
import { getDb, getRedis, singleton } from "@/lib/platform";
import { defineRoute } from "./define-route";
import { callRoute } from "./testing";

// A logger without the redaction of the real one: what it writes shows what our code hands over.
const lines: string[] = [];
const sink = new Writable({
  write: (chunk: Buffer, _encoding, done) => {
    lines.push(chunk.toString());
    done();
  },
});
singleton("logger", () => pino({ level: "trace" }, sink));

const secrets = new Set<string>();
const keep = <T extends string>(secret: T): T => {
  secrets.add(secret);
  return secret;
};
const email = `secrecy-${freshOrigin().ipAddress}@example.com`;

/** Every row of every table, as text. */
async function dumpTables(): Promise<string> {
  const db = getDb();
  const tables = await db.$queryRaw<{ name: string }[]>`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
  const dumps = await Promise.all(tables.map(({ name }) => db.$queryRawUnsafe<{ row: string }[]>(`SELECT row_to_json(t)::text AS row FROM "${name}" t`)));
  return dumps.flat().map(({ row }) => row).join("\n");
}

async function dumpRedis(): Promise<string> {
  const redis = getRedis();
  const keys = await redis.keys("*");
  const strings = keys.filter((key) => key.startsWith("limit:"));
  const values = strings.length > 0 ? await redis.mget(strings) : [];
  return [...keys, ...values].join("\n");
}

// The whole life of an account, with slips and failures on the way.
beforeAll(async () => {
  const headers = { "x-forwarded-for": freshOrigin().ipAddress };
  const post = (handler: Parameters<typeof callRoute>[0], body: unknown, more: object = {}) => callRoute(handler, { method: "POST", body, headers, ...more });

  const password = keep(freshPassword());
  await post(signUp, { email, password: keep("Password123456-x") });
  const { headers: answered } = await post(signUp, { email, password });
  const cookie = (answered.get("set-cookie") ?? "").split(";")[0] ?? "";
  keep(cookie.slice(cookie.indexOf("=") + 1));
  await post(signUp, { email, password: keep(freshPassword()) });

  await vi.waitFor(async () => expect(await mailsTo(email)).toHaveLength(1));
  await post(verifyEmail, { token: keep(await tokenFromMail(email, "/verify-email")) });
  await post(verifyEmail, { token: keep("T".repeat(43)) });

  await signIn({ email, password: keep(freshPassword()) }, freshOrigin()).catch(() => undefined);
  const next = keep(freshPassword());
  await post(changePassword, { currentPassword: keep(freshPassword()), newPassword: next }, { as: { cookie } });
  await post(changePassword, { currentPassword: password, newPassword: next }, { as: { cookie }, idempotencyKey: "secrecy-change-1" });

  await post(requestReset, { email });
  const token = await vi.waitFor(() => tokenFromMail(email, "/reset-password"));
  await post(resetPassword, { token: keep(token), password: keep("short-pass") });
  await post(resetPassword, { token, password: keep(freshPassword()) });

  // What a verb does wrong must not turn its input into a log line.
  const broken = defineRoute({ auth: "public", input: { body: z.object({ password: z.string() }) }, handler: () => Promise.reject(new Error("broken")) });
  await post(broken, { password: keep(freshPassword()) });
});

afterAll(() => {
  sink.destroy();
});

describe("passwords, links and session cookies", () => {
  it("are what this test looks for, and the log was listened to", () => {
    expect(secrets.size).toBeGreaterThanOrEqual(11);
    expect(lines.filter((line) => line.includes('"msg":"request"')).length).toBeGreaterThanOrEqual(10);
    expect(lines.some((line) => line.includes('"status":500'))).toBe(true);
  });

  it("never reach the log, not even before its redaction", () => {
    const log = lines.join("\n");
    for (const secret of secrets) expect(log.includes(secret)).toBe(false);
    expect(log).not.toContain(email);
  });

  it("never reach a table: audit rows, idempotency keys, tokens, anything", async () => {
    const tables = await dumpTables();
    expect(tables).toContain("user.reset-password");
    for (const secret of secrets) expect(tables.includes(secret)).toBe(false);
  });

  it("never reach Redis, nor does an address of mail", async () => {
    const redis = await dumpRedis();
    expect(redis).toContain("limit:sign-in.account:");
    for (const secret of secrets) expect(redis.includes(secret)).toBe(false);
    expect(redis).not.toContain(email);
  });
});
