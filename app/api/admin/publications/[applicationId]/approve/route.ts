import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { approveApplication } from "@/lib/applications";

export const POST = defineRoute({
  auth: "admin",
  input: { params: z.object({ applicationId: z.string().max(80) }) },
  status: 202,
  idempotent: true,
  handler: ({ session, params, origin }) => approveApplication({ session, requestId: origin.requestId }, params.applicationId),
});
