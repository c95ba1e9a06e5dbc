"use client";

import { useMutation, useQueryClient, type QueryKey, type UseMutationResult } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { z } from "zod";
import { isApiError, type ApiError } from "./api-error";
import { fetchJson } from "./fetch-json";
import { AttemptKeys } from "./idempotency";

export interface ApiCall {
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  path: `/${string}`;
  body?: unknown;
}

export interface ApiMutationOptions<Input, Output> {
  /** The call that carries the input out. */
  call: (input: Input) => ApiCall;
  schema?: z.ZodType<Output>;
  /** Queries whose data is another one now. */
  invalidates?: readonly QueryKey[];
  onSuccess?: (output: Output, input: Input) => void | Promise<void>;
  onError?: (error: ApiError, input: Input) => void;
}

/**
 * A change, safe against double clicks and lost answers: while a call is under way a second one joins it, and a
 * repetition after a lost answer carries the same Idempotency-Key, so that the change happens once.
 */
export function useApiMutation<Input = void, Output = unknown>(
  options: ApiMutationOptions<Input, Output>,
): UseMutationResult<Output, ApiError, Input> {
  const { call, schema, invalidates = [], onSuccess, onError } = options;
  const queryClient = useQueryClient();
  const [keys] = useState(() => new AttemptKeys());
  const underWay = useRef<Promise<Output> | undefined>(undefined);

  // What follows the answer belongs to the one call, not to each click that joined it.
  const carryOut = async (input: Input): Promise<Output> => {
    let output: Output;
    try {
      output = await send(call(input), keys, schema);
    } catch (error) {
      if (isApiError(error)) onError?.(error, input);
      throw error;
    }
    await Promise.all(invalidates.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
    await onSuccess?.(output, input);
    return output;
  };

  return useMutation<Output, ApiError, Input>({
    mutationFn: (input) => {
      underWay.current ??= carryOut(input).finally(() => {
        underWay.current = undefined;
      });
      return underWay.current;
    },
  });
}

async function send<Output>(call: ApiCall, keys: AttemptKeys, schema: z.ZodType<Output> | undefined): Promise<Output> {
  const { method, path, body } = call;
  try {
    const output = await fetchJson<Output>(path, { method, body, idempotencyKey: keys.keyFor(call), ...(schema ? { schema } : {}) });
    keys.settle();
    return output;
  } catch (error) {
    if (isApiError(error) && !error.retryable) keys.settle();
    throw error;
  }
}
