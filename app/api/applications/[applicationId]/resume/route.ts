import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { resumeApplication } from "@/lib/applications";

export const POST = defineRoute({
  auth: "user",
  input: { params: applicationParams },
  status: 202,
  idempotent: true,
  handler: ({ session, params, origin }) => resumeApplication({ session, requestId: origin.requestId }, params.applicationId),
});
