"use client";

import { useRouter } from "next/navigation";
import { useApiMutation } from "@/app/_api/use-api-mutation";
import { applicationKeys } from "@/lib/applications/client";
import { stepPath } from "../../_components/wizard-steps";

/** Freezes the draft, makes its invoice and opens the payment. */
export function useSubmitApplication(applicationId: string) {
  const router = useRouter();
  return useApiMutation<{ version: number }>({
    call: (body) => ({ method: "POST", path: `/api/applications/${applicationId}/submit`, body }),
    invalidates: [applicationKeys.all],
    onSuccess: () => router.push(stepPath(applicationId, "pay")),
  });
}
