"use client";

import { useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { fetchJson } from "@/app/_api/fetch-json";
import { cityNodeKeys, cityNodeViewSchema } from "@/lib/city-nodes/client";

const listSchema = z.object({ cityNodes: z.array(cityNodeViewSchema) });

/** As often as the hosts are asked. */
const everyMs = 5_000;

/** Codes of open city nodes whose hosts do not answer: what their peers last reported need not hold any more. */
export function useSilentCityNodes(): ReadonlySet<string> {
  const { data } = useQuery({
    queryKey: [...cityNodeKeys.all, "answering"],
    queryFn: ({ signal }) => fetchJson("/api/city-nodes", { signal, schema: listSchema }),
    refetchInterval: everyMs,
  });
  return new Set(data?.cityNodes.filter(({ state, selectable }) => state === "OPEN" && !selectable).map(({ code }) => code));
}
