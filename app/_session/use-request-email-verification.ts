"use client";

import { z } from "zod";
import { useApiMutation } from "@/app/_api/use-api-mutation";

const answerSchema = z.object({ sent: z.boolean() });

/** Mails the signed-in person another verification link; `sent` is false when the address is confirmed already. */
export function useRequestEmailVerification(onSent?: () => void) {
  return useApiMutation<void, z.infer<typeof answerSchema>>({
    call: () => ({ method: "POST", path: "/api/identity/request-email-verification" }),
    schema: answerSchema,
    ...(onSent ? { onSuccess: onSent } : {}),
  });
}
