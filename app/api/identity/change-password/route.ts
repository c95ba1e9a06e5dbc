import { defineRoute } from "@/app/api/_http/define-route";
import { changePassword, changePasswordSchema } from "@/lib/identity";

export const POST = defineRoute({
  auth: "user",
  input: { body: changePasswordSchema },
  handler: async ({ session, body, origin }) => {
    const { sessionsEnded } = await changePassword(session, body, origin);
    return { sessionsEnded };
  },
});
