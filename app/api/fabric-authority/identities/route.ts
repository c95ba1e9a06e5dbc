import { defineRoute } from "@/app/api/_http/define-route";
import { listFabricIdentities, listFabricIdentitiesSchema } from "@/lib/fabric-ca";

export const GET = defineRoute({
  auth: "user",
  input: { query: listFabricIdentitiesSchema },
  handler: ({ session, query }) => listFabricIdentities({ session }, query),
});
