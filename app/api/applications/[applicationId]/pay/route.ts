import { z } from "zod";
import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { payApplication } from "@/lib/applications";
import { cardSchema } from "@/lib/billing";

/** Few tries: the form must not serve to find out which stolen cards still work. */
export const POST = defineRoute({
  auth: "user",
  input: { params: applicationParams, body: z.strictObject({ card: cardSchema }) },
  idempotent: true,
  rateLimit: { limit: 10, windowSeconds: 10 * 60 },
  handler: ({ session, params, body, origin }) =>
    payApplication({ session, requestId: origin.requestId }, { applicationId: params.applicationId, card: body.card }),
});
