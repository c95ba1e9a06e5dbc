import type { Response } from '../protocol';

/** As the shim's Success. */
export function success(payload: Uint8Array): Response {
  return { status: 200, message: '', payload };
}

/** As the shim's Error. */
export function failure(message: string): Response {
  return { status: 500, message, payload: new Uint8Array(0) };
}

export function textOf(argument: Uint8Array | undefined): string {
  return Buffer.from(argument ?? []).toString('utf8');
}
