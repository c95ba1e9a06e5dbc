/** What the sandbox refuses, by code. How a running transaction fails is a `ChaincodeError` of the engine. */
export interface SandboxErrorDetails {
  /** This machine cannot lock code in; the message says what to install or allow. */
  unavailable: Record<never, never>;
  /** The package cannot be taken; the message says what to change. */
  'package-invalid': Record<never, never>;
  /** No such package was installed for the publisher. */
  'package-unknown': { packageId: string };
  /** The chaincode did not come up; the message has its last words. */
  'start-failed': { packageId: string };
  /** It ended by itself a short time ago: not before that time again. */
  'backing-off': { packageId: string; retryAfterMs: number };
  /** As many sandboxes run as may, and all are at work. */
  full: { retryAfterMs: number };
  closed: Record<never, never>;
}

export type SandboxErrorCode = keyof SandboxErrorDetails;

export class SandboxError<C extends SandboxErrorCode = SandboxErrorCode> extends Error {
  override readonly name = 'SandboxError';

  constructor(
    readonly code: C,
    readonly details: SandboxErrorDetails[C],
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Recognised by shape, as all errors of the product are. */
export function isSandboxError(error: unknown): error is SandboxError {
  return error instanceof Error && error.name === 'SandboxError' && 'code' in error;
}
