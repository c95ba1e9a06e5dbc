"use client";

import { z } from "zod";
import { useApiMutation } from "@/app/_api/use-api-mutation";
import { identityKeys } from "@/lib/identity/client";

export function useEndOtherSessions(onEnded: (ended: number) => void) {
  return useApiMutation<void, { ended: number }>({
    call: () => ({ method: "POST", path: "/api/identity/sessions/end-others" }),
    schema: z.object({ ended: z.number() }),
    invalidates: [identityKeys.sessions()],
    onSuccess: ({ ended }) => onEnded(ended),
  });
}
