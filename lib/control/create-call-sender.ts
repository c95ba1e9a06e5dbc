import { z } from 'zod';
import { AppError } from '@/lib/platform/pure/errors';
import { controlErrorToAppError, hostUnavailable } from './control-errors';
import type { AnyCall, CallTable } from './define-call';
import { controlErrorSchema } from './schemas';
import { createNonce, parseControlSecret, signAnswer, signaturesEqual, signatureHeaders, signRequest } from './sign-request';

export interface CallSenderOptions {
  readonly baseUrl: string;
  /** base64 of at least 32 bytes. */
  readonly secret: string;
  /** `host:<id>`: whose secret signs. */
  readonly signer: string;
  /** Names the other side in errors. */
  readonly hostId: string;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Replaces the call's own time limit, in milliseconds. */
  readonly timeoutMs?: number;
}

export interface CallTarget {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

export type CallSender<T extends CallTable> = <N extends keyof T & string>(
  name: N,
  target: CallTarget,
  options?: CallOptions,
) => Promise<z.output<T[N]['answer']>>;

/** Answers above this are not read: the largest honest one is a page of blocks. */
const answerBytesMax = 32 * 1024 * 1024;

/** Sends calls of one table to one host, signed, and checks and parses the signed answer. */
export function createCallSender<T extends CallTable>(table: T, options: CallSenderOptions): CallSender<T> {
  const secret = parseControlSecret(options.secret);
  const fetcher = options.fetch ?? fetch;
  const now = options.now ?? Date.now;
  const base = options.baseUrl.replace(/\/+$/, '');

  return async function send<N extends keyof T & string>(name: N, target: CallTarget, callOptions: CallOptions = {}) {
    const call: AnyCall = table[name] as AnyCall;
    const path = targetOf(call.path, target);
    const body = target.body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(target.body));
    const nonce = createNonce();
    const timeMs = now();
    const signature = signRequest(secret, { signer: options.signer, method: call.method, target: path, timeMs, nonce, body: body ?? new Uint8Array() });
    const timeout = AbortSignal.timeout(callOptions.timeoutMs ?? call.timeoutMs);
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await fetcher(base + path, {
        method: call.method,
        headers: {
          ...(body ? { 'content-type': 'application/json' } : {}),
          [signatureHeaders.signer]: options.signer,
          [signatureHeaders.time]: String(timeMs),
          [signatureHeaders.nonce]: nonce,
          [signatureHeaders.signature]: signature,
        },
        ...(body ? { body } : {}),
        redirect: 'error',
        cache: 'no-store',
        signal: callOptions.signal ? AbortSignal.any([timeout, callOptions.signal]) : timeout,
      });
      bytes = await readLimited(response);
    } catch (error) {
      if (callOptions.signal?.aborted) throw callOptions.signal.reason;
      throw hostUnavailable(options.hostId, timeout.aborted ? `${name} was not answered in time` : `${name} did not get through`, error);
    }
    checkSignature(name, response, bytes, { secret, nonce, hostId: options.hostId });
    return parseAnswer(name, call, response, bytes, options.hostId) as z.output<T[N]['answer']>;
  };
}

function checkSignature(name: string, response: Response, bytes: Uint8Array, context: { secret: Uint8Array; nonce: string; hostId: string }): void {
  const expected = signAnswer(context.secret, { nonce: context.nonce, status: response.status, body: bytes });
  if (signaturesEqual(expected, response.headers.get(signatureHeaders.signature) ?? '')) return;
  // The one answer that a host cannot sign: it does not know the caller's secret.
  if (response.status !== 401) throw hostUnavailable(context.hostId, `${name} was answered with status ${response.status} without the host's signature`);
  throw new AppError('UNAUTHENTICATED', {}, {
    publicMessage: 'The city node does not accept the portal’s signature.',
    message: `host ${context.hostId} refused the signature of ${name}: wrong secret, or clocks more than 30 s apart`,
    // Heals when a clock is set right or the host has joined anew.
    retryable: true,
  });
}

function parseAnswer(name: string, call: AnyCall, response: Response, bytes: Uint8Array, hostId: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw hostUnavailable(hostId, `${name} was answered with what is not JSON`, error);
  }
  const parsed = (response.ok ? call.answer : controlErrorSchema).safeParse(json);
  if (!parsed.success) throw hostUnavailable(hostId, `${name} was answered in an unknown shape: ${z.prettifyError(parsed.error)}`);
  if (!response.ok) throw controlErrorToAppError(controlErrorSchema.parse(json));
  return parsed.data;
}

function targetOf(path: string, target: CallTarget): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(target.params?.[name] ?? ''));
  const query = Object.entries(target.query ?? {}).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  return query.length === 0 ? filled : `${filled}?${new URLSearchParams(query.map(([key, value]) => [key, String(value)]))}`;
}

async function readLimited(response: Response): Promise<Uint8Array> {
  if (!response.body) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let total = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(Buffer.concat(parts));
    total += value.length;
    if (total > answerBytesMax) {
      await reader.cancel();
      throw new Error(`answer is larger than ${answerBytesMax} bytes`);
    }
    parts.push(value);
  }
}
