import { defineRoute } from "@/app/api/_http/define-route";
import { endOtherSessions } from "@/lib/identity";

export const POST = defineRoute({
  auth: "user",
  handler: ({ session, origin }) => endOtherSessions(session, origin),
});
