import type { CurrentSession } from "@/lib/identity";

/** Where somebody begins who came without a wish: publishers with their applications, the portal admin with the queue. */
export function startPath(session: CurrentSession): string {
  return session.user.isPortalAdmin ? "/admin/publications" : "/applications";
}
