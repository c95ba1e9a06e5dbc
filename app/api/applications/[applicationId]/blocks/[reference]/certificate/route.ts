import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { getBlockCertificate } from "@/lib/explorer";
import { z } from "zod";

/** The finality certificate of the block at a height: who signed it, as anybody can check. */
export const GET = defineRoute({
  auth: "user",
  input: { params: applicationParams.extend({ reference: z.string().regex(/^[1-9]\d{0,14}$/).transform(Number) }) },
  handler: ({ session, params }) => getBlockCertificate({ session }, params.applicationId, params.reference),
});
