import { z } from "zod";
import { defineEventStream } from "@/app/api/_http/define-event-stream";
import { tenantScope } from "@/app/api/_http/tenant-scope";
import { getOperation, watchOperation } from "@/lib/operations";

/** The operation as it is, then after each change until it is final. */
export const GET = defineEventStream({
  auth: "user",
  input: { params: z.object({ operationId: z.string().max(80) }) },
  before: async ({ session, params }) => {
    await getOperation(params.operationId, tenantScope(session));
  },
  async *events({ session, params, signal }) {
    for await (const view of watchOperation(params.operationId, signal, tenantScope(session))) {
      yield { id: String(view.version), data: view };
    }
  },
});
