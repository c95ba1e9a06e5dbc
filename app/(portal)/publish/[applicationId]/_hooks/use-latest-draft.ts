"use client";

import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { applicationKeys, type ApplicationView } from "@/lib/applications/client";

const keyOf = (applicationId: string) => [...applicationKeys.detail(applicationId), "draft"];

/**
 * The draft as this window saved it last. Going back in the browser shows a step with what the server had sent for it
 * the first time; without this, it would show that as if nothing had been typed since, and the next save would be
 * refused as made from an old version.
 */
export function useLatestDraft(sent: ApplicationView): ApplicationView {
  const queryClient = useQueryClient();
  const [saved] = useState(() => findSavedDraft(queryClient, sent.id));
  return saved && saved.version > sent.version ? saved : sent;
}

/** What this window saved last, if it did. */
export function findSavedDraft(queryClient: QueryClient, applicationId: string): ApplicationView | undefined {
  return queryClient.getQueryData<ApplicationView>(keyOf(applicationId));
}

/** Kept as long as the page lives: the way back may be taken after an hour. */
export function keepSavedDraft(queryClient: QueryClient, saved: ApplicationView): void {
  queryClient.setQueryDefaults(keyOf(saved.id), { gcTime: Infinity });
  queryClient.setQueryData<ApplicationView>(keyOf(saved.id), saved);
}
