import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { resumeApplication } from "@/lib/applications";

/** Either the operation that goes on, or the invoice whose payment lets it go on; the other one is null. */
export const POST = defineRoute({
  auth: "user",
  input: { params: applicationParams },
  status: 202,
  idempotent: true,
  handler: async ({ session, params, origin }) => {
    const { operationId, invoiceId } = await resumeApplication({ session, requestId: origin.requestId }, params.applicationId);
    return { operationId: operationId ?? null, invoiceId: invoiceId ?? null };
  },
});
