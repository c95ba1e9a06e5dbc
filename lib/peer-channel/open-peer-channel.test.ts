import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppError } from '@/lib/platform/pure/errors';
import { freePort } from '@/lib/gateway/testing';
import type { ChannelHandlers, Route, SubmitResult } from './index';
import { openTestChannel, TestAuthority, TestIdentity, type TestChannel, type TestChannelOptions } from './testing';

/** Machines are shared: slow is not wrong. */
vi.setConfig({ testTimeout: 120_000 });
const until = <T>(task: () => T | Promise<T>): Promise<T> => vi.waitFor(task, { timeout: 25_000, interval: 10 });

let authority: TestAuthority;
beforeAll(async () => {
  authority = await TestAuthority.create();
});
const opened: TestChannel[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ channel }) => channel.close(0)));
});

async function open(hostId: string, options: Partial<TestChannelOptions> = {}): Promise<TestChannel> {
  const one = await openTestChannel({ hostId, identity: options.identity ?? (await authority.identityOf(hostId)), ...options });
  opened.push(one);
  return one;
}
const pair = (options: Partial<TestChannelOptions> = {}) => Promise.all([open('host_a', options), open('host_b', options)]);

const MiB = 1024 * 1024;
const route = (chain = 'tide-1', from = 'SIN', to = 'PAR'): Route => ({ chain, from, to });
const bytesOf = (text: string) => new TextEncoder().encode(text);
const texts = ({ received }: TestChannel) => received.map(({ bytes }) => new TextDecoder().decode(bytes));
const away = { hostId: 'host_b', address: '127.0.0.1:9' };
/** Bytes that tell when two of them were swapped. */
function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  // `Uint8Array.from` takes a second for what the largest messages hold.
  for (let at = 0; at < length; at += 1) bytes[at] = at * 31 + (at >> 8) + seed;
  return bytes;
}

/** Counts the channel's own timers. */
function countingSchedule() {
  const pending = new Set<NodeJS.Timeout>();
  const schedule = (delayMs: number, task: () => void) => {
    const timer = setTimeout(() => {
      pending.delete(timer);
      task();
    }, delayMs);
    pending.add(timer);
    return () => {
      clearTimeout(timer);
      pending.delete(timer);
    };
  };
  return { pending, schedule };
}

describe('messages', () => {
  it('go both ways over one connection, whichever side opened it', async () => {
    const [a, b] = await pair();
    a.channel.send(b.remote, route(), bytesOf('from a'));
    await until(() => expect(texts(b)).toEqual(['from a']));
    expect(b.received[0]).toMatchObject({ hostId: 'host_a', route: route() });
    b.channel.send({ ...a.remote, address: away.address }, route('tide-1', 'PAR', 'SIN'), bytesOf('from b'));
    await until(() => expect(texts(a)).toEqual(['from b']));
    expect(a.received[0]).toMatchObject({ hostId: 'host_b', route: route('tide-1', 'PAR', 'SIN') });
    expect([a.channel.stats().inboundConnections, b.channel.stats().inboundConnections]).toEqual([0, 1]);
  });

  it('all arrive when both sides open a connection at the same time', async () => {
    const [a, b] = await pair();
    const numbers = Array.from({ length: 200 }, (_, at) => String(at));
    for (const number of numbers) {
      a.channel.send(b.remote, route(), bytesOf(number));
      b.channel.send(a.remote, route(), bytesOf(number));
    }
    await until(() => expect([texts(a).length, texts(b).length]).toEqual([200, 200]));
    expect(texts(a)).toEqual(numbers);
    expect(texts(b)).toEqual(numbers);
  });

  it('keep every byte, whatever their size', async () => {
    const [a, b] = await pair();
    const sizes = [0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 3 * 256 * 1024, 17 * MiB];
    const sent = sizes.map(pattern);
    sent.forEach((bytes, at) => a.channel.send(b.remote, route(`tide-${at}`), bytes));
    await until(() => expect(b.received).toHaveLength(sizes.length));
    for (const { route: { chain }, bytes } of b.received) expect(Buffer.compare(bytes, sent[Number(chain.slice(5))] ?? bytesOf('?')), chain).toBe(0);
    // What an engine is given is no Buffer: those share memory where others copy.
    expect(b.received.every(({ bytes }) => Object.getPrototypeOf(bytes) === Uint8Array.prototype)).toBe(true);
  });

  it('of a quiet sub-chain do not wait behind the block of another', async () => {
    const [a, b] = await pair();
    for (let at = 0; at < 3; at += 1) a.channel.send(b.remote, route('flood-1'), pattern(16 * MiB, at));
    a.channel.send(b.remote, route('quiet-1'), bytesOf('vote'));
    await until(() => expect(b.received).toHaveLength(4));
    expect(b.received[0]?.route.chain).toBe('quiet-1');
  });

  it('that are larger than any block are dropped and counted', async () => {
    const [a, b] = await pair();
    a.channel.send(b.remote, route(), new Uint8Array(17 * MiB + 1));
    a.channel.send(b.remote, route(), bytesOf('small'));
    await until(() => expect(texts(b)).toEqual(['small']));
    expect(a.channel.stats().dropped).toEqual({ 'too-large': 1 });
  });

  it('on a route that the other side does not accept are refused there with the reason, and take nothing else with them', async () => {
    const a = await open('host_a');
    const refusalOf: ChannelHandlers['refusalOf'] = (_, { chain, from }) => (chain === 'gone-1' ? 'unknown-chain' : from === 'NRT' ? 'not-a-peer' : undefined);
    const b = await open('host_b', { handlers: { refusalOf } });
    a.channel.send(b.remote, route('gone-1'), pattern(2 * MiB, 1));
    a.channel.send(b.remote, route('tide-1', 'NRT'), bytesOf('not mine'));
    a.channel.send(b.remote, route('tide-1'), bytesOf('mine'));
    await until(() => expect(b.channel.stats().refused).toEqual({ 'unknown-chain': 1, 'not-a-peer': 1 }));
    await until(() => expect(texts(b)).toEqual(['mine']));
    expect(b.lines.filter((line) => line.includes('unknown-chain') && line.includes('host_a'))).toHaveLength(1);
  });
});

describe('a mistake in handling a message', () => {
  it('is logged, and ends neither the process nor the connection', async () => {
    const message: ChannelHandlers['message'] = (_, { chain }) => {
      if (chain === 'throws-1') throw new Error('first mistake');
      return chain === 'rejects-1' ? Promise.reject(new Error('second mistake')) : undefined;
    };
    const announced: ChannelHandlers['announced'] = () => {
      throw new Error('third mistake');
    };
    const [a, b] = [await open('host_a'), await open('host_b', { handlers: { message, announced } })];
    for (const chain of ['throws-1', 'rejects-1', 'tide-1']) a.channel.send(b.remote, route(chain), bytesOf('x'));
    a.channel.announce(b.remote, route(), 3);
    await until(() => expect(['first', 'second', 'third'].map((name) => b.lines.filter((line) => line.includes(`${name} mistake`)).length)).toEqual([1, 1, 1]));
    await until(() => expect(b.channel.stats()).toMatchObject({ messagesReceived: 3, inboundConnections: 1, refused: {} }));
  });
});

describe('a channel with nothing to say', () => {
  it('has no connection and no timer, and closes a connection that falls idle', async () => {
    const { pending, schedule } = countingSchedule();
    const [a, b] = await pair({ schedule, limits: { idleMs: 50, sweepMs: 20 } });
    expect([pending.size, a.channel.stats().remotes, b.channel.stats().remotes]).toEqual([0, [], []]);
    a.channel.send(b.remote, route(), bytesOf('once'));
    await until(() => expect(texts(b)).toEqual(['once']));
    expect(b.channel.stats().inboundConnections).toBe(1);
    await until(() => expect([pending.size, a.channel.stats().remotes, b.channel.stats().remotes, b.channel.stats().inboundConnections]).toEqual([0, [], [], 0]));
    expect([a.channel.stats().refused, b.channel.stats().refused, a.channel.stats().dropped]).toEqual([{}, {}, {}]);
    b.channel.send(a.remote, route(), bytesOf('again'));
    await until(() => expect(texts(a)).toEqual(['again']));
  });
});

describe('announcements', () => {
  it('are told the newest height until the other host hears, also when it comes later', async () => {
    const a = await open('host_a', { limits: { pauseMsMin: 20, pauseMsMax: 50 } });
    const port = await freePort();
    const remote = { hostId: 'host_b', address: `127.0.0.1:${port}` };
    for (let height = 1; height <= 50; height += 1) for (const chain of ['tide-1', 'tide-2']) a.channel.announce(remote, route(chain), height);
    await until(() => expect(a.channel.stats().remotes[0]?.failures).toBeGreaterThan(1));
    const b = await open('host_b', { listen: { host: '127.0.0.1', port } });
    await until(() => expect(a.channel.stats().remotes[0]?.unheard).toBe(0));
    expect(b.announced.map((one) => `${one.route.chain} ${one.height}`)).toEqual(['tide-1 50', 'tide-2 50']);
  });

  it('come one at a time for each peer, the newest last', async () => {
    const [a, b] = await pair();
    for (let height = 1; height <= 5; height += 1) a.channel.announce(b.remote, route(), height);
    await until(() => expect(b.announced.map(({ height }) => height)).toEqual([5]));
    await until(() => expect(a.channel.stats().remotes[0]?.unheard).toBe(0));
    for (let height = 6; height <= 60; height += 1) a.channel.announce(b.remote, route(), height);
    await until(() => expect(b.announced.map(({ height }) => height)).toEqual([5, 6, 60]));
    a.channel.announce(b.remote, route(), 12);
    await until(() => expect(a.channel.stats().remotes[0]?.unheard).toBe(0));
    expect(b.announced.at(-1)?.height).toBe(12);
  });

  it('that are refused are not repeated', async () => {
    const a = await open('host_a');
    const b = await open('host_b', { handlers: { refusalOf: () => 'unknown-chain' } });
    a.channel.announce(b.remote, route(), 7);
    await until(() => expect(a.channel.stats().dropped).toEqual({ refused: 1 }));
    expect([a.channel.stats().remotes[0]?.unheard, b.announced, b.channel.stats().refused]).toEqual([0, [], { 'unknown-chain': 1 }]);
  });
});

describe('calls', () => {
  const fetchRequest = { chain: 'tide-1', cityNode: 'PAR', from: 5, limit: 256 };
  const submitRequest = { chain: 'tide-1', cityNode: 'PAR', transaction: Uint8Array.of(1, 2) };

  it('carry block records unchanged: none, many, and a page of four megabytes with one block more', async () => {
    const pages = [[], [pattern(0, 0), pattern(70_000, 1)], [...Array.from({ length: 4 }, (_, at) => pattern(MiB, at)), pattern(16 * MiB, 9)]];
    const asked: unknown[] = [];
    const a = await open('host_a');
    const b = await open('host_b', {
      handlers: {
        fetchBlocks: async (caller, request) => {
          asked.push({ caller, request });
          return pages[request.from] ?? [];
        },
      },
    });
    for (const [from, page] of pages.entries()) {
      const records = await a.channel.fetchBlocks(b.remote, { ...fetchRequest, from });
      expect(records.map((record) => Buffer.from(record).toString('base64'))).toEqual(page.map((record) => Buffer.from(record).toString('base64')));
    }
    expect(asked[0]).toEqual({ caller: { hostId: 'host_a' }, request: { ...fetchRequest, from: 0 } });
  });

  it('carry what a peer says of its snapshot or to its framework, and the largest range of one, unchanged', async () => {
    const asked: unknown[] = [];
    const range = pattern(16 * MiB + 300_000, 4);
    const a = await open('host_a');
    const b = await open('host_b', {
      handlers: {
        askSnapshot: async (caller, request) => (asked.push([caller, request]), pattern(12_000, 3)),
        fetchRange: async (caller, request) => (asked.push([caller, request]), range),
        askPeer: async (caller, request) => (asked.push([caller, { ...request, request: Buffer.from(request.request).toString() }]), pattern(5 * MiB, 7)),
      },
    });
    const [ask, fetch] = [{ chain: 'tide-1', cityNode: 'PAR', height: 0 }, { chain: 'tide-1', cityNode: 'PAR', height: 2 ** 45, index: 65_535 }];
    expect(Buffer.from(await a.channel.askSnapshot(b.remote, ask)).equals(pattern(12_000, 3))).toBe(true);
    expect(Buffer.from(await a.channel.fetchRange(b.remote, fetch)).equals(range)).toBe(true);
    const word = { chain: 'tide-1', cityNode: 'PAR', request: Buffer.from('who has it?') };
    expect(Buffer.from(await a.channel.askPeer(b.remote, word)).equals(pattern(5 * MiB, 7))).toBe(true);
    expect(asked).toEqual([[{ hostId: 'host_a' }, ask], [{ hostId: 'host_a' }, fetch], [{ hostId: 'host_a' }, { ...word, request: 'who has it?' }]]);
  });

  it('carry transactions and every kind of answer', async () => {
    const results: SubmitResult[] = [
      { state: 'final', id: 'aa', height: 8, index: 3, succeeded: false, blockHash: 'bb' },
      { state: 'final', id: 'aa', height: 8, index: 3, succeeded: true, blockHash: 'bb', repeated: true },
      { state: 'held', id: 'aa' },
      { state: 'held', id: 'aa', repeated: true },
      { state: 'refused', code: 'nonce-too-low', message: 'The nonce was used.', details: { expected: '1' } },
      { state: 'failed', code: 'queue-full', message: 'Too many wait.', details: { chain: 'tide-1', retryAfterMs: '250' } },
    ];
    const seen: unknown[] = [];
    const a = await open('host_a');
    const b = await open('host_b', {
      handlers: {
        submit: async (_, { transaction }) => {
          seen.push([...transaction]);
          return results[transaction[0] ?? 0] ?? { state: 'held', id: '' };
        },
      },
    });
    for (const [at, result] of results.entries()) expect(await a.channel.submit(b.remote, { ...submitRequest, transaction: Uint8Array.of(at, 255) })).toEqual(result);
    expect(seen).toEqual(results.map((_, at) => [at, 255]));
  });

  it('bring a refusal’s own words back, and nothing of what went wrong inside', async () => {
    const a = await open('host_a');
    const b = await open('host_b', {
      handlers: {
        fetchBlocks: async () => {
          throw new AppError('NOT_FOUND', { subject: 'ledger' }, { publicMessage: 'The peer’s ledger is not open yet.' });
        },
        submit: async () => {
          throw new Error('/srv/harbour/segment-1.log');
        },
      },
    });
    await expect(a.channel.fetchBlocks(b.remote, fetchRequest)).rejects.toMatchObject({ reason: 'refused', message: 'The peer’s ledger is not open yet.' });
    const error = await a.channel.submit(b.remote, submitRequest).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ChannelError' });
    expect(String(error)).not.toContain('harbour');
    expect(b.lines.some((line) => line.includes('segment-1.log'))).toBe(true);
  });

  it('on a route that is not accepted never reach the handler', async () => {
    const a = await open('host_a');
    const reached: unknown[] = [];
    const b = await open('host_b', { handlers: { refusalOf: (_, { from }) => (from === undefined ? 'not-a-peer' : undefined), askPeer: async (...call) => (reached.push(call), new Uint8Array(0)), runTask: async (...call) => (reached.push(call), new Uint8Array(0)), runShortTask: async (...call) => (reached.push(call), new Uint8Array(0)), submit: async (...call) => (reached.push(call), { state: 'held', id: '' }) } });
    await expect(a.channel.submit(b.remote, submitRequest)).rejects.toMatchObject({ reason: 'refused' });
    await expect(a.channel.fetchBlocks(b.remote, fetchRequest)).rejects.toMatchObject({ reason: 'refused' });
    await expect(a.channel.askSnapshot(b.remote, { chain: 'tide-1', cityNode: 'PAR', height: 0 })).rejects.toMatchObject({ reason: 'refused' });
    await expect(a.channel.fetchRange(b.remote, { chain: 'tide-1', cityNode: 'PAR', height: 5, index: 0 })).rejects.toMatchObject({ reason: 'refused' });
    await expect(a.channel.askPeer(b.remote, { chain: 'tide-1', cityNode: 'PAR', request: new Uint8Array(1) })).rejects.toMatchObject({ reason: 'refused' });
    await expect(a.channel.runTask(b.remote, { chain: 'tide-1', cityNode: 'PAR', task: new Uint8Array(1) })).rejects.toMatchObject({ reason: 'refused' });
    await expect(a.channel.runShortTask(b.remote, { chain: 'tide-1', cityNode: 'PAR', task: new Uint8Array(1) })).rejects.toMatchObject({ reason: 'refused' });
    expect([reached, b.channel.stats().refused]).toEqual([[], { 'not-a-peer': 7 }]);
  });

  it('say that nobody answers, and go through as soon as somebody does', async () => {
    const a = await open('host_a');
    const port = await freePort();
    const remote = { hostId: 'host_b', address: `127.0.0.1:${port}` };
    await expect(a.channel.submit(remote, submitRequest)).rejects.toMatchObject({ reason: 'unreachable' });
    await open('host_b', { listen: { host: '127.0.0.1', port } });
    await until(async () => expect(await a.channel.submit(remote, submitRequest)).toEqual({ state: 'held', id: '0' }));
  });

  it('end in time, and at once when their caller gives up; the handler is told', async () => {
    const told: string[] = [];
    let reached = 0;
    const submit: ChannelHandlers['submit'] = (_, __, signal) => {
      reached += 1;
      return new Promise(() => signal.addEventListener('abort', () => told.push('gone')));
    };
    const a = await open('host_a', { limits: { submitMs: 1_000 } });
    const b = await open('host_b', { handlers: { submit } });
    await a.channel.fetchBlocks(b.remote, fetchRequest);
    await expect(a.channel.submit(b.remote, submitRequest)).rejects.toMatchObject({ reason: 'timeout' });
    await until(() => expect(told).toEqual(['gone']));
    const c = await open('host_c');
    const caller = new AbortController();
    const call = c.channel.submit(b.remote, submitRequest, { signal: caller.signal }).catch((error: unknown) => error);
    await until(() => expect(reached).toBe(2));
    caller.abort(new Error('page left'));
    expect(await call).toMatchObject({ message: 'page left' });
    await until(() => expect(told).toEqual(['gone', 'gone']));
  });

  it('wait for their turn: a host is asked for no more at a time than it answers', async () => {
    let running = 0;
    let most = 0;
    const fetchBlocks: ChannelHandlers['fetchBlocks'] = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return [];
    };
    const a = await open('host_a');
    const b = await open('host_b', { handlers: { fetchBlocks } });
    await Promise.all(Array.from({ length: 40 }, () => a.channel.fetchBlocks(b.remote, fetchRequest)));
    expect([most, b.channel.stats().refused]).toEqual([4, {}]);
  });

  it('that a host makes beyond its share are refused as busy', async () => {
    const a = await open('host_a', { limits: { submitsMax: 50 } });
    const release: (() => void)[] = [];
    const submit: ChannelHandlers['submit'] = () => new Promise((resolve) => release.push(() => resolve({ state: 'held', id: '1' })));
    const b = await open('host_b', { handlers: { submit }, limits: { submitsMax: 3 } });
    const calls = Array.from({ length: 5 }, () => a.channel.submit(b.remote, submitRequest).catch((error: unknown) => error));
    await until(() => expect(b.channel.stats().refused).toEqual({ busy: 2 }));
    for (const one of release) one();
    const answers = await Promise.all(calls);
    expect(answers.filter((answer) => (answer as { reason?: string }).reason === 'busy')).toHaveLength(2);
    expect(answers.filter((answer) => (answer as { state?: string }).state === 'held')).toHaveLength(3);
  });
});

describe('a host that goes away', () => {
  it('is met again when it is back, with what was announced meanwhile and the messages that are not stale', async () => {
    const limits = { pauseMsMin: 20, pauseMsMax: 50 };
    const a = await open('host_a', { limits });
    const port = await freePort();
    const listen = { host: '127.0.0.1', port };
    const remote = { hostId: 'host_b', address: `127.0.0.1:${port}` };
    const first = await open('host_b', { listen });
    a.channel.send(remote, route(), bytesOf('1'));
    await until(() => expect(texts(first)).toEqual(['1']));
    await first.channel.close(0);
    await until(() => expect(a.channel.stats().remotes).toEqual([]));
    a.channel.send(remote, route(), bytesOf('2'));
    a.channel.announce(remote, route(), 8);
    await until(() => expect(a.channel.stats().remotes[0]?.failures).toBeGreaterThan(1));
    const second = await open('host_b', { listen });
    await until(() => expect([texts(second), second.announced.map(({ height }) => height)]).toEqual([['2'], [8]]));
  });

  it('costs no attempts once what waited for it is stale', async () => {
    const { pending, schedule } = countingSchedule();
    const a = await open('host_a', { schedule, limits: { pauseMsMin: 5, pauseMsMax: 10, staleMs: 40 } });
    a.channel.send(away, route(), bytesOf('too late'));
    await until(() => expect(a.channel.stats().dropped).toEqual({ stale: 1 }));
    await until(() => expect([a.channel.stats().remotes, pending.size]).toEqual([[], 0]));
  });

  it('is tried with growing pauses, of which a part is chance', async () => {
    const pauses: number[] = [];
    const schedule = (delayMs: number, task: () => void) => {
      if (delayMs === 5_000) return () => undefined; // the limit of an attempt, not a pause
      pauses.push(delayMs);
      queueMicrotask(task);
      return () => undefined;
    };
    const a = await open('host_a', { schedule, random: () => 0.5, limits: { sweepMs: 5_000 } });
    a.channel.announce(away, route(), 1);
    await until(() => expect(pauses.length).toBeGreaterThan(9));
    expect(pauses.slice(0, 10)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000].map((pauseMs) => pauseMs * 0.75));
  });
});

describe('closing', () => {
  it('completes the message that is on its way, and takes nothing new', async () => {
    const [a, b] = await pair();
    a.channel.send(b.remote, route(), pattern(16 * MiB, 3));
    await until(() => expect(a.channel.stats().bytesSent).toBeGreaterThan(0));
    await a.channel.close(5_000);
    await until(() => expect(b.received).toHaveLength(1));
    a.channel.send(b.remote, route(), bytesOf('late'));
    await expect(a.channel.submit(b.remote, { chain: 'tide-1', cityNode: 'PAR', transaction: Uint8Array.of(1) })).rejects.toMatchObject({ reason: 'closed' });
    expect(a.channel.stats().dropped).toEqual({ closed: 1 });
    expect(b.channel.stats().refused).toEqual({});
  });

  it('does not wait longer than it may for one who does not read', async () => {
    const a = await open('host_a');
    const b = await open('host_b', { handlers: { message: () => new Promise(() => undefined) }, limits: { handlingMessagesMax: 1 } });
    for (let at = 0; at < 20; at += 1) a.channel.send(b.remote, route(), pattern(MiB, at));
    await until(() => expect(b.channel.stats().messagesReceived).toBe(1));
    await Promise.all([a.channel.close(50), b.channel.close(50)]);
    expect([a.channel.stats().remotes, b.channel.stats().inboundConnections]).toEqual([[], 0]);
  });
});

describe('the port', () => {
  it('that is taken is named, with what to do', async () => {
    const a = await open('host_a');
    await expect(openTestChannel({ hostId: 'host_b', identity: new TestIdentity(), listen: { host: '127.0.0.1', port: a.channel.port } })).rejects.toThrow(/peer channel: 127\.0\.0\.1:\d+ is taken.*choose another port/);
  });
});
