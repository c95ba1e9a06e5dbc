import { hasCode, httpStatusOf, isAppError, type AppError, type ErrorCode } from "@/lib/platform";

const titles = {
  INVALID_INPUT: "Not acceptable as filled in",
  UNAUTHENTICATED: "Not signed in",
  FORBIDDEN: "Not allowed",
  NOT_FOUND: "Not found",
  CONFLICT: "It has changed meanwhile",
  ALREADY_EXISTS: "Already there",
  IDEMPOTENCY_MISMATCH: "Key used for another request",
  EMAIL_NOT_VERIFIED: "E-mail address not verified",
  PAYMENT_DECLINED: "Payment declined",
  QUOTA_EXCEEDED: "Quota used up",
  TOO_LARGE: "Too large",
  RATE_LIMITED: "Too many attempts",
  UNSUPPORTED: "Not supported",
  UNAVAILABLE: "Not available just now",
  INTERNAL: "Our mistake",
} satisfies Record<ErrorCode, string>;

/** Body of an error answer (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  /** What happened and what to do, for the user. */
  detail: string;
  requestId: string;
  /** The same request may succeed later. */
  retryable: boolean;
  /** INVALID_INPUT: path of a field to its message. */
  fields?: Record<string, string>;
  /** What the code's details say beside that. */
  details?: Record<string, unknown>;
}

/** The answer's body for any error; what is not an AppError is our mistake and says nothing but its request id. */
export function problemOf(error: unknown, requestId: string): Problem {
  const code: ErrorCode = isAppError(error) ? error.code : "INTERNAL";
  const { fields, ...details } = isAppError(error) ? detailsOf(error) : {};
  return {
    type: `urn:chainworks:error:${code.toLowerCase().replaceAll("_", "-")}`,
    title: titles[code],
    status: httpStatusOf[code],
    code,
    detail: isAppError(error) ? error.publicMessage : `Something went wrong on our side. If it happens again, tell us the request ${requestId}.`,
    requestId,
    retryable: isAppError(error) && error.retryable,
    ...(fields ? { fields } : {}),
    ...(Object.keys(details).length > 0 ? { details } : {}),
  };
}

export function problemResponse(problem: Problem, error: unknown): Response {
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store", "x-request-id": problem.requestId });
  if (hasCode(error, "RATE_LIMITED")) headers.set("retry-after", String(error.details.retryAfterSeconds));
  else if (problem.retryable) headers.set("retry-after", "2");
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

function detailsOf(error: AppError): Record<string, unknown> & { fields?: Record<string, string> } {
  return { ...error.details };
}
