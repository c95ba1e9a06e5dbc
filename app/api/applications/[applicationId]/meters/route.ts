import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { getMeters } from "@/lib/metering";

/** What was used in this period, beside what the plan allows. */
export const GET = defineRoute({
  auth: "user",
  input: { params: applicationParams },
  handler: ({ session, params }) => getMeters({ session }, params.applicationId),
});
