import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import { AppError, isAppError } from '@/lib/platform/pure/errors';
import { controlCalls, type ControlHandlers } from './calls';
import type { AnyCall, CallContext } from './define-call';
import { openHttpListener, readBody, type HttpListener } from './http-listener';
import type { ControlError } from './schemas';
import { signAnswer, signatureHeaders } from './sign-request';
import { createRequestVerifier, type VerifiedRequest } from './request-verifier';

export interface ControlServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly hostId: string;
  /** The host's control secret. */
  readonly secret: Uint8Array;
  /** Above it calls are refused with the time to wait: what it remembers against replays is bounded. 250,000 if absent. */
  readonly callsPerMinuteMax?: number;
  readonly handlers: ControlHandlers;
  /** What /readyz says: true once every door is open. */
  readonly isReady: () => boolean;
  readonly logger: ControlLogger;
  readonly now?: () => number;
}

/** Structured log: event and ids, never payloads or secrets. */
export interface ControlLogger {
  info(fields: Record<string, unknown>, event: string): void;
  warn(fields: Record<string, unknown>, event: string): void;
  error(fields: Record<string, unknown>, event: string): void;
}

const bodyBytesMax = 1024 * 1024;
const quietCalls = new Set<string>([...Object.entries(controlCalls).flatMap(([name, call]) => (call.method === 'GET' ? [name] : [])), 'rpc', 'acknowledgeMeters']);

interface Route {
  readonly name: string;
  readonly pattern: RegExp;
  readonly call: AnyCall;
  readonly handle: (input: never, context: CallContext) => Promise<unknown>;
}

/** Opens the control listener. Rejects with an error that says what to do when the port cannot be had. */
export async function openControlServer(options: ControlServerOptions): Promise<HttpListener> {
  const routes = routesOf(controlCalls, options.handlers);
  const verify = createRequestVerifier({
    now: options.now ?? Date.now,
    secretOf: (signer) => (signer === `host:${options.hostId}` ? options.secret : undefined),
    ...(options.callsPerMinuteMax === undefined ? {} : { noncesMax: options.callsPerMinuteMax }),
  });
  return openHttpListener(
    {
      host: options.host,
      port: options.port,
      name: 'control listener',
      connectionsMax: 512,
      server: { maxHeaderSize: 8 * 1024, headersTimeout: 10_000, requestTimeout: 20_000, keepAliveTimeout: 60_000 },
    },
    (request, response) => {
      const requestId = `req_${randomBytes(10).toString('hex')}`;
      serve({ options, routes, verify, requestId }, request, response).catch((error: unknown) => {
        options.logger.error({ requestId, err: errorText(error) }, 'control answer failed');
        response.destroy();
      });
    },
  );
}

interface Serving {
  readonly options: ControlServerOptions;
  readonly routes: readonly Route[];
  readonly verify: ReturnType<typeof createRequestVerifier>;
  readonly requestId: string;
}

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { options, requestId } = serving;
  const target = request.url ?? '/';
  if (request.method === 'GET' && target === '/healthz') return send(response, 200, { status: 'ok' });
  if (request.method === 'GET' && target === '/readyz') {
    const ready = options.isReady();
    return send(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready' });
  }
  const startedAt = performance.now();
  const body = await readBody(request, bodyBytesMax);
  if (body === 'too-large') return send(response, 413, { code: 'TOO_LARGE', message: `The body is larger than ${bodyBytesMax} bytes.`, requestId });
  const verified = serving.verify({ method: request.method ?? '', target, headers: request.headers, body });
  if (!verified.ok) {
    options.logger.warn({ requestId, failure: verified.failure, remote: request.socket.remoteAddress }, 'control request refused');
    if (verified.failure === 'busy') {
      const { retryAfterSeconds } = verified;
      const answer: ControlError = { code: 'RATE_LIMITED', message: `The city node has taken too many calls within a minute. Try again in ${retryAfterSeconds} s.`, details: { retryAfterSeconds }, requestId };
      return send(response, 429, answer, verified.request);
    }
    return send(response, 401, { code: 'UNAUTHENTICATED', message: 'The request is not signed by this host’s portal.', requestId });
  }
  const hangup = new AbortController();
  response.once('close', () => hangup.abort(new Error('the caller hung up')));
  const { name, status, answer } = await answerCall(serving, { request, target, body, signal: hangup.signal });
  send(response, status, answer, verified.request);
  const ms = Math.round(performance.now() - startedAt);
  // What the portal asks every other second is worth a line only when it goes wrong.
  if (status !== 200 || !quietCalls.has(name)) options.logger.info({ requestId, call: name, status, ms }, 'control call');
}

async function answerCall(
  { options, routes, requestId }: Serving,
  input: { request: IncomingMessage; target: string; body: Uint8Array; signal: AbortSignal },
): Promise<{ name: string; status: number; answer: unknown }> {
  let name = 'unknown';
  try {
    const url = new URL(input.target, 'http://host.invalid');
    const found = findRoute(routes, input.request.method ?? '', url.pathname);
    if (!found) throw new AppError('NOT_FOUND', { subject: 'call' }, { publicMessage: 'There is no such call.' });
    name = found.route.name;
    const parsed = parseInput(found.route.call, { params: found.params, query: Object.fromEntries(url.searchParams), body: parseJson(input.body) });
    const answer = await found.route.handle(parsed as never, { requestId, signal: input.signal });
    return { name, status: 200, answer: found.route.call.answer.parse(answer) };
  } catch (error) {
    if (isAppError(error)) return { name, status: error.status, answer: toControlError(error, requestId) };
    // Nobody reads this answer; 499 is nginx's word for it.
    if (input.signal.aborted && error === input.signal.reason) return { name, status: 499, answer: { code: 'CANCELLED', message: 'The caller hung up.', requestId } satisfies ControlError };
    options.logger.error({ requestId, call: name, err: errorText(error) }, 'control call failed');
    return { name, status: 500, answer: { code: 'INTERNAL', message: 'Something went wrong in the city node.', requestId } satisfies ControlError };
  }
}

function routesOf<T extends Record<string, AnyCall>>(
  table: T,
  handlers: Readonly<Record<keyof T, (input: never, context: CallContext) => Promise<unknown>>>,
): Route[] {
  return Object.entries(table).map(([name, call]) => ({
    name,
    call,
    handle: handlers[name as keyof T],
    pattern: new RegExp(`^${call.path.replace(/:(\w+)/g, '(?<$1>[A-Za-z0-9_-]{1,80})')}$`),
  }));
}

function findRoute(routes: readonly Route[], method: string, pathname: string): { route: Route; params: Record<string, string> } | undefined {
  for (const route of routes) {
    if (route.call.method !== method) continue;
    const match = route.pattern.exec(pathname);
    if (match) return { route, params: { ...match.groups } };
  }
  return undefined;
}

function parseInput(call: AnyCall, raw: { params: unknown; query: unknown; body: unknown }): { params: unknown; query: unknown; body: unknown } {
  const fields: Record<string, string> = {};
  const read = (part: 'params' | 'query' | 'body') => {
    const parsed = call[part].safeParse(raw[part]);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) fields[[part, ...issue.path].join('.')] = issue.message;
    return undefined;
  };
  const input = { params: read('params'), query: read('query'), body: read('body') };
  const names = Object.keys(fields);
  if (names.length > 0) {
    throw new AppError('INVALID_INPUT', { fields }, { publicMessage: `The call is not well formed: ${names.map((field) => `${field}: ${fields[field]}`).join('; ')}` });
  }
  return input;
}

function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (error) {
    throw new AppError('INVALID_INPUT', { fields: { body: 'not JSON' } }, { publicMessage: 'The body is not JSON.', cause: error });
  }
}

function send(response: ServerResponse, status: number, answer: unknown, signed?: VerifiedRequest): void {
  if (response.destroyed) return;
  const body = Buffer.from(JSON.stringify(answer));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...(signed ? { [signatureHeaders.signature]: signAnswer(signed.secret, { nonce: signed.nonce, status, body }) } : {}),
  });
  response.end(body);
}

function toControlError(error: AppError, requestId: string): ControlError {
  return { code: error.code, message: error.publicMessage, details: { ...error.details }, requestId };
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : 'a value that is no error was thrown';
}
