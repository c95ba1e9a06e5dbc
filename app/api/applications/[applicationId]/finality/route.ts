import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { changeFinality } from "@/lib/sub-chains";
import { changeFinalitySchema } from "@/lib/sub-chains/client";

/** Another finality mode for a running sub-chain, by an operation; writes go on meanwhile. */
export const POST = defineRoute({
  auth: "user",
  input: { params: applicationParams, body: changeFinalitySchema },
  status: 202,
  idempotent: true,
  handler: ({ session, params, body, origin }) => changeFinality({ session, requestId: origin.requestId }, { applicationId: params.applicationId, finality: body.finality }),
});
