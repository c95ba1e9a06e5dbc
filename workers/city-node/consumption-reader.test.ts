import { afterEach, describe, expect, it } from 'vitest';
import { consumptionQuerySchema, type ConsumptionQuery, type PeerGlance } from '@/lib/control';
import { ConsumptionReader } from './consumption-reader';

const none = { memoryBytes: 0, diskBytes: 0, executionMs: 0, workerMs: 0, transactions: 0, calls: 0 };
const peer = (chain: string, resources: Partial<PeerGlance['resources']> = {}, more: Partial<PeerGlance> = {}): PeerGlance => ({
  cityNode: 'SIN',
  chain,
  state: 'running',
  height: 1,
  home: { at: 'shared' },
  resources: { ...none, ...resources },
  ...more,
});

const readers: ConsumptionReader[] = [];
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});

function openReader(first: readonly PeerGlance[]) {
  let nowMs = 100_000;
  let peers = first;
  const reader = new ConsumptionReader({ dataDirectory: '/none', startedAtMs: nowMs - 60_000, hosts: new Map(), glances: async () => peers, now: () => nowMs });
  readers.push(reader);
  const ask = (query: Partial<ConsumptionQuery> = {}) => reader.read(consumptionQuerySchema.parse(query));
  return {
    ask,
    names: async (query: Partial<ConsumptionQuery>) => (await ask(query)).rows.map(({ chain }) => chain),
    later: (ms: number, next: readonly PeerGlance[]) => {
      nowMs += ms;
      peers = next;
    },
  };
}

describe('shares of the processor', () => {
  it('are of the time since the process began, then of the time since an earlier look', async () => {
    const { ask, later } = openReader([peer('tide', { executionMs: 6_000, workerMs: 3_000 })]);
    expect(await ask()).toMatchObject({ sinceMs: 40_000, rows: [{ share: 0.15 }] });
    later(10_000, [peer('tide', { executionMs: 8_000, workerMs: 6_000 })]);
    expect(await ask()).toMatchObject({ sinceMs: 100_000, atMs: 110_000, rows: [{ share: 0.5 }], sum: { share: 0.5 } });
  });

  it('are not of moments: another look soon after keeps the interval', async () => {
    const { ask, later } = openReader([peer('tide')]);
    await ask();
    later(10_000, [peer('tide', { executionMs: 1_000 })]);
    await ask();
    later(10, [peer('tide', { executionMs: 1_001 })]);
    const { sinceMs, rows } = await ask();
    expect(sinceMs).toBe(100_000);
    expect(rows[0]?.share).toBeCloseTo(0.1, 3);
  });

  it('are never negative, and whole for one that is new', async () => {
    const { ask, later } = openReader([peer('gone', { executionMs: 500 }), peer('again', { executionMs: 500 })]);
    await ask();
    later(10_000, [peer('again', { executionMs: 10 }), peer('new', { executionMs: 1_000 })]);
    expect((await ask({ sort: 'name', order: 'asc' })).rows).toMatchObject([{ chain: 'again', share: 0 }, { chain: 'new', share: 0.1 }]);
  });
});

describe('a page of sub-chains', () => {
  const many = Array.from({ length: 250 }, (_, at) => peer(`tide-${String(at).padStart(3, '0')}`, { memoryBytes: at % 5, diskBytes: 250 - at, transactions: at }, at % 50 === 7 ? { state: 'stopped', problem: 'wrong root' } : {}));

  it('follows the page before without a gap or a repetition, also among equals', async () => {
    const { names } = openReader(many);
    const pages: string[] = [];
    for (let offset = 0; offset < 250; offset += 100) pages.push(...(await names({ sort: 'memory', offset, limit: 100 })));
    expect(new Set(pages).size).toBe(250);
    expect(pages.slice(0, 50).every((name) => Number(name.slice(5)) % 5 === 4)).toBe(true);
    expect(await names({ offset: 250 })).toEqual([]);
  });

  it.each([
    ['disk', 'desc', 'tide-000'],
    ['disk', 'asc', 'tide-249'],
    ['transactions', 'desc', 'tide-249'],
    ['name', 'desc', 'tide-249'],
    ['state', 'desc', 'tide-007'],
  ] as const)('by %s, %s, begins with %s', async (sort, order, first) => {
    expect((await openReader(many).names({ sort, order, limit: 1 }))[0]).toBe(first);
  });

  it('holds what was searched, and sums are of all', async () => {
    const { ask } = openReader([...many, peer('moss', { calls: 3 }, { cityNode: 'PAR' })]);
    expect(await ask({ search: 'TIDE-24' })).toMatchObject({ found: 10, sum: { peers: 251, running: 246, stopped: 5, resources: { calls: 3 } } });
    expect(await ask({ cityNode: 'PAR' })).toMatchObject({ found: 1, rows: [{ chain: 'moss' }] });
  });
});

describe('the greatest consumers', () => {
  it('are at most eight, and none that took nothing', async () => {
    const { ask } = openReader(Array.from({ length: 20 }, (_, at) => peer(`tide-${at}`, { executionMs: at })));
    expect((await ask({ limit: 1 })).top.map(({ chain }) => chain)).toEqual([19, 18, 17, 16, 15, 14, 13, 12].map((at) => `tide-${at}`));
    expect((await openReader([peer('tide')]).ask()).top).toEqual([]);
  });
});
