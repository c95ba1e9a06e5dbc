import { endedSessionCookie } from "@/app/_session/session-cookie";
import { defineRoute } from "@/app/api/_http/define-route";
import { endSession } from "@/lib/identity";

/** Ends the session's row and lets the browser forget its cookie. */
export const POST = defineRoute({
  auth: "user",
  handler: async ({ session, origin }) => {
    await endSession(session, session.id, origin);
    return new Response(null, { status: 204, headers: { "set-cookie": endedSessionCookie() } });
  },
});
