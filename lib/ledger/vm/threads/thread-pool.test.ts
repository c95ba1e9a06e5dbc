import { getPriority } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import type { StateReader } from '../../core/storage';
import { createManualPorts } from '../../testing/manual-ports';
import { MapState } from '../evm/map-state';
import type { JobCost } from './protocol';
import { TIMES, type TestJob } from './testing/thread';
import { ThreadPool, type JobRequest } from './thread-pool';

const entry = new URL('./testing/thread.ts', import.meta.url);
const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

let opened: ThreadPool[] = [];
afterEach(async () => {
  await Promise.all(opened.map((pool) => pool.close()));
  opened = [];
});

function openPool(fields: { readonly entry?: URL; readonly threadsMax?: number } = {}) {
  const manual = createManualPorts();
  const pool = new ThreadPool({ entry, threadsMax: 1, schedule: manual.ports.schedule, logger: manual.ports.logger, ...fields });
  opened.push(pool);
  const run = async (job: TestJob, request: Partial<JobRequest> = {}): Promise<unknown> => {
    const { value } = await pool.run({ chain: 'a', lane: 'block', state: new MapState(), known: [], ...request, payload: job });
    return value;
  };
  return { pool, manual, run };
}

/** A state that lets a job end its thread so often. */
function deadly(times: number): StateReader {
  let left = times;
  return { get: () => ((left -= 1) >= 0 ? Uint8Array.of(1) : undefined), range: () => [] };
}

describe('threads for heavy work', () => {
  it('do not exist before the first job, nor a while after the last one', async () => {
    const { pool, manual, run } = openPool();
    expect(pool.status()).toEqual({ threads: 0, running: 0, waiting: 0 });
    expect(await run({ do: 'echo', value: { a: [1n, undefined, Uint8Array.of(5)] } })).toEqual({ a: [1n, undefined, Uint8Array.of(5)] });
    expect(pool.status()).toEqual({ threads: 1, running: 0, waiting: 0 });
    manual.advance(29_000);
    expect(pool.status().threads).toBe(1);
    // Work in between begins the wait anew.
    await run({ do: 'echo', value: 1 });
    manual.advance(29_000);
    expect(pool.status().threads).toBe(1);
    manual.advance(1_000);
    expect(pool.status().threads).toBe(0);
    expect(manual.scheduled()).toBe(0);
    expect(await run({ do: 'echo', value: 2 })).toBe(2);
  });

  it('read the state of the main side: single keys, many at once, ranges, and what is known already without asking', async () => {
    const { run } = openPool();
    const state = new MapState();
    const entries = Array.from({ length: 150 }, (_, index) => ({ key: text(`key ${String(index).padStart(3, '0')}`), value: text(`value ${index}`) }));
    state.apply(entries);
    const asked: string[] = [];
    const counting: StateReader = {
      get: (key) => {
        asked.push(Buffer.from(key).toString());
        return state.get(key);
      },
      range: (range) => state.range(range),
    };
    const keys = [...entries.map(({ key }) => key), text('nothing')];
    const values = [...entries.map(({ value }) => value), undefined];
    for (const prefetch of [false, true]) {
      asked.length = 0;
      expect(await run({ do: 'read', keys: [...keys, ...keys], prefetch }, { state: counting, known: [[entries[3]!.key, text('known')]] })).toEqual([values, values].flat().map((value, index) => (index % 151 === 3 ? text('known') : value)));
      expect(asked.toSorted()).toEqual(keys.filter((_, index) => index !== 3).map((key) => Buffer.from(key).toString()).toSorted());
    }
    expect(await run({ do: 'range', from: text('key 010'), to: text('key 013'), limit: 2 }, { state })).toEqual(entries.slice(10, 12));
  });

  it('hand on what a job throws, and what reading its state throws as it is', async () => {
    const { run } = openPool();
    await expect(run({ do: 'fail', message: 'no' })).rejects.toThrow('no');
    const failure = new Error('the disk is gone');
    const broken: StateReader = {
      get: () => {
        throw failure;
      },
      range: () => [],
    };
    await expect(run({ do: 'read', keys: [TIMES], prefetch: false }, { state: broken })).rejects.toBe(failure);
    expect(await run({ do: 'echo', value: 'still there' })).toBe('still there');
  });

  it('interleave jobs: one that never ends holds up neither another’s nor, with more of its kind, the other lane’s', async () => {
    const { pool, run } = openPool();
    const controller = new AbortController();
    const endless = ['b', 'c', 'd', 'e', 'f'].map((chain) => run({ do: 'spin' }, { chain, lane: 'call', signal: controller.signal }).catch((error: unknown) => error));
    expect(await run({ do: 'echo', value: 'block' })).toBe('block');
    expect(pool.status()).toEqual({ threads: 1, running: 4, waiting: 1 });
    const reason = new Error('time is up');
    controller.abort(reason);
    expect(await Promise.all(endless)).toEqual([reason, reason, reason, reason, reason]);
    expect(await run({ do: 'echo', value: 'call' }, { chain: 'b', lane: 'call' })).toBe('call');
  });

  it('tell what an aborted job spent, too', async () => {
    const { pool } = openPool();
    const controller = new AbortController();
    const costs: JobCost[] = [];
    const spent = new Promise<void>((resolve) => {
      const job = pool.run({ chain: 'a', lane: 'call', state: new MapState(), known: [], payload: { do: 'spin' } satisfies TestJob, signal: controller.signal }, (cost) => {
        costs.push(cost);
        resolve();
      });
      job.catch(() => undefined);
    });
    // A job behind it in the same thread: the first has begun when this one is over.
    await pool.run({ chain: 'b', lane: 'call', state: new MapState(), known: [], payload: { do: 'echo', value: 1 } satisfies TestJob });
    controller.abort(new Error('time is up'));
    await spent;
    expect(costs).toHaveLength(1);
    expect(costs[0]!.slices).toBeGreaterThan(0);
  });

  it('run one job of a chain and lane at a time, and share two threads', async () => {
    const { pool, run } = openPool({ threadsMax: 2 });
    const controller = new AbortController();
    const spins = ['a', 'a', 'b'].map((chain) => run({ do: 'spin' }, { chain, signal: controller.signal }).catch((error: unknown) => error));
    expect(pool.status()).toEqual({ threads: 2, running: 2, waiting: 1 });
    controller.abort();
    await Promise.all(spins);
  });
});

describe('a thread beside the main one', () => {
  it.runIf(process.platform === 'linux')('gives way to it where cores are short', async () => {
    const { run } = openPool();
    const before = getPriority();
    const there = await run({ do: 'priority' });
    expect(there).toBe(Math.min(before + 5, 19));
    expect(getPriority()).toBe(before);
  });
});

describe('a thread that dies or hangs', () => {
  it('is replaced, and its jobs begin anew: none is lost', async () => {
    const { manual, run } = openPool();
    const controller = new AbortController();
    const [died, beside] = [run({ do: 'die', value: 'done' }, { state: deadly(1) }), run({ do: 'die', value: 'beside' }, { chain: 'b' })];
    expect(await Promise.all([died, beside])).toEqual(['done', 'beside']);
    expect(manual.log.filter(({ level }) => level === 'error')).toMatchObject([{ event: 'a thread for heavy work is gone', fields: { reason: 'it ended with code 7' } }]);
    controller.abort();
  });

  it('twice under the same job gives that job up, and only that one', async () => {
    const { run } = openPool();
    await expect(run({ do: 'die', value: 1 }, { state: deadly(2) })).rejects.toMatchObject({ name: 'ThreadsError', code: 'lost' });
    expect(await run({ do: 'echo', value: 'next' })).toBe('next');
  });

  it('is ended when it hangs, even asleep in a loop that no message reaches', async () => {
    const { pool, manual, run } = openPool();
    // The thread has begun, so that what follows is not its start.
    await run({ do: 'echo', value: 0 });
    let reads = 0;
    const state: StateReader = { get: () => ((reads += 1) === 1 ? Uint8Array.of(1) : undefined), range: () => [] };
    const hung = run({ do: 'hang', value: 'done' }, { state });
    while (reads === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    for (let looks = 0; looks < 6 && reads === 1; looks += 1) {
      manual.advance(5_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await hung).toBe('done');
    expect(manual.log.some(({ fields }) => fields.reason === 'it hangs')).toBe(true);
    expect(pool.status()).toEqual({ threads: 1, running: 0, waiting: 0 });
  });

  it('before it is ready, twice, makes all further work unavailable for a minute instead of trying for ever', async () => {
    const { manual, run } = openPool({ entry: new URL('./testing/no-such-thread.ts', import.meta.url) });
    await expect(run({ do: 'echo', value: 1 })).rejects.toMatchObject({ code: 'unavailable' });
    const before = manual.log.length;
    await expect(run({ do: 'echo', value: 1 })).rejects.toMatchObject({ code: 'unavailable' });
    expect(manual.log).toHaveLength(before);
    manual.advance(60_000);
    await expect(run({ do: 'echo', value: 1 })).rejects.toMatchObject({ code: 'unavailable' });
    expect(manual.log.length).toBeGreaterThan(before);
  });
});

describe('a pool that is closed', () => {
  it('ends what runs and what waits, and takes nothing more', async () => {
    const { pool, manual, run } = openPool();
    const jobs = ['a', 'a', 'b'].map((chain) => run({ do: 'spin' }, { chain }).catch((error: unknown) => error));
    await pool.close();
    for (const error of await Promise.all(jobs)) expect(error).toMatchObject({ name: 'ThreadsError', code: 'closed' });
    expect(pool.status()).toEqual({ threads: 0, running: 0, waiting: 0 });
    expect(manual.scheduled()).toBe(0);
    await expect(run({ do: 'echo', value: 1 })).rejects.toMatchObject({ code: 'closed' });
  });
});
