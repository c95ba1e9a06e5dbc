"use client";

import { useRouter } from "next/navigation";
import { useApiMutation } from "@/app/_api/use-api-mutation";
import { applicationKeys, type ApplicationView } from "@/lib/applications/client";
import { stepPath } from "../_components/wizard-steps";

/** Begins a draft and opens its first step. */
export function useCreateDraft() {
  const router = useRouter();
  return useApiMutation<void, ApplicationView>({
    call: () => ({ method: "POST", path: "/api/applications" }),
    invalidates: [applicationKeys.lists()],
    onSuccess: (application) => router.push(stepPath(application.id, "basics")),
  });
}
