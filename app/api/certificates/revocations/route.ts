import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { getRevocationList, getRevocations } from "@/lib/certificates";

// A revocation must be seen soon: a cache may keep a list for a minute, though it holds for weeks.
const caching = { "cache-control": "public, max-age=60" };

/** All current revocation lists as PEM; with `authority` that one's list as DER, as certificates name it (RFC 5280 section 4.2.1.13). */
export const GET = defineRoute({
  auth: "public",
  input: { query: z.object({ authority: z.string().max(80).optional() }) },
  rateLimit: { limit: 120, windowSeconds: 60 },
  handler: async ({ query: { authority } }) => {
    if (authority === undefined) return new Response((await getRevocations()).pem, { headers: { ...caching, "content-type": "application/x-pem-file" } });
    return new Response((await getRevocationList(authority)).der, { headers: { ...caching, "content-type": "application/pkix-crl" } });
  },
});
