"use client";

import { useQuery } from "@tanstack/react-query";
import { fetchJson } from "@/app/_api/fetch-json";
import { fabricCaKeys, type FabricAuthorityView } from "@/lib/fabric-ca/client";

/** The organisation's authority; null before it is made. */
export function useFabricAuthority(initial: FabricAuthorityView | null): FabricAuthorityView | null {
  const { data } = useQuery({
    queryKey: fabricCaKeys.authority(),
    queryFn: async ({ signal }) => (await fetchJson<{ authority: FabricAuthorityView | null }>("/api/fabric-authority", { signal })).authority,
    initialData: initial,
  });
  return data;
}
