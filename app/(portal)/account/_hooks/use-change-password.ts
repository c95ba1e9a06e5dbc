"use client";

import { z } from "zod";
import { useApiMutation } from "@/app/_api/use-api-mutation";
import { identityKeys, type ChangePasswordInput } from "@/lib/identity/client";

/** Ends the other sessions too, so the list is another one afterwards. */
export function useChangePassword() {
  return useApiMutation<ChangePasswordInput, { sessionsEnded: number }>({
    call: (body) => ({ method: "POST", path: "/api/identity/change-password", body }),
    schema: z.object({ sessionsEnded: z.number() }),
    invalidates: [identityKeys.sessions()],
  });
}
