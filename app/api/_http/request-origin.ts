import type { RequestOrigin } from "@/lib/identity";
import { createId, getEnv } from "@/lib/platform";

/** Names the request and says where it came from. */
export function requestOrigin(headers: Headers): RequestOrigin {
  return {
    requestId: createId("request"),
    ipAddress: clientAddress(headers.get("x-forwarded-for"), getEnv().TRUSTED_PROXIES),
    userAgent: headers.get("user-agent") ?? "",
  };
}

/**
 * The client's address from X-Forwarded-For, whose last entry is the socket's own (see instrumentation.ts) and before
 * it one per trusted proxy. What stands further left was said by the client and is not believed.
 */
export function clientAddress(forwardedFor: string | null, trustedProxies: number): string {
  const entries = (forwardedFor ?? "").split(",").map((entry) => entry.trim()).filter(Boolean);
  return entries[Math.max(0, entries.length - 1 - trustedProxies)] ?? "unknown";
}
