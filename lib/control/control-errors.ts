import { AppError, httpStatusOf, type ErrorCode, type ErrorDetails } from '@/lib/platform/pure/errors';
import type { ControlError } from './schemas';

/** What a host may answer; anything else it says is taken as INTERNAL. */
const detailsOf: { [C in ErrorCode]?: (error: ControlError) => ErrorDetails[C] } = {
  INVALID_INPUT: (error) => ({ fields: textRecord(error.details?.fields) }),
  UNAUTHENTICATED: () => ({}),
  NOT_FOUND: (error) => ({ subject: text(error.details?.subject) }),
  CONFLICT: (error) => ({ subject: text(error.details?.subject) }),
  TOO_LARGE: (error) => ({ limitBytes: Number(error.details?.limitBytes ?? 0) }),
  RATE_LIMITED: (error) => ({ retryAfterSeconds: Number(error.details?.retryAfterSeconds ?? 1) }),
  UNSUPPORTED: (error) => ({ what: text(error.details?.what) }),
  UNAVAILABLE: (error) => ({ what: text(error.details?.what) }),
};

/** A host's error answer as the portal's own error. */
export function controlErrorToAppError(error: ControlError): AppError {
  const make = error.code in httpStatusOf ? detailsOf[error.code as ErrorCode] : undefined;
  const options = { publicMessage: error.message, message: `city node: ${error.code}: ${error.message} (request ${error.requestId ?? 'unknown'})` };
  if (!make) return new AppError('INTERNAL', {}, options);
  // Of the portal's calls as a whole: none of them is to blame, and each may succeed later.
  const retryable = error.code === 'RATE_LIMITED' ? { retryable: true } : {};
  return new AppError(error.code as ErrorCode, make(error), { ...options, ...retryable });
}

/** The host is away or what answers there is not the host; the same call may succeed later. */
export function hostUnavailable(hostId: string, reason: string, cause?: unknown): AppError<'UNAVAILABLE'> {
  return new AppError(
    'UNAVAILABLE',
    { what: `host ${hostId}` },
    { publicMessage: 'The city node does not answer at the moment. It is tried again.', message: `host ${hostId}: ${reason}`, cause },
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textRecord(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, String(entry)]));
}
