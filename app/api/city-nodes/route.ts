import { defineRoute } from "@/app/api/_http/define-route";
import { listCityNodes } from "@/lib/city-nodes";

/** The public catalogue: places, and whether they can be chosen now. */
export const GET = defineRoute({
  auth: "public",
  handler: async () => ({ cityNodes: await listCityNodes() }),
});
