"use client";

import { useApiMutation } from "@/app/_api/use-api-mutation";
import { accessKeyKeys } from "@/lib/access-keys/client";

/** Revokes the key with this id. */
export function useRevokeAccessKey(applicationId: string) {
  return useApiMutation<string>({
    call: (keyId) => ({ method: "DELETE", path: `/api/applications/${applicationId}/access-keys/${keyId}` }),
    invalidates: [accessKeyKeys.ofApplication(applicationId)],
  });
}
