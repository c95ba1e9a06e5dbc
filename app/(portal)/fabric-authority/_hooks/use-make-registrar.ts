"use client";

import { useApiMutation } from "@/app/_api/use-api-mutation";
import { fabricCaKeys, type RegistrarSecretView } from "@/lib/fabric-ca/client";

export function useMakeRegistrar(onMade: (made: RegistrarSecretView) => void) {
  return useApiMutation<void, RegistrarSecretView>({
    call: () => ({ method: "POST", path: "/api/fabric-authority/registrar" }),
    invalidates: [fabricCaKeys.all],
    onSuccess: onMade,
  });
}
