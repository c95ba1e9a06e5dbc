"use client";

import { useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { fetchJson } from "@/app/_api/fetch-json";
import { identityKeys, type SessionSummary } from "@/lib/identity/client";

const answerSchema = z.object({
  sessions: z.array(
    z.object({ id: z.string(), device: z.string(), ipAddress: z.string(), createdAt: z.string(), lastSeenAt: z.string(), current: z.boolean() }),
  ),
});

/** Where the caller is signed in; the page brings the first answer along. */
export function useSessions(initial: SessionSummary[]) {
  return useQuery({
    queryKey: identityKeys.sessions(),
    queryFn: async ({ signal }) => (await fetchJson("/api/identity/sessions", { signal, schema: answerSchema })).sessions,
    initialData: initial,
  });
}
