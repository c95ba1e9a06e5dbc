import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { submitApplication, submitApplicationSchema } from "@/lib/applications";

export const POST = defineRoute({
  auth: "user",
  input: { params: applicationParams, body: submitApplicationSchema },
  idempotent: true,
  handler: ({ session, params, body, origin }) =>
    submitApplication({ session, requestId: origin.requestId }, { applicationId: params.applicationId, version: body.version }),
});
