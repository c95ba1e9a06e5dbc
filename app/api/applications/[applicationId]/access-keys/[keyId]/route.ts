import { z } from "zod";
import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { revokeAccessKey } from "@/lib/access-keys";

/** `effective` says whether every city node has confirmed already. */
export const DELETE = defineRoute({
  auth: "user",
  input: { params: applicationParams.extend({ keyId: z.string().max(80) }) },
  handler: ({ session, params, origin }) => revokeAccessKey({ session, requestId: origin.requestId }, params.applicationId, params.keyId),
});
