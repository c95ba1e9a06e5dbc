import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { rejectApplication, rejectApplicationSchema } from "@/lib/applications";

export const POST = defineRoute({
  auth: "admin",
  input: { params: z.object({ applicationId: z.string().max(80) }), body: rejectApplicationSchema },
  idempotent: true,
  handler: ({ session, params, body, origin }) =>
    rejectApplication({ session, requestId: origin.requestId }, { applicationId: params.applicationId, reason: body.reason }),
});
