import { AssertionError } from '@/lib/platform/pure/assert';
import { TransactionRefused } from '../../core/framework';
import type { WireError } from './protocol';

/** An unexpected error as it crosses from one thread to another. Expected ones are part of a job's value. */
export function encodeError(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(error instanceof TransactionRefused ? { refusal: { code: error.code, details: error.details } } : {}),
    ...(cause instanceof Error ? { cause: encodeError(cause) } : {}),
  };
}

/** The error with its words and origin; a broken invariant stays one, a refusal another. */
export function decodeError(wire: WireError): Error {
  const error = emptyError(wire);
  // Hidden from enumeration, as the platform does it.
  if (wire.cause !== undefined) Object.defineProperty(error, 'cause', { value: decodeError(wire.cause), writable: true, configurable: true });
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

function emptyError({ name, message, refusal }: WireError): Error {
  if (refusal !== undefined) return new TransactionRefused(refusal.code, message, refusal.details);
  return name === 'AssertionError' ? new AssertionError(message) : new Error(message);
}
