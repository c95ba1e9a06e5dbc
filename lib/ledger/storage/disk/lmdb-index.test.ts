import { describe, expect, it } from 'vitest';
import { createMemoryIndex } from '../../testing/memory-index';
import { createRandom } from '../../testing/random';
import { createTemporaryDirectory } from '../../testing/temporary-directory';
import { openLmdbIndex } from './lmdb-index';

describe('LMDB index', () => {
  it('agrees with the index in memory that the power-cut tests use, also after opening again (seed 5)', async () => {
    const home = createTemporaryDirectory();
    const random = createRandom(5);
    const memory = createMemoryIndex();
    let lmdb = openLmdbIndex(home.path);
    for (let round = 0; round < 60; round += 1) {
      const changes = new Map<string, Uint8Array | undefined>();
      for (let count = 0; count < 40; count += 1) {
        const key = Buffer.from(random.bytes(1 + random.below(random.pick([2, 3, 1_000])))).toString('latin1');
        changes.set(key, random.chance(0.3) ? undefined : random.bytes(1 + random.below(random.pick([10, 6_000]))));
      }
      const list = [...changes].map(([key, value]) => [Buffer.from(key, 'latin1'), value] as const);
      await Promise.all([memory.apply(list), lmdb.apply(list)]);
      for (const [key, value] of list) expect(Buffer.from(lmdb.get(key) ?? []).equals(Buffer.from(value ?? []))).toBe(true);
      const [from, to] = [random.bytes(1 + random.below(2)), random.bytes(1 + random.below(2))];
      for (const reverse of [false, true]) {
        const range = { from, to, limit: 1 + random.below(20), reverse };
        const plain = (entries: ReturnType<typeof lmdb.range>) => entries.map(({ key, value }) => `${Buffer.from(key).toString('hex')}=${Buffer.from(value).toString('hex')}`);
        expect(plain(lmdb.range(range))).toEqual(plain(memory.range(range)));
      }
      if (round % 7 === 3) await lmdb.relax();
      if (round % 20 === 19) {
        await lmdb.close();
        lmdb = openLmdbIndex(home.path);
      }
    }
    await lmdb.close();
    home.remove();
  });

  it('gives memory back while nobody uses it, and not while somebody does', async () => {
    const home = createTemporaryDirectory();
    const lmdb = openLmdbIndex(home.path);
    const [key, first, second] = ['k', '1', '2'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
    await lmdb.apply([[key, first]]);
    const pin = lmdb.snapshot();
    const writing = lmdb.apply([[key, second]]);
    await lmdb.relax();
    expect(pin.get(key)).toEqual(first);
    await writing;
    pin.release();
    const relaxing = lmdb.relax();
    // A system's error: nothing is wrong with the file.
    expect(() => lmdb.get(key)).toThrow(expect.objectContaining({ code: 'EBUSY' }));
    await relaxing;
    expect(lmdb.get(key)).toEqual(second);
    const closing = lmdb.relax();
    await lmdb.close();
    await closing;
    // A late reader must not open it again: who closed it gave its lock away.
    expect(() => lmdb.get(key)).toThrow('closed');
    home.remove();
  });

  it('shows a pin what was there when it was made, whatever is written after it', async () => {
    const home = createTemporaryDirectory();
    const lmdb = openLmdbIndex(home.path);
    const key = (at: number): Buffer => Buffer.from(`k${String(at).padStart(4, '0')}`);
    const write = (value: string) => lmdb.apply(Array.from({ length: 500 }, (_, at) => [key(at), Buffer.from(value)] as const));
    await write('first');
    expect(Buffer.from(lmdb.get(key(1)) ?? []).toString()).toBe('first');
    const pins = [lmdb.snapshot(), lmdb.snapshot()];
    for (const value of ['second', 'third']) await write(value);
    await lmdb.apply([[key(7), undefined]]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const pin of pins) {
      expect(new Set(pin.range({ from: key(0), to: key(9_999), limit: 1_000 }).map(({ value }) => Buffer.from(value).toString()))).toEqual(new Set(['first']));
      expect(Buffer.from(pin.get(key(7)) ?? []).toString()).toBe('first');
    }
    expect(lmdb.get(key(7))).toBeUndefined();
    expect(Buffer.from(lmdb.get(key(8)) ?? []).toString()).toBe('third');
    for (const pin of pins) {
      pin.release();
    }
    await lmdb.close();
    home.remove();
  });

  it('takes keys of the greatest length there is', async () => {
    const home = createTemporaryDirectory();
    const lmdb = openLmdbIndex(home.path);
    const key = Buffer.alloc(1_024 + 5, 0xff);
    await lmdb.apply([[key, Buffer.from('v')]]);
    expect(Buffer.from(lmdb.get(key) ?? []).toString()).toBe('v');
    await lmdb.close();
    home.remove();
  });
});
