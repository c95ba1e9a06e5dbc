import { defineRoute } from "@/app/api/_http/define-route";
import { requestEmailVerification } from "@/lib/identity";

export const POST = defineRoute({
  auth: "user",
  handler: ({ session }) => requestEmailVerification(session),
});
