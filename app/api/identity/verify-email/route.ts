import { defineRoute } from "@/app/api/_http/define-route";
import { verifyEmail, verifyEmailSchema } from "@/lib/identity";

export const POST = defineRoute({
  auth: "public",
  input: { body: verifyEmailSchema },
  rateLimit: { limit: 60, windowSeconds: 3600 },
  handler: ({ body, origin }) => verifyEmail(body, origin),
});
