"use client";

import { z } from "zod";
import { useApiMutation } from "@/app/_api/use-api-mutation";
import { applicationKeys } from "@/lib/applications/client";

const openedSchema = z.object({ applicationId: z.string(), operationId: z.string() });
export type OpenedTest = z.output<typeof openedSchema>;

/** One click: a free sub-chain, and the operation that opens it. */
export function useOpenTest(onOpened: (opened: OpenedTest) => void) {
  return useApiMutation<void, OpenedTest>({
    call: () => ({ method: "POST", path: "/api/test-sub-chains" }),
    schema: openedSchema,
    invalidates: [applicationKeys.lists()],
    onSuccess: onOpened,
  });
}
