import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { openHttpListener, readBody, type ControlLogger, type HttpListener } from '@/lib/control';
import type { AccessKeyTable } from './access-key-table';
import { answerCall, type CallContext } from './answer-call';
import { authenticateRequest } from './authenticate-request';
import type { ChainDoor, DoorAnswer } from './chain-door';
import type { ChainQuota } from './chain-quota';
import type { QuotaTable } from './quota-table';
import { rpcCodes, rpcFailure, type RpcErrorBody } from './json-rpc';

export interface GatewayOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly accessKeys: AccessKeyTable;
  readonly quotas: Pick<QuotaTable, 'get'>;
  /** The sub-chain at that city node (upper-case code), or undefined when it has no open peer here. */
  readonly findDoor: (cityNode: string, chain: string) => ChainDoor | undefined;
  readonly logger: ControlLogger;
  readonly limits?: Partial<GatewayLimits>;
  readonly now?: () => number;
}

export interface GatewayLimits {
  /** How many calls a body may hold and how large their answers may be is the codec's affair. */
  readonly bodyBytesMax: number;
  /**
   * Longest time of one HTTP request, its whole batch included; below the 10 s after which viem gives up. A transaction
   * that is not in a block by then is answered with its hash and goes on.
   */
  readonly requestMsMax: number;
  readonly connectionsMax: number;
  /** HTTP requests that are being answered, per sub-chain and in all. */
  readonly concurrentPerChainMax: number;
  readonly concurrentMax: number;
  /** Bodies in memory, in all. */
  readonly bodyBytesInFlightMax: number;
}

export const gatewayLimitDefaults: GatewayLimits = {
  bodyBytesMax: 1024 * 1024,
  requestMsMax: 8_000,
  connectionsMax: 4_096,
  concurrentPerChainMax: 256,
  concurrentMax: 2_048,
  bodyBytesInFlightMax: 128 * 1024 * 1024,
};

/**
 * Opens the public door of a host's city nodes. A request's URL, headers and body are never logged: a URL may carry a
 * key, and a body is its sender's own affair.
 */
export async function openGateway(options: GatewayOptions): Promise<HttpListener> {
  const gateway = new Gateway(options);
  return openHttpListener(
    {
      host: options.host,
      port: options.port,
      name: 'gateway',
      connectionsMax: gateway.limits.connectionsMax,
      // The listener's own limits on slow or broken clients, in milliseconds.
      server: { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 20_000, keepAliveTimeout: 65_000, connectionsCheckingInterval: 5_000, noDelay: true },
      // A client that does not read its answer.
      prepare: (server) => server.setTimeout(gateway.limits.requestMsMax + 60_000),
    },
    (request, response) => gateway.serve(request, response),
  );
}

interface Place {
  readonly door: ChainDoor;
  readonly quota: ChainQuota;
  readonly urlKey?: string;
}

class Gateway {
  readonly limits: GatewayLimits;
  private readonly now: () => number;
  private readonly inFlight = new Map<string, number>();
  private readonly idPrefix = randomBytes(6).toString('hex');
  private requests = 0;
  private inFlightTotal = 0;
  private bodyBytesInFlight = 0;
  private readonly refusalLog: RefusalLog;

  constructor(private readonly options: GatewayOptions) {
    this.limits = { ...gatewayLimitDefaults, ...options.limits };
    this.now = options.now ?? Date.now;
    this.refusalLog = new RefusalLog(options.logger, this.now);
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    // Unique in this process's life and unlike another's; drawing random bytes for each request costs more than its key check.
    const requestId = `req_${this.idPrefix}${(this.requests++).toString(16).padStart(8, '0')}`;
    this.route(request, response, requestId).catch((error: unknown) => {
      // The client went away in mid-request, or writing to it failed: there is nobody left to tell.
      this.options.logger.warn({ requestId, err: error instanceof Error ? error.name : 'unknown' }, 'gateway request broken off');
      response.destroy();
    });
  }

  private async route(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const target = request.url ?? '/';
    if (target === '/healthz') return sendJson(response, 200, '{"status":"ok"}');
    const place = this.place(target);
    if (!place) {
      return this.refuse(response, requestId, 404, { code: rpcCodes.unknownChain, message: 'There is no such sub-chain at this city node. The address is <gateway>/<city>/<sub-chain>.' });
    }
    // A refused body is read and thrown away, so that the client gets its answer; one that is far too long is cut.
    if (Number(request.headers['content-length'] ?? 0) > 8 * this.limits.bodyBytesMax) response.setHeader('connection', 'close');
    const { origin } = request.headers;
    if (origin !== undefined) {
      response.setHeader('vary', 'Origin');
      if (!this.options.accessKeys.allowsOrigin(place.door.chain, origin, this.now())) {
        return this.refuse(response, requestId, 403, { code: rpcCodes.forbidden, message: 'No access key of this sub-chain allows this web origin. Add the origin to a key in the portal.' }, place);
      }
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-expose-headers', 'retry-after');
    }
    if (request.method === 'OPTIONS') return preflight(response);
    if (request.method === 'GET' || request.method === 'HEAD') return explain(response, place.door);
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST, GET, OPTIONS');
      return this.refuse(response, requestId, 405, { code: rpcCodes.invalidRequest, message: 'Send JSON-RPC 2.0 by POST.' }, place);
    }
    await this.admit(request, response, requestId, place);
  }

  private place(target: string): Place | undefined {
    const match = /^\/([a-z]{3,4})\/([a-z0-9-]{3,63})(?:\/k\/([^/?]{1,200}))?\/?(?:\?.*)?$/.exec(target);
    if (!match?.[1] || !match[2]) return undefined;
    const door = this.options.findDoor(match[1].toUpperCase(), match[2]);
    const quota = this.options.quotas.get(match[2]);
    return door && quota ? { door, quota, ...(match[3] === undefined ? {} : { urlKey: match[3] }) } : undefined;
  }

  /** Keeps the number of requests and bodies in memory bounded, whoever sends them. */
  private async admit(request: IncomingMessage, response: ServerResponse, requestId: string, place: Place): Promise<void> {
    const { chain } = place.door;
    const { limits } = this;
    const mine = this.inFlight.get(chain) ?? 0;
    const bodyBytes = Math.min(Number(request.headers['content-length'] ?? limits.bodyBytesMax), limits.bodyBytesMax);
    if (mine >= limits.concurrentPerChainMax || this.inFlightTotal >= limits.concurrentMax || this.bodyBytesInFlight + bodyBytes > limits.bodyBytesInFlightMax) {
      response.setHeader('retry-after', retryAfter(1));
      return this.refuse(response, requestId, 503, { code: rpcCodes.rateLimited, message: 'Too many requests are being answered at once. Try again in a second.', data: { retryAfterMs: 1_000 } }, place);
    }
    this.inFlight.set(chain, mine + 1);
    this.inFlightTotal += 1;
    this.bodyBytesInFlight += bodyBytes;
    try {
      await this.answer(request, response, requestId, place);
    } finally {
      this.bodyBytesInFlight -= bodyBytes;
      this.inFlightTotal -= 1;
      const left = (this.inFlight.get(chain) ?? 1) - 1;
      if (left > 0) this.inFlight.set(chain, left);
      else this.inFlight.delete(chain);
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse, requestId: string, place: Place): Promise<void> {
    const authenticated = authenticateRequest(this.options.accessKeys, {
      chain: place.door.chain,
      headers: request.headers,
      ...(place.urlKey === undefined ? {} : { urlKey: place.urlKey }),
      nowMs: this.now(),
    });
    if (!authenticated.ok) {
      if (authenticated.status === 401) response.setHeader('www-authenticate', 'Bearer');
      // Another key of the sub-chain allows the origin, this one does not.
      if (authenticated.reason === 'origin') response.removeHeader('access-control-allow-origin');
      const code = authenticated.status === 401 ? rpcCodes.unauthenticated : rpcCodes.forbidden;
      return this.refuse(response, requestId, authenticated.status, { code, message: authenticated.message }, place);
    }
    if (!/^application\/(json|json-rpc)\b/i.test(request.headers['content-type'] ?? '')) {
      return this.refuse(response, requestId, 415, { code: rpcCodes.invalidRequest, message: 'The content type must be application/json.' }, place);
    }
    const bytes = await readBody(request, this.limits.bodyBytesMax);
    if (bytes === 'too-large') {
      return this.refuse(response, requestId, 413, { code: rpcCodes.invalidRequest, message: `The body is larger than ${this.limits.bodyBytesMax} bytes. Send smaller batches.` }, place);
    }
    await this.carryOut(response, requestId, place, { scope: authenticated.record.scope, bytes });
  }

  private async carryOut(response: ServerResponse, requestId: string, { door, quota }: Place, asked: { scope: CallContext['scope']; bytes: Uint8Array }): Promise<void> {
    const requests = door.parse(asked.bytes);
    const reads = new AbortController();
    const sends = new AbortController();
    const timer = setTimeout(() => {
      reads.abort(new Error('the time of this request is up'));
      sends.abort(new Error('the time of this request is up'));
    }, this.limits.requestMsMax);
    const hangUp = () => reads.abort(new Error('the client hung up'));
    response.once('close', hangUp);
    const context: CallContext = {
      door,
      quota,
      scope: asked.scope,
      requestId,
      signals: { readSignal: reads.signal, sendSignal: sends.signal },
      now: this.now,
      onFailure: (error, method) =>
        this.options.logger.error({ requestId, chain: door.chain, cityNode: door.cityNode, method, err: error instanceof Error ? error.stack : 'unknown' }, 'gateway call failed'),
    };
    const answers: DoorAnswer[] = [];
    try {
      const body = await door.answer(requests, async (call) => {
        const answer = await answerCall(call, context);
        answers.push(answer);
        return answer.response;
      });
      const outcome = outcomeOf(answers, requests.entries.length);
      if (outcome.retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfter(outcome.retryAfterSeconds));
      sendBody(response, body === undefined && outcome.status === 200 ? 204 : outcome.status, body ?? new Uint8Array());
    } finally {
      clearTimeout(timer);
      response.off('close', hangUp);
    }
  }

  private refuse(response: ServerResponse, requestId: string, status: number, error: RpcErrorBody, place?: Place): void {
    this.refusalLog.write({ requestId, status, code: error.code, ...(place ? { chain: place.door.chain, cityNode: place.door.cityNode } : {}) });
    sendJson(response, status, JSON.stringify(rpcFailure(null, error)));
  }
}

/** At most so many lines a second, so that whoever knocks in vain cannot fill the disk. */
class RefusalLog {
  private second = 0;
  private written = 0;
  private left = 0;

  constructor(
    private readonly logger: ControlLogger,
    private readonly now: () => number,
  ) {}

  write(fields: Record<string, unknown>): void {
    const second = Math.floor(this.now() / 1_000);
    if (second !== this.second) {
      if (this.left > 0) this.logger.info({ count: this.left }, 'gateway refusals not logged');
      Object.assign(this, { second, written: 0, left: 0 });
    }
    if (this.written >= 20) {
      this.left += 1;
      return;
    }
    this.written += 1;
    this.logger.info(fields, 'gateway request refused');
  }
}

/**
 * A leading zero, which RFC 9110 allows: ethers takes a value without one for milliseconds and gives up within a few of
 * them, but falls back on its own growing pauses for this one; viem reads seconds.
 */
function retryAfter(seconds: number): string {
  return `0${seconds}`;
}

function preflight(response: ServerResponse): void {
  response.writeHead(204, {
    'access-control-allow-methods': 'POST, GET, OPTIONS',
    'access-control-allow-headers': 'authorization, content-type, x-api-key',
    'access-control-max-age': '600',
  });
  response.end();
}

function explain(response: ServerResponse, door: ChainDoor): void {
  sendJson(
    response,
    200,
    JSON.stringify({
      subChain: door.chain,
      cityNode: door.cityNode,
      framework: door.framework,
      usage: 'POST JSON-RPC 2.0 to this address with an access key: "Authorization: Bearer <key>" or "x-api-key: <key>".',
    }),
  );
}

/** A body that failed as a whole is told by its status too; one of which anything was carried out is not. */
function outcomeOf(answers: readonly DoorAnswer[], entries: number): Pick<DoorAnswer, 'status' | 'retryAfterSeconds'> {
  const [first] = answers;
  if (!first) return { status: 400 };
  if (answers.length < entries || answers.some((answer) => answer.status !== first.status)) return { status: 200 };
  return first;
}

function sendJson(response: ServerResponse, status: number, text: string): void {
  sendBody(response, status, Buffer.from(text));
}

function sendBody(response: ServerResponse, status: number, body: Uint8Array): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    ...(body.length > 0 ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(body);
}
