"use client";

import { useApiMutation } from "@/app/_api/use-api-mutation";
import { applicationKeys } from "@/lib/applications/client";
import { invoiceKeys } from "@/lib/billing/client";

/** Takes a publication back before anybody has approved it. */
export function useCancelApplication(applicationId: string) {
  return useApiMutation({
    call: () => ({ method: "POST", path: `/api/applications/${applicationId}/cancel` }),
    invalidates: [applicationKeys.all, invoiceKeys.all],
  });
}
