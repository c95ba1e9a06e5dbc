import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { encode } from "next-auth/jwt";
import { afterEach, describe, expect, it, vi } from "vitest";

const sessionId = "ses_01m7wc417f02rjk0chzjwg2f1f";
const secret = () => randomBytes(32).toString("hex");
let folder: string | undefined;

async function load(publicUrl: string, authSecret = secret()) {
  folder = mkdtempSync(path.join(os.tmpdir(), "chainworks-cookie-"));
  const file = path.join(folder, "secrets.json");
  const key = randomBytes(32);
  const keys = { keyEncryptionKey: key.toString("base64"), accessKeyPepper: key.toString("base64") };
  writeFileSync(file, JSON.stringify({ authSecret, ...keys }));
  vi.stubEnv("DATABASE_URL", "postgresql://app@127.0.0.1:1/app");
  vi.stubEnv("REDIS_URL", "redis://127.0.0.1:1");
  vi.stubEnv("CHAINWORKS_DATA", folder);
  vi.stubEnv("CHAINWORKS_SECRETS", file);
  vi.stubEnv("PUBLIC_URL", publicUrl);
  vi.resetModules();
  return import("./session-cookie");
}

afterEach(() => {
  vi.unstubAllEnvs();
  if (folder) rmSync(folder, { recursive: true });
});

const valueOf = (header: string) => header.slice(header.indexOf("=") + 1, header.indexOf(";"));

describe("the session cookie", () => {
  it("is bound to the host and to https where the portal is reached by https", async () => {
    const cookie = await load("https://portal.example");
    expect(await cookie.sessionCookie(sessionId)).toMatch(/^__Host-chainworks\.session=[^;]+; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure$/);
    expect(cookie.endedSessionCookie()).toBe("__Host-chainworks.session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure");
  });

  it("gives back the session that it was made for", async () => {
    const cookie = await load("http://127.0.0.1:3000");
    expect(await cookie.readSessionId(valueOf(await cookie.sessionCookie(sessionId)))).toBe(sessionId);
  });

  it("names no session when it was changed, sealed under another secret, too old, or names something else", async () => {
    const authSecret = secret();
    const cookie = await load("http://127.0.0.1:3000", authSecret);
    const value = valueOf(await cookie.sessionCookie(sessionId));
    const middle = Math.floor(value.length * 0.8);
    const changed = value.slice(0, middle) + (value[middle] === "A" ? "B" : "A") + value.slice(middle + 1);
    const forged = [
      changed,
      value.slice(1),
      "",
      undefined,
      await encode({ token: { sessionId }, secret: secret() }),
      await encode({ token: { sessionId }, secret: authSecret, maxAge: -3600 }),
      await encode({ token: { sessionId: "usr_01m7wc417f02rjk0chzjwg2f1f" }, secret: authSecret }),
      await encode({ token: {}, secret: authSecret }),
      Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url") + "." + Buffer.from(JSON.stringify({ sessionId })).toString("base64url") + ".",
    ];
    for (const one of forged) expect(await cookie.readSessionId(one)).toBeUndefined();
  });
});
