import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { issueAccessKey, issueAccessKeySchema, listAccessKeys } from "@/lib/access-keys";

export const GET = defineRoute({
  auth: "user",
  input: { params: applicationParams },
  handler: async ({ session, params }) => ({ accessKeys: await listAccessKeys({ session }, params.applicationId) }),
});

/** The key is in this answer alone. */
export const POST = defineRoute({
  auth: "user",
  input: { params: applicationParams, body: issueAccessKeySchema },
  status: 201,
  idempotent: "secret-answer",
  rateLimit: { limit: 30, windowSeconds: 60 },
  handler: ({ session, params, body, origin }) => issueAccessKey({ session, requestId: origin.requestId }, params.applicationId, body),
});
