import { notFound } from "next/navigation";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import type { CurrentSession } from "@/lib/identity";

/** The portal admin who asks for this page. For everybody else there is nothing at this address; a visitor signs in first. */
export async function requirePortalAdmin(returnTo: string): Promise<CurrentSession> {
  const session = await requireCurrentSession(returnTo);
  return session.user.isPortalAdmin ? session : notFound();
}
