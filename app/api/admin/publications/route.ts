import { defineRoute } from "@/app/api/_http/define-route";
import { listPublications, listPublicationsSchema } from "@/lib/applications";

export const GET = defineRoute({
  auth: "admin",
  input: { query: listPublicationsSchema },
  handler: ({ session, query }) => listPublications({ session }, query),
});
