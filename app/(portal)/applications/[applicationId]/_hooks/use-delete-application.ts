"use client";

import { z } from "zod";
import { useApiMutation } from "@/app/_api/use-api-mutation";
import { applicationKeys } from "@/lib/applications/client";

const deletedSchema = z.object({ operationId: z.string().nullable() });

/** Deletes for good. Give the name as it was typed; `then` is told whether an operation has begun. */
export function useDeleteApplication(applicationId: string, then: (began: boolean) => void) {
  return useApiMutation<{ name: string }, z.output<typeof deletedSchema>>({
    call: (body) => ({ method: "DELETE", path: `/api/applications/${applicationId}`, body }),
    schema: deletedSchema,
    invalidates: [applicationKeys.all],
    onSuccess: ({ operationId }) => then(operationId !== null),
  });
}
