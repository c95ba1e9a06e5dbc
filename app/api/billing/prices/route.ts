import { defineRoute } from "@/app/api/_http/define-route";
import { quotePlan } from "@/lib/billing";

/** The price book, for everybody: what a plan costs, all included. */
export const GET = defineRoute({
  auth: "public",
  handler: async () => ({ prices: [quotePlan("TEST"), quotePlan("STANDARD")] }),
});
