import { sessionIdOf } from "@/app/_session/session-cookie";
import { findSession, requirePortalAdmin, type CurrentSession } from "@/lib/identity";
import { AppError } from "@/lib/platform";

/** Who may call: anybody, somebody signed in, the portal admin. */
export type RouteAuth = "public" | "user" | "admin";

/**
 * The caller's session, read from its row.
 * @throws AppError UNAUTHENTICATED without a live session, FORBIDDEN where an admin is needed.
 */
export async function authenticate(headers: Headers, auth: Exclude<RouteAuth, "public">): Promise<CurrentSession> {
  const sessionId = await sessionIdOf(headers);
  const session = sessionId ? await findSession(sessionId) : undefined;
  if (!session) throw new AppError("UNAUTHENTICATED", {}, { publicMessage: "You are not signed in, or your session has ended. Sign in again." });
  if (auth === "admin") requirePortalAdmin(session);
  return session;
}
