import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { endSession, sessionIdSchema } from "@/lib/identity";

export const DELETE = defineRoute({
  auth: "user",
  input: { params: z.object({ sessionId: sessionIdSchema }) },
  handler: ({ session, params, origin }) => endSession(session, params.sessionId, origin),
});
