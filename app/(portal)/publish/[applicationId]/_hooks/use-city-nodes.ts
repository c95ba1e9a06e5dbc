"use client";

import { useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { fetchJson } from "@/app/_api/fetch-json";
import { cityNodeKeys, cityNodeViewSchema, type CityNodeView } from "@/lib/city-nodes/client";

const answerSchema = z.object({ cityNodes: z.array(cityNodeViewSchema) });

/** The catalogue, read again every few seconds: a city node may close while somebody chooses. */
export function useCityNodes(initial: CityNodeView[]): CityNodeView[] {
  const { data } = useQuery({
    queryKey: cityNodeKeys.all,
    queryFn: async ({ signal }) => (await fetchJson("/api/city-nodes", { signal, schema: answerSchema })).cityNodes,
    initialData: initial,
    refetchInterval: 10_000,
  });
  return data;
}
