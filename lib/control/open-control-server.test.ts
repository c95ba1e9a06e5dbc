import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError, hasCode } from '@/lib/platform/pure/errors';
import { createControlClient, openControlServer, parseControlSecret, type ControlHandlers } from './index';

const secretText = Buffer.alloc(32, 1).toString('base64');
const otherText = Buffer.alloc(32, 2).toString('base64');
const peer = { chain: 'tide-4417', cityNode: 'SIN' };
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Handlers of a host that carries nothing: each test replaces the calls that it is about. */
function emptyHost(): { handlers: ControlHandlers } {
  const absent = async (): Promise<never> => {
    throw new AppError('NOT_FOUND', { subject: 'peer' }, { publicMessage: 'There is no such peer.' });
  };
  return {
    handlers: {
      createPeer: absent, listPeers: async () => ({ peers: [] }), openChain: absent, peerStatus: absent, removeChain: async () => ({}),
      startChain: absent, stopChain: absent, approveChange: absent, movePeer: absent, blockCertificate: absent, setLimits: absent, deploy: absent, rpc: absent, waitForHeight: absent,
      putAccessKey: absent, listAccessKeys: async () => ({ accessKeys: [] }),
      meters: async () => ({ records: [], lastSequence: 0 }), acknowledgeMeters: async () => ({}), report: absent, consumption: absent, changedPeers: absent, channelRequest: absent, putChannelCertificate: absent,
      fabricRequest: absent, putFabricCertificate: absent, removeFabricIdentity: absent, listFabricIdentities: async () => ({ identities: [] }),
    },
  };
}

async function open(change: { handlers?: Partial<ControlHandlers>; now?: () => number; callsPerMinuteMax?: number } = {}) {
  const lines: string[] = [];
  const log = (fields: Record<string, unknown>, event: string) => void lines.push(JSON.stringify({ ...fields, event }));
  const host = emptyHost();
  const server = await openControlServer({
    host: '127.0.0.1', port: 0, hostId: 'h1', secret: parseControlSecret(secretText),
    handlers: { ...host.handlers, ...change.handlers },
    isReady: () => true, logger: { info: log, warn: log, error: log }, ...(change.now ? { now: change.now } : {}), ...(change.callsPerMinuteMax ? { callsPerMinuteMax: change.callsPerMinuteMax } : {}),
  });
  closers.push(() => server.close(100));
  const controlUrl = `http://127.0.0.1:${server.port}`;
  return { server, controlUrl, lines, client: createControlClient({ controlUrl, secret: secretText, hostId: 'h1' }) };
}

const codeOf = (promise: Promise<unknown>) => promise.then(() => 'no error', (error: unknown) => (error instanceof AppError ? error.code : String(error)));

describe('control interface', () => {
  it('carries parameters, query and body to the handler and its answer back', async () => {
    const seen: unknown[] = [];
    const { client } = await open({
      handlers: {
        async waitForHeight(input) {
          seen.push(input);
          return { height: 8 };
        },
        async deploy(input) {
          seen.push(input);
          return { transactionHash: '0x1', contractAddress: '0x2', height: 1, succeeded: true };
        },
      },
    });
    expect(await client.waitForHeight(peer, 7)).toBe(8);
    expect(await client.deploy(peer, '0x6001')).toMatchObject({ height: 1, succeeded: true });
    expect(seen).toEqual([
      { params: peer, query: { after: 7 }, body: undefined },
      { params: peer, query: {}, body: { data: '0x6001' } },
    ]);
  });

  it('brings a handler’s error back with code, details and message', async () => {
    const { client } = await open({
      handlers: {
        async openChain() {
          throw new AppError('CONFLICT', { subject: 'genesis' }, { publicMessage: 'Opened with another genesis.' });
        },
      },
    });
    await expect(client.peerStatus(peer)).rejects.toMatchObject({ code: 'NOT_FOUND', details: { subject: 'peer' }, publicMessage: 'There is no such peer.', retryable: false });
    const input = { framework: 'ethereum', config: {}, genesisTimeMs: 1, finality: 'solo' as const, peers: [{ cityNode: 'SIN', publicKey: 'AAAA', orders: true, hostId: 'h1', channelAddress: '127.0.0.1:2' }], limits: { transactionsPerSecond: 1, transactionBurst: 1, requestsPerSecond: 1, requestBurst: 1, period: 'total' as const, storageBytesMax: 1 } };
    expect(await codeOf(client.openChain(peer, input))).toBe('CONFLICT');
    expect(await codeOf(client.openChain(peer, { ...input, peers: [] }))).toBe('INVALID_INPUT');
    expect(await codeOf(client.deploy(peer, 'not hex'))).toBe('INVALID_INPUT');
  });

  it('carries a height in the path as a number, and refuses rules that no sub-chain can have', async () => {
    const seen: unknown[] = [];
    const { client } = await open({
      handlers: {
        async blockCertificate({ params }) {
          seen.push(params);
          return { height: params.height, hash: 'a'.repeat(64), round: 0, finality: 'byzantine', quorum: 3, validators: 4, proposer: 'SIN', signatures: [] };
        },
        approveChange: async () => ({ state: 'approved', height: 7 }),
      },
    });
    expect(await client.blockCertificate(peer, 7)).toMatchObject({ height: 7, quorum: 3 });
    expect(seen).toEqual([{ ...peer, height: 7 }]);
    expect(await codeOf(client.blockCertificate(peer, -1))).toBe('INVALID_INPUT');
    const change = { id: 'op_01jd000000000000', finality: 'crash' as const, validators: [{ name: 'SIN', publicKey: 'AAAA' }] };
    expect(await client.approveChange(peer, change)).toEqual({ state: 'approved', height: 7 });
    expect(await codeOf(client.approveChange(peer, { ...change, validators: [] }))).toBe('INVALID_INPUT');
    expect(await codeOf(client.approveChange(peer, { ...change, finality: 'perhaps' as 'solo' }))).toBe('INVALID_INPUT');
    expect(await codeOf(client.approveChange(peer, { ...change, id: '../elsewhere' }))).toBe('INVALID_INPUT');
  });

  it('does not show what went wrong inside, and logs it with the request id', async () => {
    const { client, lines } = await open({
      handlers: {
        async report() {
          throw new Error('inner detail');
        },
      },
    });
    const error = await client.report().catch((reason: unknown) => reason);
    expect(hasCode(error, 'INTERNAL')).toBe(true);
    expect(String((error as AppError).publicMessage)).not.toContain('inner detail');
    expect(lines.filter((line) => line.includes('inner detail') && line.includes('req_'))).toHaveLength(1);
  });

  it('refuses another secret, another host and an unsigned request', async () => {
    const { controlUrl } = await open();
    expect(await codeOf(createControlClient({ controlUrl, secret: otherText, hostId: 'h1' }).listPeers())).toBe('UNAUTHENTICATED');
    expect(await codeOf(createControlClient({ controlUrl, secret: secretText, hostId: 'h2' }).listPeers())).toBe('UNAUTHENTICATED');
    expect((await fetch(`${controlUrl}/v1/peers`)).status).toBe(401);
    expect((await fetch(`${controlUrl}/healthz`)).status).toBe(200);
    expect((await fetch(`${controlUrl}/readyz`)).status).toBe(200);
  });

  it('does not take the same signed request twice', async () => {
    const { controlUrl } = await open();
    let kept: [string, RequestInit] | undefined;
    const recording: typeof fetch = (input, init) => {
      kept = [String(input), init ?? {}];
      return fetch(input, init);
    };
    await createControlClient({ controlUrl, secret: secretText, hostId: 'h1', fetch: recording }).listPeers();
    if (!kept) throw new Error('nothing was sent');
    expect((await fetch(kept[0], { headers: kept[1].headers ?? {} })).status).toBe(401);
  });

  it('tells a portal that calls too often when it may come again, not that its secret is wrong', async () => {
    const { client } = await open({ callsPerMinuteMax: 2 });
    for (let call = 0; call < 2; call += 1) expect(await client.listPeers()).toEqual([]);
    const refused: unknown = await client.listPeers().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', retryable: true, details: { retryAfterSeconds: expect.any(Number) }, publicMessage: expect.stringContaining('Try again in') });
  });

  it('refuses a caller whose clock is more than 30 s off', async () => {
    const { controlUrl } = await open();
    const at = (skewMs: number) => createControlClient({ controlUrl, secret: secretText, hostId: 'h1', now: () => Date.now() + skewMs });
    expect(await codeOf(at(31_000).listPeers())).toBe('UNAUTHENTICATED');
    expect(await codeOf(at(25_000).listPeers())).toBe('no error');
  });

  it('says UNAVAILABLE, retryable, when the host is away, slow, or somebody else answers on its port', async () => {
    const away = createControlClient({ controlUrl: 'http://127.0.0.1:9', secret: secretText, hostId: 'h1' });
    await expect(away.listPeers()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });

    const { client } = await open({ handlers: { listPeers: () => new Promise(() => undefined) } });
    await expect(client.listPeers({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });

    const impostor = createServer((_, response) => response.end('{"peers":[]}'));
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => impostor.close(() => resolve())));
    const fooled = createControlClient({ controlUrl: `http://127.0.0.1:${(impostor.address() as AddressInfo).port}`, secret: secretText, hostId: 'h1' });
    expect(await codeOf(fooled.listPeers())).toBe('UNAVAILABLE');
  });

  it('tells the handler when the caller hangs up, and calls that no fault of the city node', async () => {
    let aborted: (() => void) | undefined;
    const hungUp = new Promise<void>((resolve) => (aborted = resolve));
    const { client, lines } = await open({
      handlers: {
        waitForHeight: (_, context) =>
          new Promise((_resolve, reject) =>
            context.signal.addEventListener('abort', () => {
              aborted?.();
              reject(context.signal.reason as Error);
            }),
          ),
      },
    });
    const caller = new AbortController();
    const call = client.waitForHeight(peer, 1, { signal: caller.signal }).catch((error: unknown) => error);
    setTimeout(() => caller.abort(new Error('page left')), 50);
    await hungUp;
    expect(await call).toMatchObject({ message: 'page left' });
    await expect.poll(() => lines.map((line) => (JSON.parse(line) as { event: string; status?: number }))).toMatchObject([{ event: 'control call', status: 499 }]);
  });

  it('answers malformed and oversized bodies and unknown calls without falling over', async () => {
    const { controlUrl, client } = await open();
    const oversized = await fetch(`${controlUrl}/v1/peers`, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) }).then((response) => response.status);
    expect(oversized).toBe(413);
    expect((await fetch(`${controlUrl}/nowhere`)).status).toBe(401);
    expect(await client.listPeers()).toEqual([]);
  });

  it('says which port is taken and what to do', async () => {
    const { server } = await open();
    const host = emptyHost();
    await expect(
      openControlServer({ host: '127.0.0.1', port: server.port, hostId: 'h1', secret: parseControlSecret(secretText), ...host, isReady: () => true, logger: { info() {}, warn() {}, error() {} } }),
    ).rejects.toThrow(/control listener: 127\.0\.0\.1:\d+ is taken.*choose another port/);
  });
});
