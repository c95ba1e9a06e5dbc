import { z } from "zod";
import { httpStatusOf, type ErrorCode } from "@/lib/platform/client";

/** Codes of the portal, and NETWORK when no answer came at all. */
export type ApiErrorCode = ErrorCode | "NETWORK";

const codes = Object.keys(httpStatusOf) as [ErrorCode, ...ErrorCode[]];

/** Body of a refusal, as far as screens need it (RFC 9457 with our own members). */
export const problemSchema = z.object({
  code: z.enum(codes),
  detail: z.string(),
  requestId: z.string(),
  retryable: z.boolean(),
  fields: z.record(z.string(), z.string()).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

interface ApiErrorValues {
  code: ApiErrorCode;
  status: number;
  publicMessage: string;
  retryable: boolean;
  fields?: Record<string, string> | undefined;
  details?: Record<string, unknown> | undefined;
  requestId?: string | undefined;
  retryAfterSeconds?: number | undefined;
  cause?: unknown;
}

/** A refusal of the portal, in the browser. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiErrorCode;
  readonly status: number;
  /** What happened and what to do. */
  readonly publicMessage: string;
  readonly retryable: boolean;
  /** Path of a field to its message. */
  readonly fields: Readonly<Record<string, string>>;
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(values: ApiErrorValues) {
    super(`${values.code}: ${values.publicMessage}`, { cause: values.cause });
    this.code = values.code;
    this.status = values.status;
    this.publicMessage = values.publicMessage;
    this.retryable = values.retryable;
    this.fields = values.fields ?? {};
    this.details = values.details ?? {};
    this.requestId = values.requestId;
    this.retryAfterSeconds = values.retryAfterSeconds;
  }
}

export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError;
}
