import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { revokeCertificate, revokeCertificateSchema } from "@/lib/certificates";

export const POST = defineRoute({
  auth: "admin",
  input: { params: z.object({ certificateId: z.string().max(80) }), body: revokeCertificateSchema },
  idempotent: true,
  handler: ({ session, params, body, origin }) =>
    revokeCertificate({ certificateId: params.certificateId, reason: body.reason, actor: { kind: "USER", userId: session.user.id }, requestId: origin.requestId }),
});
