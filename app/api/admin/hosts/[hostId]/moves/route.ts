import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { movePeer } from "@/lib/sub-chains";
import { movePeerSchema } from "@/lib/sub-chains/client";

/** A peer of the host to a process of its own, or back, by an operation; clients write on meanwhile. */
export const POST = defineRoute({
  auth: "admin",
  input: { params: z.object({ hostId: z.string().max(80) }), body: movePeerSchema },
  status: 202,
  idempotent: true,
  handler: ({ session, params, body, origin }) => movePeer({ session, requestId: origin.requestId }, { hostId: params.hostId, ...body }),
});
