import type { IncomingHttpHeaders } from 'node:http';
import { NonceCache } from './nonce-cache';
import { signatureHeaders, signaturesEqual, signRequest, timeWindowMs } from './sign-request';

export interface RequestVerifierOptions {
  /** The secret behind a signer's name (`host:…`); undefined for one that is not known here. */
  readonly secretOf: (signer: string) => Uint8Array | undefined;
  readonly now: () => number;
  /** Nonces kept per minute; above it requests are refused. */
  readonly noncesMax?: number;
}

/** Four thousand calls a second; at most some fifty megabytes while they come. */
const NONCES_MAX = 250_000;

export interface VerifiedRequest {
  readonly signer: string;
  readonly secret: Uint8Array;
  readonly nonce: string;
}

/** Why a request is not believed: for the log; the caller is told only that it is not. */
export type VerifyFailure = 'unsigned' | 'clock' | 'before-start' | 'signer' | 'signature' | 'replay';

export type RequestVerifier = (request: { method: string; target: string; headers: IncomingHttpHeaders; body: Uint8Array }) =>
  | { ok: true; request: VerifiedRequest }
  | { ok: false; failure: VerifyFailure }
  /** The caller's, but more have come than are remembered: it may come again in so many seconds. */
  | { ok: false; failure: 'busy'; request: VerifiedRequest; retryAfterSeconds: number };

/** Checks signature, clock and nonce of signed requests. */
export function createRequestVerifier(options: RequestVerifierOptions): RequestVerifier {
  const startedAtMs = options.now();
  const nonces = new NonceCache(2 * timeWindowMs, options.noncesMax ?? NONCES_MAX, startedAtMs);

  return ({ method, target, headers, body }) => {
    const signer = single(headers[signatureHeaders.signer]);
    const nonce = single(headers[signatureHeaders.nonce]);
    const time = single(headers[signatureHeaders.time]);
    const signature = single(headers[signatureHeaders.signature]);
    if (!signer || !signature || !nonce || !/^[\w-]{16,64}$/.test(nonce) || !time || !/^\d{1,15}$/.test(time)) return { ok: false, failure: 'unsigned' };
    const secret = options.secretOf(signer);
    if (!secret) return { ok: false, failure: 'signer' };
    const timeMs = Number(time);
    if (!signaturesEqual(signature, signRequest(secret, { signer, method, target, timeMs, nonce, body }))) return { ok: false, failure: 'signature' };
    const nowMs = options.now();
    if (Math.abs(nowMs - timeMs) > timeWindowMs) return { ok: false, failure: 'clock' };
    // Nonces of an earlier process are forgotten, so what was signed before this one began might be a replay.
    if (timeMs < startedAtMs - 1_000) return { ok: false, failure: 'before-start' };
    const taken = nonces.take(`${signer} ${nonce}`, nowMs);
    if (taken === 'seen') return { ok: false, failure: 'replay' };
    const request = { signer, secret, nonce };
    return taken === 'taken' ? { ok: true, request } : { ok: false, failure: 'busy', request, retryAfterSeconds: Math.ceil(nonces.untilForgotten(nowMs) / 1_000) };
  };
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
