import { defineRoute } from "@/app/api/_http/define-route";
import { listAuditEvents, listAuditEventsSchema } from "@/lib/audit";

export const GET = defineRoute({
  auth: "admin",
  input: { query: listAuditEventsSchema },
  handler: ({ query }) => listAuditEvents(query),
});
