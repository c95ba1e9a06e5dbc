/**
 * Errors of the product. One class, typed codes, two messages: `message` is ours (logs), `publicMessage` is the user's.
 *
 * Three kinds: the user is wrong (a 4xx code), the world is wrong (`retryable`, with its cause), we are wrong
 * ({@link AssertionError} out of `assert`). A failed ledger transaction is none of these: it is a receipt.
 */
export interface ErrorDetails {
  /** A field of the input is not acceptable. `fields` maps a path (`email`, `cityNodes.0`) to its message. */
  INVALID_INPUT: { fields: Record<string, string> };
  UNAUTHENTICATED: Record<never, never>;
  FORBIDDEN: Record<never, never>;
  /** Absent, or another tenant's: both look the same. */
  NOT_FOUND: { subject: string };
  /** The state moved on (two people approving at once, a stale form). */
  CONFLICT: { subject: string; state?: string };
  /** A unique value is taken. */
  ALREADY_EXISTS: { subject: string };
  /** The same idempotency key with another body. */
  IDEMPOTENCY_MISMATCH: Record<never, never>;
  EMAIL_NOT_VERIFIED: Record<never, never>;
  PAYMENT_DECLINED: { declineCode: string };
  QUOTA_EXCEEDED: { quota: string; limit: number };
  TOO_LARGE: { limitBytes: number };
  RATE_LIMITED: { retryAfterSeconds: number };
  UNSUPPORTED: { what: string };
  /** A neighbour (database, Redis, city node, mail server) is away; the same request may succeed later. */
  UNAVAILABLE: { what: string };
  INTERNAL: Record<never, never>;
}

export type ErrorCode = keyof ErrorDetails;

export const httpStatusOf = {
  INVALID_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  ALREADY_EXISTS: 409,
  IDEMPOTENCY_MISMATCH: 409,
  EMAIL_NOT_VERIFIED: 403,
  PAYMENT_DECLINED: 402,
  QUOTA_EXCEEDED: 403,
  TOO_LARGE: 413,
  RATE_LIMITED: 429,
  UNSUPPORTED: 422,
  UNAVAILABLE: 503,
  INTERNAL: 500,
} satisfies Record<ErrorCode, number>;

export interface AppErrorOptions {
  /** What the user reads: what happened and what to do. */
  publicMessage: string;
  /** For our logs; defaults to the code and the public message. */
  message?: string;
  retryable?: boolean;
  cause?: unknown;
}

export class AppError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'AppError';
  readonly publicMessage: string;
  readonly retryable: boolean;

  constructor(
    readonly code: C,
    readonly details: ErrorDetails[C],
    options: AppErrorOptions,
  ) {
    super(options.message ?? `${code}: ${options.publicMessage}`, { cause: options.cause });
    this.publicMessage = options.publicMessage;
    this.retryable = options.retryable ?? code === 'UNAVAILABLE';
  }

  get status(): number {
    return httpStatusOf[this.code];
  }
}

/** Recognises an AppError by shape, because errors cross bundle borders where `instanceof` fails. */
export function isAppError(error: unknown): error is AppError {
  return (
    error instanceof Error &&
    error.name === 'AppError' &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code in httpStatusOf
  );
}

/** True for an AppError with this code. */
export function hasCode<C extends ErrorCode>(error: unknown, code: C): error is AppError<C> {
  return isAppError(error) && error.code === code;
}
