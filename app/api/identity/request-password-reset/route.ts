import { defineRoute } from "@/app/api/_http/define-route";
import { requestPasswordReset, requestPasswordResetSchema } from "@/lib/identity";

/** Always the same answer: it does not tell who has an account. */
export const POST = defineRoute({
  auth: "public",
  input: { body: requestPasswordResetSchema },
  status: 202,
  handler: async ({ body, origin }) => {
    await requestPasswordReset(body, origin);
    return { accepted: true };
  },
});
