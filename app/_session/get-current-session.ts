import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { findSession, type CurrentSession } from "@/lib/identity";
import { readSessionId, sessionCookieName } from "./session-cookie";
import { signInPath } from "./sign-in-path";

/** Who asks for this page, read from the session's row once per request; undefined for a visitor. */
export const getCurrentSession = cache(async (): Promise<CurrentSession | undefined> => {
  const sessionId = await readSessionId((await cookies()).get(sessionCookieName())?.value);
  return sessionId ? findSession(sessionId) : undefined;
});

/** For pages of the console: a visitor is sent to sign in and comes back to `returnTo` (a path of this portal). */
export async function requireCurrentSession(returnTo: string): Promise<CurrentSession> {
  const session = await getCurrentSession();
  return session ?? redirect(signInPath(returnTo));
}
