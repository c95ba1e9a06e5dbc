import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { getPublication } from "@/lib/applications";

export const GET = defineRoute({
  auth: "admin",
  input: { params: z.object({ applicationId: z.string().max(80) }) },
  handler: ({ session, params }) => getPublication({ session }, params.applicationId),
});
