import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Header names of a signed message. */
export const signatureHeaders = {
  signer: 'x-chainworks-signer',
  time: 'x-chainworks-time',
  nonce: 'x-chainworks-nonce',
  signature: 'x-chainworks-signature',
} as const;

/** How far the two clocks may be apart, in milliseconds. */
export const timeWindowMs = 30_000;

export interface SignedParts {
  /** Who holds the secret: `host:<hostId>`. */
  readonly signer: string;
  readonly method: string;
  /** Path with the query, as it goes over the wire. */
  readonly target: string;
  readonly timeMs: number;
  readonly nonce: string;
  readonly body: Uint8Array;
}

/** 128 random bits, base64url. */
export function createNonce(): string {
  return randomBytes(16).toString('base64url');
}

/** A secret from its text form; throws when it is not base64 of at least 32 bytes. */
export function parseControlSecret(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < 32) throw new TypeError('a control secret is base64 of at least 32 bytes');
  return new Uint8Array(bytes);
}

/** HMAC-SHA-256 over everything that gives a request its meaning, base64url. */
export function signRequest(secret: Uint8Array, parts: SignedParts): string {
  return hmac(secret, [
    'chainworks-request-1',
    parts.signer,
    parts.method,
    parts.target,
    String(parts.timeMs),
    parts.nonce,
    sha256(parts.body),
  ]);
}

/** The answer is bound to the request's nonce, so that nobody else on that port can answer in the host's place. */
export function signAnswer(secret: Uint8Array, parts: { nonce: string; status: number; body: Uint8Array }): string {
  return hmac(secret, ['chainworks-answer-1', parts.nonce, String(parts.status), sha256(parts.body)]);
}

/** Compares in constant time. */
export function signaturesEqual(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function hmac(secret: Uint8Array, lines: readonly string[]): string {
  return createHmac('sha256', secret).update(lines.join('\n')).digest('base64url');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
