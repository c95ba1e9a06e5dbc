import { z } from 'zod';
import { AppError } from '@/lib/platform/pure/errors';
import { controlCalls, type CallAnswer, type ControlCallName, type ControlCalls } from './calls';
import { controlErrorToAppError, hostUnavailable } from './control-errors';
import { controlErrorSchema, type AccessKeyRecord, type ChainLimits, type OpenChain, type PeerName, type PeerStatus } from './schemas';
import { createNonce, parseControlSecret, signAnswer, signaturesEqual, signatureHeaders, signRequest } from './sign-request';

export interface ControlClientOptions {
  /** Base address of the host's control listener: `http://127.0.0.1:4101`. */
  readonly controlUrl: string;
  /** Made at joining: base64 of 32 bytes. */
  readonly secret: string;
  readonly hostId: string;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Replaces the call's own time limit, in milliseconds. */
  readonly timeoutMs?: number;
}

/**
 * Calls of one host. Every call is idempotent and may be repeated. Errors are AppErrors: UNAVAILABLE (retryable: the
 * host is away, slow, or somebody else answers in its place), UNAUTHENTICATED (wrong secret or clock), NOT_FOUND (no
 * such peer), CONFLICT (the same call was made before with other content), INVALID_INPUT, UNSUPPORTED, INTERNAL.
 */
export interface ControlClient {
  /** Makes the peer's key in the city node; public key as DER SubjectPublicKeyInfo, base64. */
  createPeer(peer: PeerName, options?: CallOptions): Promise<CallAnswer<'createPeer'>>;
  openChain(peer: PeerName, input: OpenChain, options?: CallOptions): Promise<CallAnswer<'openChain'>>;
  /** Takes part again after a stop, also after the peer stopped itself. */
  startChain(peer: PeerName, options?: CallOptions): Promise<PeerStatus>;
  /** Stops taking part; reads go on. */
  stopChain(peer: PeerName, reason: string, options?: CallOptions): Promise<PeerStatus>;
  /** Forgets the peer: blocks, state, keys, limits. Succeeds for one that was never there. */
  removeChain(peer: PeerName, options?: CallOptions): Promise<void>;
  setLimits(peer: PeerName, limits: ChainLimits, options?: CallOptions): Promise<void>;
  /** On the ordering peer. The first call's data counts: the same data again gives its result, other data a CONFLICT. */
  deploy(peer: PeerName, data: string, options?: CallOptions): Promise<CallAnswer<'deploy'>>;
  peerStatus(peer: PeerName, options?: CallOptions): Promise<PeerStatus>;
  /** All peers of all city nodes of the host. */
  listPeers(options?: CallOptions): Promise<PeerStatus[]>;
  /** Effective at the doors when it answers. A record older than the stored one changes nothing. */
  putAccessKey(record: AccessKeyRecord, options?: CallOptions): Promise<CallAnswer<'putAccessKey'>>;
  listAccessKeys(options?: CallOptions): Promise<AccessKeyRecord[]>;
  /** A read in the framework's protocol; its own errors come back as INVALID_INPUT with the field `rpc`. */
  rpc(peer: PeerName, method: string, params: readonly unknown[], options?: CallOptions): Promise<unknown>;
  /** Answers when the height is above `after`, at the latest after 20 s with the height as it is then. */
  waitForHeight(peer: PeerName, after: number, options?: CallOptions): Promise<number>;
  meters(input: { after: number; limit?: number }, options?: CallOptions): Promise<CallAnswer<'meters'>>;
  acknowledgeMeters(upTo: number, options?: CallOptions): Promise<void>;
  report(options?: CallOptions): Promise<CallAnswer<'report'>>;
}

/** Answers above this are not read: the largest honest one is a block with its receipts. */
const answerBytesMax = 32 * 1024 * 1024;

interface Target {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

/** A client of one host's control interface. Holds no connection of its own and needs no closing. */
export function createControlClient(options: ControlClientOptions): ControlClient {
  const send = createSender(options);
  return {
    createPeer: (peer, call) => send('createPeer', { params: peer }, call),
    openChain: (peer, input, call) => send('openChain', { params: peer, body: input }, call),
    startChain: (peer, call) => send('startChain', { params: peer }, call),
    stopChain: (peer, reason, call) => send('stopChain', { params: peer, body: { reason } }, call),
    async removeChain(peer, call) {
      await send('removeChain', { params: peer }, call);
    },
    async setLimits(peer, limits, call) {
      await send('setLimits', { params: peer, body: limits }, call);
    },
    deploy: (peer, data, call) => send('deploy', { params: peer, body: { data } }, call),
    peerStatus: (peer, call) => send('peerStatus', { params: peer }, call),
    async listPeers(call) {
      return (await send('listPeers', {}, call)).peers;
    },
    putAccessKey: (record, call) => send('putAccessKey', { params: { id: record.id }, body: record }, call),
    async listAccessKeys(call) {
      return (await send('listAccessKeys', {}, call)).accessKeys;
    },
    async rpc(peer, method, params, call) {
      const answer = await send('rpc', { params: peer, body: { method, params } }, call);
      if ('error' in answer) throw rpcRefused(answer.error);
      return answer.result;
    },
    async waitForHeight(peer, after, call) {
      return (await send('waitForHeight', { params: peer, query: { after } }, call)).height;
    },
    meters: (input, call) => send('meters', { query: input }, call),
    async acknowledgeMeters(upTo, call) {
      await send('acknowledgeMeters', { body: { upTo } }, call);
    },
    report: (call) => send('report', {}, call),
  };
}

function createSender(options: ControlClientOptions) {
  const secret = parseControlSecret(options.secret);
  const fetcher = options.fetch ?? fetch;
  const now = options.now ?? Date.now;
  const base = options.controlUrl.replace(/\/+$/, '');

  return async function send<N extends ControlCallName>(name: N, target: Target, callOptions: CallOptions = {}): Promise<CallAnswer<N>> {
    const call: ControlCalls[ControlCallName] = controlCalls[name];
    const path = targetOf(call.path, target);
    const body = target.body === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(target.body));
    const nonce = createNonce();
    const timeMs = now();
    const signer = `host:${options.hostId}`;
    const signature = signRequest(secret, { signer, method: call.method, target: path, timeMs, nonce, body });
    const timeout = AbortSignal.timeout(callOptions.timeoutMs ?? call.timeoutMs);
    let response: Response;
    let bytes: Uint8Array;
    try {
      response = await fetcher(base + path, {
        method: call.method,
        headers: {
          ...(body.length > 0 ? { 'content-type': 'application/json' } : {}),
          [signatureHeaders.signer]: signer,
          [signatureHeaders.time]: String(timeMs),
          [signatureHeaders.nonce]: nonce,
          [signatureHeaders.signature]: signature,
        },
        ...(body.length > 0 ? { body } : {}),
        redirect: 'error',
        cache: 'no-store',
        signal: callOptions.signal ? AbortSignal.any([timeout, callOptions.signal]) : timeout,
      });
      bytes = await readLimited(response);
    } catch (error) {
      if (callOptions.signal?.aborted) throw callOptions.signal.reason;
      throw hostUnavailable(options.hostId, timeout.aborted ? `${name} was not answered in time` : `${name} did not get through`, error);
    }
    return readAnswer(name, response, bytes, { secret, nonce, hostId: options.hostId });
  };
}

function readAnswer<N extends ControlCallName>(
  name: N,
  response: Response,
  bytes: Uint8Array,
  context: { secret: Uint8Array; nonce: string; hostId: string },
): CallAnswer<N> {
  // The one answer that a host cannot sign: it does not know the caller's secret.
  if (response.status === 401) {
    throw new AppError('UNAUTHENTICATED', {}, {
      publicMessage: 'The city node does not accept the portal’s signature.',
      // Heals when a clock is set right or the host has joined anew.
      retryable: true,
      message: `host ${context.hostId} refused the signature of ${name}: wrong secret, or clocks more than 30 s apart`,
    });
  }
  const expected = signAnswer(context.secret, { nonce: context.nonce, status: response.status, body: bytes });
  if (!signaturesEqual(expected, response.headers.get(signatureHeaders.signature) ?? '')) {
    throw hostUnavailable(context.hostId, `${name} was answered with status ${response.status} without the host's signature`);
  }
  const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!response.ok) throw controlErrorToAppError(controlErrorSchema.parse(json));
  const parsed = controlCalls[name].answer.safeParse(json);
  if (!parsed.success) throw hostUnavailable(context.hostId, `${name} was answered in an unknown shape: ${z.prettifyError(parsed.error)}`);
  return parsed.data as CallAnswer<N>;
}

function rpcRefused(error: { code: number; message: string }): AppError<'INVALID_INPUT'> {
  return new AppError('INVALID_INPUT', { fields: { rpc: error.message } }, { publicMessage: error.message, message: `rpc ${error.code}: ${error.message}` });
}

function targetOf(path: string, target: Target): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(target.params?.[name] ?? ''));
  const query = Object.entries(target.query ?? {}).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  return query.length === 0 ? filled : `${filled}?${new URLSearchParams(query.map(([key, value]) => [key, String(value)]))}`;
}

async function readLimited(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  if (!response.body) return new Uint8Array();
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    total += part.length;
    if (total > answerBytesMax) throw new Error(`answer is larger than ${answerBytesMax} bytes`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
