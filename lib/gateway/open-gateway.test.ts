import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccessKeyRecord, ChainLimits } from '@/lib/control';
import { AccessKeyTable, createAccessKeySecret, formatAccessKey, hashAccessKeySecret, MeterBook, openGateway, rpcCodes, type ChainDoor, type DoorAnswer, type DoorCall, type DoorRequests, type DoorSignals, type GatewayLimits, QuotaTable, type RpcResponse } from './index';
import { rpcFailure } from './json-rpc';

const pepper = Buffer.alloc(32, 5);
const limits: ChainLimits = { transactionsPerSecond: 1_000, transactionBurst: 1_000, requestsPerSecond: 1_000, requestBurst: 1_000, period: 'total', storageBytesMax: 1e9 };
const closers: (() => Promise<unknown>)[] = [];
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'open-gateway-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await rm(directory, { recursive: true, force: true });
});

/** A sub-chain that echoes reads, takes `put` for a transaction and fails in every way a framework can. */
class EchoDoor implements ChainDoor {
  readonly framework = 'echo';
  readonly cityNode = 'SIN';
  written: unknown[] = [];
  constructor(readonly chain: string) {}

  sizeBytes(): number {
    return 0;
  }

  parse(body: Uint8Array): DoorRequests {
    const invalid = (code: number) => ({ isBatch: false, entries: [{ invalid: rpcFailure(null, { code, message: 'not acceptable' }) }] });
    let json: unknown;
    try {
      json = JSON.parse(Buffer.from(body).toString());
    } catch {
      // The test body is no JSON.
      return invalid(rpcCodes.parse);
    }
    const calls = (Array.isArray(json) ? json : [json]) as { id?: number; method: string; params: unknown[] }[];
    if (calls.length === 0 || calls.some(({ method }) => typeof method !== 'string')) return invalid(rpcCodes.invalidRequest);
    return { isBatch: Array.isArray(json), entries: calls.map((call) => ({ ...call, scope: call.method.endsWith('put') ? ('write' as const) : ('read' as const) })) };
  }

  async handle(call: DoorCall, { readSignal }: DoorSignals): Promise<DoorAnswer> {
    const id = call.id ?? null;
    const result = (value: unknown): DoorAnswer => ({ response: call.id === undefined ? undefined : { jsonrpc: '2.0', id, result: value }, accepted: call.scope === 'write', status: 200 });
    const error = (status: number, code: number, message: string, data?: string): DoorAnswer => ({ response: rpcFailure(id, { code, message, data }), accepted: false, status });
    switch (call.method) {
      case 'put':
        return result(this.written.push(call.params));
      case 'late-put':
        await new Promise((resolve) => setTimeout(resolve, 200));
        return result(this.written.push(call.params));
      case 'bad-put':
        return error(200, -32000, 'nonce too low');
      case 'revert':
        return error(200, 3, 'execution reverted', '0x08c379a0');
      case 'stopped':
        return error(503, -32000, 'The peer is stopped.');
      case 'full':
        return { ...error(429, rpcCodes.rateLimited, 'too many wait'), retryAfterSeconds: 3 };
      case 'bug':
        throw new Error('inner detail');
      case 'slow':
        return new Promise((resolve) => readSignal.addEventListener('abort', () => resolve(error(200, -32000, 'the time limit was reached'))));
      default:
        return result(call.params);
    }
  }

  async answer(requests: DoorRequests, handleOne: (call: DoorCall) => Promise<RpcResponse | undefined>): Promise<Uint8Array | undefined> {
    const answers = (await Promise.all(requests.entries.map((entry) => ('invalid' in entry ? entry.invalid : handleOne(entry))))).filter((answer) => answer !== undefined);
    return answers.length === 0 ? undefined : Buffer.from(JSON.stringify(requests.isBatch ? answers : answers[0]));
  }
}

async function open(change: { limits?: Partial<GatewayLimits>; quota?: Partial<ChainLimits> } = {}) {
  const lines: string[] = [];
  const log = (fields: Record<string, unknown>, event: string) => void lines.push(JSON.stringify({ ...fields, event }));
  const meters = await MeterBook.open({
    file: path.join(directory, 'meters'),
    now: Date.now,
    schedule: () => undefined,
    onError(error) {
      throw error;
    },
  });
  const accessKeys = new AccessKeyTable(pepper);
  const doors = new Map(['tide-4417', 'moss-1001'].map((chain) => [chain, new EchoDoor(chain)]));
  const quotas = new QuotaTable({ findLimits: (chain) => (doors.has(chain) ? { ...limits, ...change.quota } : undefined), meters, now: Date.now });
  const gateway = await openGateway({
    host: '127.0.0.1',
    port: 0,
    accessKeys,
    quotas,
    findDoor: (cityNode, chain) => (cityNode === 'SIN' ? doors.get(chain) : undefined),
    logger: { info: log, warn: log, error: log },
    ...(change.limits ? { limits: change.limits } : {}),
  });
  closers.push(() => meters.close(), () => gateway.close(100));
  let made = 0;
  const makeKey = (record: Partial<AccessKeyRecord> = {}) => {
    const secret = createAccessKeySecret();
    const id = `ck_0000000000${(made++).toString().padStart(4, '0')}`;
    const full: AccessKeyRecord = { id, chain: 'tide-4417', kind: 'header', scope: 'write', secretHmac: Buffer.from(hashAccessKeySecret(pepper, secret)).toString('base64'), origins: [], revoked: false, version: 1, ...record };
    accessKeys.put(full);
    return { record: full, secret, text: formatAccessKey({ id, secret }) };
  };
  const base = `http://127.0.0.1:${gateway.port}`;
  return { gateway, base, url: `${base}/sin/tide-4417`, lines, meters, accessKeys, doors, makeKey, port: gateway.port };
}

const callBody = (method = 'echo', params: unknown = [1], id: unknown = 1) => JSON.stringify({ jsonrpc: '2.0', id, method, params });

async function post(url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('the gateway’s keys', () => {
  it('lets a key in by Bearer, Basic, x-api-key and, of the url kind, by the path', async () => {
    const { url, makeKey } = await open();
    const { text, record, secret } = makeKey();
    const answer = { status: 200, json: { jsonrpc: '2.0', id: 1, result: [1] } };
    expect(await post(url, callBody(), bearer(text))).toMatchObject(answer);
    expect(await post(url, callBody(), { 'x-api-key': text })).toMatchObject(answer);
    expect(await post(url, callBody(), { authorization: `Basic ${Buffer.from(`${record.id}:${secret}`).toString('base64')}` })).toMatchObject(answer);
    expect(await post(`${url}/k/${makeKey({ kind: 'url' }).text}`, callBody())).toMatchObject(answer);
  });

  it.each(['missing', 'unknown', 'malformed', 'of another sub-chain', 'of the url kind in a header', 'of the header kind in a url', 'revoked', 'expired'])('answers 401 to a key that is %s', async (kind) => {
    const { url, makeKey, meters } = await open();
    const secret = createAccessKeySecret();
    const attempts: Record<string, () => ReturnType<typeof post>> = {
      missing: () => post(url, callBody()),
      unknown: () => post(url, callBody(), bearer(`ck_99999999.${secret}`)),
      malformed: () => post(url, callBody(), bearer('hello')),
      'of another sub-chain': () => post(url, callBody(), bearer(makeKey({ chain: 'moss-1001' }).text)),
      'of the url kind in a header': () => post(url, callBody(), bearer(makeKey({ kind: 'url' }).text)),
      'of the header kind in a url': () => post(`${url}/k/${makeKey().text}`, callBody()),
      revoked: () => post(url, callBody(), bearer(makeKey({ revoked: true }).text)),
      expired: () => post(url, callBody(), bearer(makeKey({ expiresAtMs: Date.now() }).text)),
    };
    const answer = await attempts[kind]?.();
    expect(answer).toMatchObject({ status: 401, json: { jsonrpc: '2.0', id: null, error: { code: rpcCodes.unauthenticated } } });
    expect(meters.used('tide-4417', 'total', Date.now()).requests).toBe(0);
    if (kind.startsWith('of')) expect(answer?.json).toMatchObject({ error: { message: 'This access key is not known for this sub-chain.' } });
  });

  it('refuses a key from the next request on once it is revoked', async () => {
    const { url, makeKey, accessKeys } = await open();
    const { text, record } = makeKey();
    expect((await post(url, callBody(), bearer(text))).status).toBe(200);
    accessKeys.put({ ...record, revoked: true, version: 2 });
    expect((await post(url, callBody(), bearer(text))).status).toBe(401);
  });

  it('does not let a read key write, alone or within a batch', async () => {
    const { url, makeKey, doors } = await open();
    const { text } = makeKey({ scope: 'read' });
    expect(await post(url, callBody('put'), bearer(text))).toMatchObject({ status: 403, json: { id: 1, error: { code: rpcCodes.forbidden, message: expect.stringContaining('only read') } } });
    const batch = await post(url, `[${callBody('echo', [1], 'a')},${callBody('put', [2], 'b')}]`, bearer(text));
    expect(batch).toMatchObject({ status: 200, json: [{ id: 'a', result: [1] }, { id: 'b', error: { code: rpcCodes.forbidden } }] });
    expect(doors.get('tide-4417')?.written).toEqual([]);
  });

  it('never shows a key in a log line, an error or an answer', async () => {
    const { base, url, makeKey, lines, accessKeys } = await open();
    const keys = [makeKey(), makeKey({ kind: 'url' }), makeKey({ kind: 'url', revoked: true })];
    const strange = `ck_99999999.${createAccessKeySecret()}`;
    const answers: unknown[] = [];
    for (const key of [...keys.map((made) => made.text), strange, 'not-a-key-but-secret']) {
      for (const method of ['echo', 'bug', 'stopped', 'revert']) {
        answers.push((await post(`${url}/k/${key}`, callBody(method, []))).json);
        answers.push((await post(url, callBody(method, []), bearer(key))).json);
        answers.push((await post(`${base}/par/tide-4417/k/${key}`, callBody(method))).json);
        answers.push((await post(`${url}/k/${key}?x=${key}`, '{')).json);
        answers.push((await post(`${url}/k/${key}`, callBody(), { 'content-type': 'text/plain' })).json);
      }
      answers.push(await (await fetch(`${url}/k/${key}`)).text());
      answers.push(await (await fetch(`${url}/k/${key}`, { method: 'DELETE' })).text());
    }
    expect(lines.length).toBeGreaterThan(20);
    const everything = lines.join('\n') + JSON.stringify(answers) + JSON.stringify(accessKeys.list());
    for (const secret of [...keys.map((made) => made.secret), strange.split('.')[1] ?? '', 'not-a-key-but-secret']) expect(everything).not.toContain(secret);
    expect(everything).not.toContain('/k/');
    // The failure itself is logged, so that the search above searches something.
    expect(lines.join('\n')).toContain('inner detail');
  });
});

describe('the gateway and browsers', () => {
  const origin = 'https://shop.example';

  it('answers the preflight of an allowed origin without a key, and no other', async () => {
    const { url, makeKey } = await open();
    makeKey({ origins: [origin] });
    const ask = (from: string) => fetch(url, { method: 'OPTIONS', headers: { origin: from, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } });
    const allowed = await ask(origin);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
    expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization');
    const foreign = await ask('https://evil.example');
    expect(foreign.status).toBe(403);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    expect((await ask('null')).status).toBe(403);
  });

  it('lets a browser use only a key that names its origin', async () => {
    const { url, makeKey } = await open();
    const mine = makeKey({ origins: [origin] });
    const other = makeKey({ origins: ['https://other.example'] });
    const good = await post(url, callBody(), { ...bearer(mine.text), origin });
    expect(good.status).toBe(200);
    expect(good.headers.get('access-control-allow-origin')).toBe(origin);
    expect(good.headers.get('vary')).toBe('Origin');
    const wrongKey = await post(url, callBody(), { ...bearer(other.text), origin });
    expect(wrongKey).toMatchObject({ status: 403, json: { error: { code: rpcCodes.forbidden } } });
    expect(wrongKey.headers.get('access-control-allow-origin')).toBeNull();
    expect((await post(url, callBody(), { ...bearer(mine.text), origin: 'https://evil.example' })).status).toBe(403);
    expect((await post(url, callBody(), bearer(mine.text))).status).toBe(200);
  });
});

describe('the gateway’s quotas', () => {
  it('answers 429 with Retry-After to what comes too fast, and names the quota', async () => {
    const { url, makeKey } = await open({ quota: { requestsPerSecond: 0.5, requestBurst: 2 } });
    const { text } = makeKey();
    expect((await post(url, callBody(), bearer(text))).status).toBe(200);
    expect((await post(url, callBody(), bearer(text))).status).toBe(200);
    const refused = await post(url, callBody(), bearer(text));
    expect(refused).toMatchObject({ status: 429, json: { id: 1, error: { code: rpcCodes.rateLimited, message: expect.stringContaining('requests per second'), data: { quota: 'requests per second', retryAfterMs: expect.any(Number) } } } });
    expect(Number(refused.headers.get('retry-after'))).toBe(2);
  });

  it('counts each entry of a batch', async () => {
    const { url, makeKey, meters } = await open({ quota: { requestsPerPeriod: 3 } });
    const { text } = makeKey();
    const entries = [1, 2, 3, 4].map((id) => callBody('put', [id], id));
    const answer = await post(url, `[${entries.join(',')}]`, bearer(text));
    expect(answer).toMatchObject({ status: 200, json: [{ id: 1, result: 1 }, { id: 2, result: 2 }, { id: 3, result: 3 }, { id: 4, error: { code: rpcCodes.quotaUsedUp } }] });
    expect(meters.used('tide-4417', 'total', Date.now())).toEqual({ requests: 3, transactions: 3 });
    expect((await post(url, callBody(), bearer(text))).status).toBe(403);
  });

  it('counts no transaction that the sub-chain did not take', async () => {
    const { url, makeKey, meters } = await open();
    const { text } = makeKey();
    expect(await post(url, callBody('bad-put'), bearer(text))).toMatchObject({ status: 200, json: { error: { message: 'nonce too low' } } });
    expect(meters.used('tide-4417', 'total', Date.now())).toEqual({ requests: 1, transactions: 0 });
    await post(url, callBody('put'), bearer(text));
    expect(meters.used('tide-4417', 'total', Date.now())).toEqual({ requests: 2, transactions: 1 });
  });

  it('counts a transaction whose sender hangs up before the answer', async () => {
    const { url, makeKey, meters, doors } = await open();
    const caller = new AbortController();
    const call = fetch(url, { method: 'POST', body: callBody('late-put'), headers: { 'content-type': 'application/json', ...bearer(makeKey().text) }, signal: caller.signal }).catch(() => 'aborted');
    setTimeout(() => caller.abort(), 100);
    expect(await call).toBe('aborted');
    await expect.poll(() => meters.used('tide-4417', 'total', Date.now()).transactions).toBe(1);
    expect(doors.get('tide-4417')?.written).toHaveLength(1);
  });

  it('passes on that the sub-chain’s queue is full', async () => {
    const { url, makeKey } = await open();
    const answer = await post(url, callBody('full'), bearer(makeKey().text));
    expect(answer).toMatchObject({ status: 429, json: { error: { code: rpcCodes.rateLimited } } });
    expect(Number(answer.headers.get('retry-after'))).toBe(3);
  });
});

describe('the gateway and bad input', () => {
  it.each([
    ['malformed JSON', '{"jsonrpc"', {}, 400, rpcCodes.parse],
    ['no body', '', {}, 400, rpcCodes.parse],
    ['an empty batch', '[]', {}, 400, rpcCodes.invalidRequest],
    ['a method that is no text', '{"jsonrpc":"2.0","id":1,"method":7}', {}, 400, rpcCodes.invalidRequest],
    ['another content type', callBody(), { 'content-type': 'text/plain' }, 415, rpcCodes.invalidRequest],
    ['a body above the limit', JSON.stringify('x'.repeat(70_000)), {}, 413, rpcCodes.invalidRequest],
  ])('answers %s in JSON-RPC’s error shape', async (_, body, headers, status, code) => {
    const { url, makeKey } = await open({ limits: { bodyBytesMax: 65_536 } });
    const { text } = makeKey();
    expect(await post(url, body, { ...bearer(text), ...headers })).toMatchObject({ status, json: { jsonrpc: '2.0', error: { code } } });
    expect((await post(url, callBody(), bearer(text))).status).toBe(200);
  });

  it.each(['/', '/sin', '/sin/nope-1', '/par/tide-4417', '/SIN/tide-4417', '/sin/tide-4417/x', '/sin/tide-4417/k/', '/sin/..%2f..%2fetc', '/sin/tide-4417/k/a/b'])('answers 404 to the path %s', async (target) => {
    const { base } = await open();
    expect(await post(base + target, callBody())).toMatchObject({ status: 404, json: { error: { code: rpcCodes.unknownChain } } });
  });

  it('explains itself to a browser and refuses other methods', async () => {
    const { url, base } = await open();
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(await page.json()).toMatchObject({ subChain: 'tide-4417', cityNode: 'SIN', usage: expect.stringContaining('POST') });
    expect((await fetch(url, { method: 'PUT', body: '{}' })).status).toBe(405);
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
  });

  it('tells protocol errors, the world’s and ours apart', async () => {
    const { url, makeKey } = await open();
    const headers = bearer(makeKey().text);
    expect(await post(url, callBody('revert'), headers)).toMatchObject({ status: 200, json: { error: { code: 3, message: 'execution reverted', data: '0x08c379a0' } } });
    expect(await post(url, callBody('stopped'), headers)).toMatchObject({ status: 503, json: { error: { message: 'The peer is stopped.' } } });
    const bug = await post(url, callBody('bug'), headers);
    expect(bug).toMatchObject({ status: 500, json: { error: { code: rpcCodes.internal, message: expect.stringMatching(/request req_[0-9a-f]{20}/) } } });
    expect(JSON.stringify(bug.json)).not.toContain('inner detail');
  });

  it('answers each call of a batch also when a sub-chain goes away in its midst', async () => {
    const { url, makeKey, doors, lines } = await open();
    Object.assign(doors.get('tide-4417') ?? {}, {
      sizeBytes(): number {
        throw new Error('its ledger was removed');
      },
    });
    const batch = `[${callBody('echo', [1], 1)},${callBody('put', [2], 2)}]`;
    const answer = await post(url, batch, bearer(makeKey().text));
    expect(answer).toMatchObject({ status: 200, json: [{ id: 1, result: [1] }, { id: 2, error: { code: rpcCodes.internal } }] });
    expect(JSON.stringify(answer.json)).not.toContain('removed');
    expect(lines.join()).toContain('its ledger was removed');
  });

  it('carries a notification out and does not answer it', async () => {
    const { url, makeKey, doors } = await open();
    const answer = await post(url, JSON.stringify({ jsonrpc: '2.0', method: 'put', params: [9] }), bearer(makeKey().text));
    expect(answer).toMatchObject({ status: 204, json: undefined });
    expect(doors.get('tide-4417')?.written).toEqual([[9]]);
  });

  it('ends reads whose time is up', async () => {
    const { url, makeKey } = await open({ limits: { requestMsMax: 100 } });
    expect(await post(url, callBody('slow'), bearer(makeKey().text))).toMatchObject({ status: 200, json: { id: 1, error: { message: 'the time limit was reached' } } });
  });

  it('bounds what is answered at once for one sub-chain, and goes on for the others', async () => {
    const { url, base, makeKey } = await open({ limits: { concurrentPerChainMax: 2, requestMsMax: 3_000 } });
    const headers = bearer(makeKey().text);
    const slow = [post(url, callBody('slow'), headers), post(url, callBody('slow'), headers)];
    await expect.poll(() => post(url, callBody(), headers), { interval: 10, timeout: 2_500 }).toMatchObject({ status: 503, json: { error: { code: rpcCodes.rateLimited } } });
    expect((await post(`${base}/sin/moss-1001`, callBody(), bearer(makeKey({ chain: 'moss-1001' }).text))).status).toBe(200);
    await Promise.all(slow);
    expect((await post(url, callBody(), headers)).status).toBe(200);
  });

  it('bounds the bodies in memory and frees them again', async () => {
    const { url, makeKey } = await open({ limits: { bodyBytesInFlightMax: 1_000, requestMsMax: 3_000 } });
    const headers = bearer(makeKey().text);
    const slow = post(url, callBody('slow', ['x'.repeat(800)]), headers);
    // From the moment on at which the slow one's body has arrived.
    await expect.poll(async () => (await post(url, callBody('echo', ['x'.repeat(300)]), headers)).status, { interval: 10, timeout: 2_500 }).toBe(503);
    await slow;
    expect((await post(url, callBody('echo', ['x'.repeat(300)]), headers)).status).toBe(200);
  });

  it('answers an oversized chunked body before it ends', async () => {
    const { port, makeKey } = await open({ limits: { bodyBytesMax: 1_000 } });
    const { text } = makeKey();
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/sin/tide-4417', headers: { 'content-type': 'application/json', authorization: `Bearer ${text}` } }, (response) => {
        resolve(response.statusCode);
        request.destroy();
      });
      request.on('error', reject);
      for (let index = 0; index < 20; index++) request.write('x'.repeat(100));
    });
    expect(status).toBe(413);
  });

  it('survives bytes that are no HTTP and a client that hangs up in mid-body', async () => {
    const { port, url, makeKey } = await open();
    const { text } = makeKey();
    for (const bytes of ['\x16\x03\x01garbage\r\n\r\n', `POST /sin/tide-4417 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${text}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`, `GET / HTTP/1.1\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`]) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write(bytes);
          setTimeout(() => {
            socket.destroy();
            resolve();
          }, 50);
        });
        socket.on('error', () => resolve());
      });
    }
    expect((await post(url, callBody(), bearer(text))).status).toBe(200);
  });
});
