import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { makeFabricKit, makeFabricKitSchema } from "@/lib/sub-chains";

/** A zip, base64, with a private key that is in this answer alone. */
export const POST = defineRoute({
  auth: "user",
  input: { params: applicationParams, body: makeFabricKitSchema },
  status: 201,
  idempotent: "secret-answer",
  rateLimit: { limit: 30, windowSeconds: 60 },
  async handler({ session, params, body, origin }) {
    const { fileName, zip } = await makeFabricKit({ session, requestId: origin.requestId }, params.applicationId, body);
    return { fileName, zip: Buffer.from(zip).toString("base64") };
  },
});
