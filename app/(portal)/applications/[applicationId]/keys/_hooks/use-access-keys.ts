"use client";

import { useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { fetchJson } from "@/app/_api/fetch-json";
import { accessKeyKeys, accessKeyViewSchema, type AccessKeyView } from "@/lib/access-keys/client";

const listSchema = z.object({ accessKeys: z.array(accessKeyViewSchema) });

export function useAccessKeys(applicationId: string, initial: AccessKeyView[]): AccessKeyView[] {
  const { data } = useQuery({
    queryKey: accessKeyKeys.ofApplication(applicationId),
    queryFn: async ({ signal }) => (await fetchJson(`/api/applications/${applicationId}/access-keys`, { signal, schema: listSchema })).accessKeys,
    initialData: initial,
  });
  return data;
}
