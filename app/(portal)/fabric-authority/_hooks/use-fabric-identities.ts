"use client";

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { fetchJson } from "@/app/_api/fetch-json";
import { fabricCaKeys, type FabricIdentityPage } from "@/lib/fabric-ca/client";

/** Identities whose enrollment ID has this in it, page by page; the screen brings the first page along. */
export function useFabricIdentities(search: string, initial: FabricIdentityPage | undefined) {
  return useInfiniteQuery({
    queryKey: fabricCaKeys.identities(search),
    queryFn: ({ signal, pageParam }) => fetchJson<FabricIdentityPage>(`/api/fabric-authority/identities?${queryOf(search, pageParam)}`, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    ...(search === "" && initial ? { initialData: { pages: [initial], pageParams: [null] } } : { placeholderData: keepPreviousData }),
  });
}

function queryOf(search: string, after: string | null): string {
  return new URLSearchParams({ search, ...(after === null ? {} : { after }) }).toString();
}
