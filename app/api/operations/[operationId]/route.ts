import { z } from "zod";
import { tenantScope } from "@/app/api/_http/tenant-scope";
import { defineRoute } from "@/app/api/_http/define-route";
import { getOperation } from "@/lib/operations";

export const GET = defineRoute({
  auth: "user",
  input: { params: z.object({ operationId: z.string().max(80) }) },
  handler: ({ session, params }) => getOperation(params.operationId, tenantScope(session)),
});
