import { defineRoute } from "@/app/api/_http/define-route";
import { makeRegistrarSecret } from "@/lib/fabric-ca";

/** The secret is in this answer alone; a former one ends. */
export const POST = defineRoute({
  auth: "user",
  status: 201,
  idempotent: "secret-answer",
  rateLimit: { limit: 10, windowSeconds: 60 },
  handler: ({ session, origin }) => makeRegistrarSecret({ session, requestId: origin.requestId }),
});
