"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { fetchJson } from "@/app/_api/fetch-json";
import { hostConsumptionSchema, hostKeys, type ConsumptionQuery, type HostConsumption } from "@/lib/city-nodes/client";

/** Shares are of at least as long a time, ms. */
const refreshMs = 5_000;

/** What sub-chains take of the host just now; `isAway` while it does not answer: what it said last stays. */
export function useHostConsumption(hostId: string, query: ConsumptionQuery, initial: HostConsumption | null): { consumption: HostConsumption | null; isAway: boolean } {
  const { data, isError } = useQuery({
    queryKey: hostKeys.consumption(hostId, query),
    queryFn: ({ signal }) => {
      const told = Object.entries(query).filter(([, value]) => value !== undefined);
      return fetchJson(`/api/admin/hosts/${hostId}/consumption?${new URLSearchParams(told.map(([name, value]) => [name, String(value)]))}`, { signal, schema: hostConsumptionSchema });
    },
    ...(initial ? { initialData: initial } : {}),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
    retry: false,
  });
  return { consumption: data ?? null, isAway: isError || (data === undefined && initial === null) };
}
