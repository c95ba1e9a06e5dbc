import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { consumptionQuerySchema, getHostConsumption } from "@/lib/city-nodes";

/** What sub-chains take of a host, of every tenant: a page of them, measured by the host when it is asked. */
export const GET = defineRoute({
  auth: "admin",
  input: { params: z.object({ hostId: z.string().max(80) }), query: consumptionQuerySchema },
  handler: ({ params, query }) => getHostConsumption(params.hostId, query),
});
