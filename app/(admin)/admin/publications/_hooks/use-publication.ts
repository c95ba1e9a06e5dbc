"use client";

import { useQuery } from "@tanstack/react-query";
import { fetchJson } from "@/app/_api/fetch-json";
import { publicationKeys, type PublicationDetail } from "@/lib/applications/client";
import { queueRefreshMs } from "./use-publications";

/** One publication as it is now. */
export function usePublication(initial: PublicationDetail): PublicationDetail {
  const { id } = initial.application;
  const { data } = useQuery({
    queryKey: publicationKeys.detail(id),
    queryFn: ({ signal }) => fetchJson<PublicationDetail>(`/api/admin/publications/${id}`, { signal }),
    initialData: initial,
    refetchInterval: queueRefreshMs,
  });
  return data;
}
