import { defineRoute } from "@/app/api/_http/define-route";
import { listSessions } from "@/lib/identity";

export const GET = defineRoute({
  auth: "user",
  handler: async ({ session }) => ({ sessions: await listSessions(session) }),
});
