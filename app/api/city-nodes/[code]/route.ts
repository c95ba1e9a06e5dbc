import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { tenantScope } from "@/app/api/_http/tenant-scope";
import { getCityNode } from "@/lib/city-nodes";

/** A city node with its hosts; peers only of the caller's own sub-chains, all of them for the portal admin. */
export const GET = defineRoute({
  auth: "user",
  input: { params: z.object({ code: z.string().regex(/^[A-Za-z]{3,4}$/) }) },
  handler: ({ session, params }) => getCityNode(params.code, tenantScope(session)),
});
