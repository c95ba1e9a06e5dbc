import { readSessionId, sessionCookieName } from "@/app/_session/session-cookie";
import { findSession, requirePortalAdmin, type CurrentSession } from "@/lib/identity";
import { AppError } from "@/lib/platform";

/** Who may call: anybody, somebody signed in, the portal admin. */
export type RouteAuth = "public" | "user" | "admin";

/**
 * The caller's session, read from its row.
 * @throws AppError UNAUTHENTICATED without a live session, FORBIDDEN where an admin is needed.
 */
export async function authenticate(headers: Headers, auth: Exclude<RouteAuth, "public">): Promise<CurrentSession> {
  const sessionId = await readSessionId(cookieValue(headers.get("cookie"), sessionCookieName()));
  const session = sessionId ? await findSession(sessionId) : undefined;
  if (!session) throw new AppError("UNAUTHENTICATED", {}, { publicMessage: "You are not signed in, or your session has ended. Sign in again." });
  if (auth === "admin") requirePortalAdmin(session);
  return session;
}

function cookieValue(header: string | null, name: string): string | undefined {
  const part = (header ?? "").split(";").find((one) => one.trim().startsWith(`${name}=`));
  return part?.trim().slice(name.length + 1);
}
