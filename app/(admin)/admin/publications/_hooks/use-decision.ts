"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { z } from "zod";
import type { ApiError } from "@/app/_api/api-error";
import { useApiMutation } from "@/app/_api/use-api-mutation";
import { applicationKeys, publicationKeys, type rejectApplicationSchema } from "@/lib/applications/client";
import { invoiceKeys } from "@/lib/billing/client";

type Reject = z.output<typeof rejectApplicationSchema>;

/**
 * Approve or reject. When somebody was quicker, or the publisher cancelled, `overtaken` holds what the portal said and
 * the publication is read again, so that the page shows what was decided.
 */
export function useDecision(applicationId: string) {
  const queryClient = useQueryClient();
  const [overtaken, setOvertaken] = useState<ApiError>();
  const path = `/api/admin/publications/${applicationId}` as const;
  const invalidates = [publicationKeys.all, applicationKeys.all, invoiceKeys.all];
  const onError = (error: ApiError) => {
    if (error.code !== "CONFLICT") return;
    setOvertaken(error);
    void queryClient.invalidateQueries({ queryKey: publicationKeys.all });
  };
  const approve = useApiMutation({ call: () => ({ method: "POST", path: `${path}/approve` }), invalidates, onError });
  const reject = useApiMutation<Reject>({ call: (body) => ({ method: "POST", path: `${path}/reject`, body }), invalidates, onError });
  return { approve, reject, overtaken };
}
