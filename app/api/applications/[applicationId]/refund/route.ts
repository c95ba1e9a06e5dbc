import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { refundApplication } from "@/lib/applications";

export const POST = defineRoute({
  auth: "user",
  input: { params: applicationParams },
  idempotent: true,
  handler: ({ session, params, origin }) => refundApplication({ session, requestId: origin.requestId }, params.applicationId),
});
