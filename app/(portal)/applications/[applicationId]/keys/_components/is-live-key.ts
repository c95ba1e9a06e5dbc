import type { AccessKeyView } from "@/lib/access-keys/client";

/** Neither revoked nor expired at this moment, milliseconds since 1970. */
export function isLiveKey({ revokedAt, expiresAt }: Pick<AccessKeyView, "revokedAt" | "expiresAt">, nowMs: number): boolean {
  return revokedAt === null && (expiresAt === null || new Date(expiresAt).getTime() > nowMs);
}
