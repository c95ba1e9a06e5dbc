"use client";

import { useRouter } from "next/navigation";
import { useApiMutation } from "@/app/_api/use-api-mutation";
import { applicationKeys } from "@/lib/applications/client";
import { invoiceKeys, type CardInput } from "@/lib/billing/client";

/** Pays the open invoice by card; the application's page then says what comes next. */
export function usePayApplication(applicationId: string) {
  const router = useRouter();
  return useApiMutation<{ card: CardInput }>({
    call: (body) => ({ method: "POST", path: `/api/applications/${applicationId}/pay`, body }),
    invalidates: [applicationKeys.all, invoiceKeys.all],
    onSuccess: () => router.push(`/applications/${applicationId}`),
  });
}
