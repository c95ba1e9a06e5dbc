import { sessionCookie } from "@/app/_session/session-cookie";
import { defineRoute } from "@/app/api/_http/define-route";
import { signUp, signUpSchema } from "@/lib/identity";

/** Opens an account and signs the browser in. Not answered twice by key: a repetition is told that the account exists. */
export const POST = defineRoute({
  auth: "public",
  input: { body: signUpSchema },
  handler: async ({ body, origin }) => {
    const { userId, organisationId, sessionId } = await signUp(body, origin);
    return Response.json({ userId, organisationId }, { status: 201, headers: { "set-cookie": await sessionCookie(sessionId) } });
  },
});
