"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { fetchJson } from "@/app/_api/fetch-json";
import { useEventStream } from "@/app/_api/use-event-stream";
import { isFinalOperation, operationKeys, operationViewSchema, type OperationView } from "@/lib/operations/client";

interface UseOperationOptions {
  /** Undefined: none to follow. */
  operationId: string | undefined;
  initial?: OperationView | undefined;
  /** Called with each newer view. */
  onChange?: (operation: OperationView) => void;
}

/** An operation as it is now and after each change, until it is final. */
export function useOperation({ operationId, initial, onChange }: UseOperationOptions): OperationView | undefined {
  const queryClient = useQueryClient();
  const queryKey = operationKeys.detail(operationId ?? "");
  const { data } = useQuery({
    queryKey,
    queryFn: ({ signal }) => fetchJson(`/api/operations/${operationId}`, { signal, schema: operationViewSchema }),
    enabled: operationId !== undefined,
    ...(initial ? { initialData: initial } : {}),
  });
  useEventStream({
    path: operationId === undefined || (data && isFinalOperation(data.state)) ? undefined : `/api/operations/${operationId}/events`,
    schema: operationViewSchema,
    onEvent: (next) => {
      const shown = queryClient.getQueryData<OperationView>(queryKey);
      // After a lost connection the first event may be older than an answer that came meanwhile.
      if (shown && next.version < shown.version) return;
      queryClient.setQueryData(queryKey, next);
      onChange?.(next);
    },
  });
  return data;
}
