"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { fetchJson } from "@/app/_api/fetch-json";
import { publicationKeys, type ListPublicationsInput, type PublicationPage } from "@/lib/applications/client";

/** A queue that several people work at: read again while one looks, ms. */
export const queueRefreshMs = 10_000;

/** The list as it is now; somebody else's decision shows without a reload. */
export function usePublications(filter: ListPublicationsInput, initial: PublicationPage): PublicationPage {
  const { data } = useQuery({
    queryKey: publicationKeys.list(filter),
    queryFn: ({ signal }) => {
      const query = new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]));
      return fetchJson<PublicationPage>(`/api/admin/publications?${query}`, { signal });
    },
    initialData: initial,
    placeholderData: keepPreviousData,
    refetchInterval: queueRefreshMs,
  });
  return data;
}
