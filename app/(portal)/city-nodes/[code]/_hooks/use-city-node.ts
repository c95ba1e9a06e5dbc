"use client";

import { useQuery } from "@tanstack/react-query";
import { fetchJson } from "@/app/_api/fetch-json";
import { cityNodeDetailSchema, cityNodeKeys, type CityNodeDetail } from "@/lib/city-nodes/client";

/** Hosts report about as often, ms. */
const refreshMs = 5_000;

/** A city node as its hosts last reported it. */
export function useCityNode(initial: CityNodeDetail): CityNodeDetail {
  const { code } = initial;
  const { data } = useQuery({
    queryKey: cityNodeKeys.detail(code),
    queryFn: ({ signal }) => fetchJson(`/api/city-nodes/${code}`, { signal, schema: cityNodeDetailSchema }),
    initialData: initial,
    refetchInterval: refreshMs,
  });
  return data;
}
