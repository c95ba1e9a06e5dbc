import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { blockReferenceSchema, getBlock } from "@/lib/explorer";

/** One block by its height or its hash. */
export const GET = defineRoute({
  auth: "user",
  input: { params: applicationParams.extend({ reference: blockReferenceSchema }) },
  handler: ({ session, params }) => getBlock({ session }, params.applicationId, params.reference),
});
