"use client";

import { useApiMutation } from "@/app/_api/use-api-mutation";
import { accessKeyKeys, issuedAccessKeySchema, type IssueAccessKey, type IssuedAccessKey } from "@/lib/access-keys/client";

/** Makes a key. The answer alone holds it: whoever shows it keeps it in the page's memory and nowhere else. */
export function useIssueAccessKey(applicationId: string, onIssued: (issued: IssuedAccessKey) => void) {
  return useApiMutation<IssueAccessKey, IssuedAccessKey>({
    call: (body) => ({ method: "POST", path: `/api/applications/${applicationId}/access-keys`, body }),
    schema: issuedAccessKeySchema,
    invalidates: [accessKeyKeys.ofApplication(applicationId)],
    onSuccess: onIssued,
  });
}
