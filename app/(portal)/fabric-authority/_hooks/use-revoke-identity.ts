"use client";

import { useApiMutation } from "@/app/_api/use-api-mutation";
import { fabricCaKeys, type FabricIdentityView } from "@/lib/fabric-ca/client";

export function useRevokeIdentity(onRevoked: (identity: FabricIdentityView) => void) {
  return useApiMutation<FabricIdentityView>({
    call: ({ id }) => ({ method: "POST", path: `/api/fabric-authority/identities/${id}/revoke` }),
    invalidates: [fabricCaKeys.all],
    onSuccess: (_answer, identity) => onRevoked(identity),
  });
}
