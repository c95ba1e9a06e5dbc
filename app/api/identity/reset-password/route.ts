import { defineRoute } from "@/app/api/_http/define-route";
import { resetPassword, resetPasswordSchema } from "@/lib/identity";

export const POST = defineRoute({
  auth: "public",
  input: { body: resetPasswordSchema },
  handler: async ({ body, origin }) => {
    const { email } = await resetPassword(body, origin);
    return { email };
  },
});
