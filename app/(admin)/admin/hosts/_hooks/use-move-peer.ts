"use client";

import { useApiMutation } from "@/app/_api/use-api-mutation";
import { hostKeys } from "@/lib/city-nodes/client";
import type { MovePeer } from "@/lib/sub-chains/client";

/** Begins the operation that takes a peer to another process of its host; the host's page follows it. */
export function useMovePeer(hostId: string, onSuccess: () => void) {
  return useApiMutation<MovePeer>({
    call: (body) => ({ method: "POST", path: `/api/admin/hosts/${hostId}/moves`, body }),
    invalidates: [hostKeys.all],
    onSuccess,
  });
}
