"use client";

import { z } from "zod";
import { useApiMutation } from "@/app/_api/use-api-mutation";
import { applicationKeys } from "@/lib/applications/client";
import { operationKeys } from "@/lib/operations/client";
import type { ChangeFinality } from "@/lib/sub-chains/client";

const begunSchema = z.object({ operationId: z.string() });

/** Begins the change to another finality mode, or lets one go on that stopped. */
export function useChangeFinality(applicationId: string, onBegun?: () => void) {
  return useApiMutation<ChangeFinality, z.output<typeof begunSchema>>({
    call: (body) => ({ method: "POST", path: `/api/applications/${applicationId}/finality`, body }),
    schema: begunSchema,
    invalidates: [applicationKeys.all, operationKeys.all],
    onSuccess: () => onBegun?.(),
  });
}
