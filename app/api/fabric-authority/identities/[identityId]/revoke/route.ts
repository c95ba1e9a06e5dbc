import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { revokeFabricIdentity } from "@/lib/fabric-ca";

export const POST = defineRoute({
  auth: "user",
  input: { params: z.object({ identityId: z.string().max(80) }) },
  idempotent: true,
  handler: async ({ session, params, origin }) => ({ identity: await revokeFabricIdentity({ session, requestId: origin.requestId }, params.identityId) }),
});
