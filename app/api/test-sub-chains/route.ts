import { defineRoute } from "@/app/api/_http/define-route";
import { createTestSubChain, createTestSubChainSchema } from "@/lib/sub-chains";

/** One click: a free sub-chain for 30 days. The operation that makes it is to be followed. */
export const POST = defineRoute({
  auth: "user",
  input: { body: createTestSubChainSchema },
  status: 202,
  idempotent: true,
  rateLimit: { limit: 10, windowSeconds: 60 },
  bodyBytesMax: 1024 * 1024,
  handler: ({ session, body, origin }) => createTestSubChain({ session, requestId: origin.requestId }, body),
});
