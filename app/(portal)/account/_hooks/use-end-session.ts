"use client";

import { useApiMutation } from "@/app/_api/use-api-mutation";
import { identityKeys, type SessionSummary } from "@/lib/identity/client";

export function useEndSession(onEnded: (session: SessionSummary) => void) {
  return useApiMutation<SessionSummary>({
    call: ({ id }) => ({ method: "DELETE", path: `/api/identity/sessions/${id}` }),
    invalidates: [identityKeys.sessions()],
    onSuccess: (_answer, session) => onEnded(session),
  });
}
