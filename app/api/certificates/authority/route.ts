import { defineRoute } from "@/app/api/_http/define-route";
import { getAuthority } from "@/lib/certificates";

/** The authorities of this installation as PEM, each certified by the one behind it, the root last (RFC 8555 section 9.1). */
export const GET = defineRoute({
  auth: "public",
  rateLimit: { limit: 120, windowSeconds: 60 },
  handler: async () => {
    const { rootPem, intermediatesPem } = await getAuthority();
    return new Response(intermediatesPem + rootPem, { headers: { "content-type": "application/pem-certificate-chain", "cache-control": "public, max-age=3600" } });
  },
});
