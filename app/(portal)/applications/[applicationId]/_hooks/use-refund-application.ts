"use client";

import { useApiMutation } from "@/app/_api/use-api-mutation";
import { applicationKeys } from "@/lib/applications/client";
import { invoiceKeys } from "@/lib/billing/client";

/** Asks for what was paid for a failed application. */
export function useRefundApplication(applicationId: string) {
  return useApiMutation({
    call: () => ({ method: "POST", path: `/api/applications/${applicationId}/refund` }),
    invalidates: [applicationKeys.all, invoiceKeys.all],
  });
}
