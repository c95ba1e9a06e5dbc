"use client";

import { useEffect, useState, useSyncExternalStore } from "react";
import { emailTokenSchema } from "@/lib/identity/client";

/**
 * The token behind the `#` of a mailed link: undefined until the page's script runs, null when there is none. It is
 * taken out of the address, so that neither history nor a shared screen keeps it.
 */
export function useLinkToken(): string | null | undefined {
  const ready = useSyncExternalStore(noChanges, () => true, () => false);
  const [token] = useState(() => (typeof window === "undefined" ? null : readToken(window.location.hash)));
  useEffect(() => {
    if (window.location.hash) window.history.replaceState(window.history.state, "", window.location.pathname);
  }, []);
  return ready ? token : undefined;
}

function readToken(hash: string): string | null {
  const token = new URLSearchParams(hash.slice(1)).get("token");
  return emailTokenSchema.safeParse(token).data ?? null;
}

const noChanges = () => () => undefined;
