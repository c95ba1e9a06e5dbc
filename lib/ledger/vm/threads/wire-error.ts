import { AssertionError } from '@/lib/platform/pure/assert';
import type { WireError } from './protocol';

/** An unexpected error as it crosses from one thread to another. Expected ones are part of a job's value. */
export function encodeError(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack, cause } = error;
  return { name, message, ...(stack === undefined ? {} : { stack }), ...(cause instanceof Error ? { cause: encodeError(cause) } : {}) };
}

/** The error with its name, words and origin; a broken invariant stays one. */
export function decodeError(wire: WireError): Error {
  const error = wire.name === 'AssertionError' ? new AssertionError(wire.message) : new Error(wire.message);
  if (wire.cause !== undefined) error.cause = decodeError(wire.cause);
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}
