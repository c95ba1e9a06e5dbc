"use client";

import { useQuery } from "@tanstack/react-query";
import { fetchJson } from "@/app/_api/fetch-json";
import type { ApplicationDetail } from "@/lib/applications";
import { applicationKeys } from "@/lib/applications/client";

/** Reads the application once its operation says that it runs. */
export function useRunningApplication(applicationId: string, enabled: boolean): ApplicationDetail | undefined {
  const { data } = useQuery({
    queryKey: [...applicationKeys.detail(applicationId), "first-minute"],
    queryFn: ({ signal }) => fetchJson<ApplicationDetail>(`/api/applications/${applicationId}`, { signal }),
    enabled,
    // The step is written before it is told, but a reader of another moment may still see the row as it was.
    refetchInterval: ({ state }) => (state.data?.application.state === "RUNNING" ? false : 500),
  });
  return data?.application.state === "RUNNING" ? data : undefined;
}
