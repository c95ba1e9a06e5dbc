import type { z } from "zod";
import { ApiError, problemSchema } from "./api-error";
import { announceSessionEnded } from "./session-ended";

export interface FetchJsonOptions<T> {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON; a change without one sends `{}`. */
  body?: unknown;
  /** The same key for the same intended change; see `useApiMutation`, which takes care of it. */
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** Checks the answer; without it the caller vouches for the type. */
  schema?: z.ZodType<T>;
  timeoutMs?: number;
}

const timeoutMsDefault = 30_000;

/**
 * Calls a route of this portal; gives the parsed answer, `undefined` for one without content.
 * @throws ApiError for every refusal (from its problem+json), and with code NETWORK when no answer came.
 */
export async function fetchJson<T = unknown>(path: `/${string}`, options: FetchJsonOptions<T> = {}): Promise<T> {
  const { method = "GET", body, idempotencyKey, signal, schema, timeoutMs = timeoutMsDefault } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const response = await reach(path, {
    method,
    headers: {
      accept: "application/json",
      ...(method === "GET" ? {} : { "content-type": "application/json" }),
      ...(idempotencyKey ? { "idempotency-key": idempotencyKey } : {}),
    },
    ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
    credentials: "same-origin",
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  const text = await response.text();
  const value: unknown = text === "" ? undefined : parsed(text);
  if (!response.ok) {
    const error = toApiError(response, value);
    if (error.code === "UNAUTHENTICATED") announceSessionEnded();
    throw error;
  }
  return schema ? schema.parse(value) : (value as T);
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError({ code: "NETWORK", status: 0, publicMessage: "The portal did not answer. Check your connection and try again.", retryable: true, cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's own error page: the status says enough.
    return undefined;
  }
}

function toApiError(response: Response, value: unknown): ApiError {
  const problem = problemSchema.safeParse(value).data;
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  const requestId = problem?.requestId ?? response.headers.get("x-request-id") ?? undefined;
  return new ApiError({
    code: problem?.code ?? (response.status === 401 ? "UNAUTHENTICATED" : response.status >= 500 ? "UNAVAILABLE" : "INTERNAL"),
    status: response.status,
    publicMessage: problem?.detail ?? `The portal answered with status ${response.status}. Try again.`,
    fields: problem?.fields,
    details: problem?.details,
    requestId,
    retryable: problem?.retryable ?? response.status >= 500,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  });
}
