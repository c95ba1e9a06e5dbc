import { LedgerError, TransactionRefused } from '@/lib/ledger';

/** An error on its way between two processes. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly details?: object;
  /** Of a framework's own protocol. */
  readonly data?: unknown;
  readonly cause?: WireError;
}

const CAUSES_MAX = 4;

/** Codes and details go along, stacks do not. */
export function encodeError(error: unknown, causesLeft = CAUSES_MAX): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, cause } = error;
  return {
    name,
    message,
    ...('code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? { code: error.code } : {}),
    ...('details' in error && typeof error.details === 'object' && error.details !== null ? { details: error.details } : {}),
    ...('data' in error && error.data !== undefined ? { data: error.data } : {}),
    ...(cause instanceof Error && causesLeft > 0 ? { cause: encodeError(cause, causesLeft - 1) } : {}),
  };
}

/** The machine's errors are its errors again; those of a framework's protocol are told by their name and code. */
export function decodeError({ name, message, code, details, data, cause: wireCause }: WireError): Error {
  const cause = wireCause === undefined ? {} : { cause: decodeError(wireCause) };
  if (name === 'LedgerError' && typeof code === 'string') return new LedgerError(code as never, details as never, message, cause);
  if (name === 'TransactionRefused' && typeof code === 'string') return new TransactionRefused(code, message, details as Record<string, string>);
  const error = new Error(message, cause);
  error.name = name;
  return Object.assign(error, code === undefined ? {} : { code }, details === undefined ? {} : { details }, data === undefined ? {} : { data });
}
