"use client";

import { useRouter } from "next/navigation";
import { z } from "zod";
import { useApiMutation } from "@/app/_api/use-api-mutation";
import { applicationKeys } from "@/lib/applications/client";
import { invoiceKeys } from "@/lib/billing/client";
import { operationKeys } from "@/lib/operations/client";
import { payPath } from "../_components/publish-path";

const resumedSchema = z.object({ operationId: z.string().nullable(), invoiceId: z.string().nullable() });

/** Lets a failed provisioning go on; what was given back has to be paid anew first. */
export function useResumeApplication(applicationId: string) {
  const router = useRouter();
  return useApiMutation({
    call: () => ({ method: "POST", path: `/api/applications/${applicationId}/resume` }),
    schema: resumedSchema,
    invalidates: [applicationKeys.all, operationKeys.all, invoiceKeys.all],
    onSuccess: ({ operationId }) => {
      if (operationId === null) router.push(payPath(applicationId));
    },
  });
}
