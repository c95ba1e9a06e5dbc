import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { getTransaction, transactionHashSchema } from "@/lib/explorer";

export const GET = defineRoute({
  auth: "user",
  input: { params: applicationParams.extend({ transactionHash: transactionHashSchema }) },
  handler: ({ session, params }) => getTransaction({ session }, params.applicationId, params.transactionHash),
});
