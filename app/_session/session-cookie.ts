import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { sessionAbsoluteMs, sessionIdSchema } from "@/lib/identity";
import { getEnv, getSecrets } from "@/lib/platform";

const lifetimeSeconds = sessionAbsoluteMs / 1000;

/** The token says which row to look at and nothing else: who that is, and whether it still counts, the row says. */
const tokenSchema = z.object({ sessionId: sessionIdSchema });

export function isSecure(): boolean {
  return getEnv().PUBLIC_URL.startsWith("https:");
}

/** `__Host-` binds the cookie to this host and to https; browsers refuse the prefix on plain http. */
export function sessionCookieName(): string {
  return isSecure() ? "__Host-chainworks.session" : "chainworks.session";
}

/** Set-Cookie header that signs a browser in. */
export async function sessionCookie(sessionId: string): Promise<string> {
  const token = await encode({ token: { sessionId }, secret: getSecrets().authSecret, maxAge: lifetimeSeconds });
  return cookieHeader(token, lifetimeSeconds);
}

/** Set-Cookie header that makes a browser forget its session. */
export function endedSessionCookie(): string {
  return cookieHeader("", 0);
}

/** The session id inside a cookie's value; undefined for none, a forged or an expired one. */
export async function readSessionId(cookieValue: string | undefined): Promise<string | undefined> {
  if (!cookieValue) return undefined;
  try {
    const token = tokenSchema.safeParse(await decode({ token: cookieValue, secret: getSecrets().authSecret }));
    return token.data?.sessionId;
  } catch {
    // Sealed under another secret, cut short or made up: the visitor is simply not signed in.
    return undefined;
  }
}

/** The session id that a request's cookie names; undefined like in {@link readSessionId}. */
export async function sessionIdOf(headers: Headers): Promise<string | undefined> {
  const name = sessionCookieName();
  const part = (headers.get("cookie") ?? "").split(";").find((one) => one.trim().startsWith(`${name}=`));
  return readSessionId(part?.trim().slice(name.length + 1));
}

function cookieHeader(value: string, maxAgeSeconds: number): string {
  return `${sessionCookieName()}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${isSecure() ? "; Secure" : ""}`;
}
