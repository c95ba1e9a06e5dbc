import { describe, expect, it } from 'vitest';
import type { LedgerStorage, StateReader } from '../../core/storage';
import { chainId, height } from '../../core/types';
import { createManualPorts, type ManualPorts } from '../../testing/manual-ports';
import { createMemoryIndex, type MemoryIndex } from '../../testing/memory-index';
import { openTestStorage } from '../../testing/open-test-storage';
import { createPowerCutFiles } from '../../testing/power-cut-files';
import { createCheckedIndex } from './checked-index';
import { allOf, blockKey, decodePosition, indexKey, positionKey } from './index-keys';

const tide = chainId('tide-4417');
const bytes = (text: string): Uint8Array => Buffer.from(text);

interface Bench {
  readonly storage: LedgerStorage;
  readonly index: MemoryIndex;
  readonly manual: ManualPorts;
  readonly files: ReturnType<typeof createPowerCutFiles>;
}

async function bench(): Promise<Bench> {
  const [files, index, manual] = [createPowerCutFiles(), createMemoryIndex(), createManualPorts()];
  return { files, index, manual, storage: await openTestStorage({ directory: '/ledger', files, index, manual }) };
}

/** The index as the storage reads it. */
const read = ({ index }: Bench): StateReader => createCheckedIndex(index, '/index', () => undefined);

async function checkpoint({ manual, index }: Bench): Promise<void> {
  manual.advance(1_000);
  await index.settled();
}

/** A ledger of one sub-chain whose index still says that another one, which has an entry left, has to be swept away. */
async function removedHalfway(): Promise<Bench> {
  const all = await bench();
  await all.storage.create(tide).commit(height(0), bytes('genesis'), [{ key: bytes('a'), value: bytes('1') }]);
  await checkpoint(all);
  await createCheckedIndex(all.index, '/index', () => undefined).apply([[blockKey(0, 7), bytes('left')], [indexKey('sweep', 0), Uint8Array.of(1)]]);
  return all;
}

/** A bit of the first entry of that kind is another than was written. */
async function rot(index: MemoryIndex, what: Parameters<typeof allOf>[0]): Promise<void> {
  const [entry] = index.range({ ...allOf(what), limit: 1 });
  if (entry === undefined) throw new Error(`no ${what} in the index`);
  const value = Buffer.from(entry.value);
  value[0] = (value[0] ?? 0) ^ 4;
  const { applied } = index;
  await index.apply([[entry.key, value]]);
  expect(index.applied).toBe(applied + 1);
}

describe('checkpoints', () => {
  it('carry the log’s position in the transaction that carries the data', async () => {
    const all = await bench();
    const chain = all.storage.create(tide);
    await chain.commit(height(0), bytes('genesis'), [{ key: bytes('a'), value: bytes('1') }]);
    expect(read(all).get(positionKey)).toBeUndefined();
    await checkpoint(all);
    expect(all.index.applied).toBe(1);
    const first = decodePosition(read(all).get(positionKey) ?? new Uint8Array(0));
    expect(first).toMatchObject({ segment: 1, group: 1, nextChain: 2, deadBytes: 0 });
    await chain.commit(height(1), bytes('one'), []);
    await checkpoint(all);
    const second = decodePosition(read(all).get(positionKey) ?? new Uint8Array(0));
    expect(second?.group).toBe(2);
    expect(second?.offset).toBeGreaterThan(first?.offset ?? 0);
  });

  it('hold nothing that is not durable', async () => {
    const all = await bench();
    const chain = all.storage.create(tide);
    await chain.commit(height(0), bytes('genesis'), []);
    all.files.cutAfter(2);
    const lost = chain.commit(height(1), bytes('one'), [{ key: bytes('a'), value: bytes('1') }]).catch(() => 'lost');
    expect(await lost).toBe('lost');
    await checkpoint(all);
    expect(read(all).range({ ...allOf('state'), limit: 10 })).toEqual([]);
    expect(decodePosition(read(all).get(positionKey) ?? new Uint8Array(0))?.group).toBe(1);
  });

  it('take out of memory what they bring into the index', async () => {
    const all = await bench();
    const chain = all.storage.create(tide);
    await chain.commit(height(0), bytes('genesis'), [{ key: bytes('a'), value: new Uint8Array(10_000) }]);
    await chain.setNote('votes', new Uint8Array(1_000));
    expect(all.storage.memoryBytes(tide)).toBeGreaterThanOrEqual(11_000);
    await checkpoint(all);
    expect(all.storage.memoryBytes(tide)).toBe(0);
  });

  it('collapse many values of a key into the last', async () => {
    const all = await bench();
    const chain = all.storage.create(tide);
    for (let at = 0; at < 50; at += 1) await chain.commit(height(at), bytes(`block ${at}`), [{ key: bytes('a'), value: bytes(String(at)) }]);
    await checkpoint(all);
    const entries = read(all).range({ ...allOf('state'), limit: 10 });
    expect(entries.map(({ value }) => Buffer.from(value).toString())).toEqual(['49']);
    expect(all.index.range({ ...allOf('block'), limit: 100 })).toHaveLength(50);
  });

  it('are not lost between: what comes while one runs goes into the next', async () => {
    const all = await bench();
    const chain = all.storage.create(tide);
    await chain.commit(height(0), bytes('genesis'), [{ key: bytes('a'), value: bytes('0') }]);
    all.index.hold();
    all.manual.advance(1_000);
    await chain.commit(height(1), bytes('one'), [{ key: bytes('a'), value: bytes('1') }]);
    expect(all.manual.scheduled()).toBe(1);
    all.manual.advance(1_000);
    all.index.letGo();
    await all.index.settled();
    await all.index.settled();
    expect(all.index.applied).toBe(2);
    expect(all.manual.scheduled()).toBe(0);
    expect(Buffer.from(read(all).range({ ...allOf('state'), limit: 1 })[0]?.value ?? []).toString()).toBe('1');
  });

  it('count the state of a chain: grown, replaced, deleted', async () => {
    const all = await bench();
    const chain = all.storage.create(tide);
    await chain.commit(height(0), bytes('g'), [{ key: bytes('aa'), value: new Uint8Array(1_000).fill(1) }, { key: bytes('bb'), value: new Uint8Array(500).fill(1) }]);
    await checkpoint(all);
    const log = (): number => all.storage.stats().bytesWritten;
    const size = (): number => all.storage.sizeBytes(tide);
    const [first, logged] = [size(), log()];
    expect(first).toBeGreaterThan(1_504 + 1_504);
    await chain.commit(height(1), bytes('o'), [{ key: bytes('aa'), value: new Uint8Array(10).fill(1) }, { key: bytes('bb') }]);
    await checkpoint(all);
    expect(size() - first).toBeLessThan(log() - logged - 1_400);
  });

  it('that fail stop the storage, keep what is readable, and are repeated by the next process', async () => {
    const all = await bench();
    const chain = all.storage.create(tide);
    await chain.commit(height(0), bytes('genesis'), [{ key: bytes('a'), value: bytes('1') }]);
    all.index.apply = () => Promise.reject(new Error('MDB_MAP_FULL'));
    all.manual.advance(1_000);
    await all.index.settled();
    expect(all.manual.log).toContainEqual({ level: 'error', event: 'checkpoint failed', fields: { reason: 'MDB_MAP_FULL' } });
    await expect(chain.commit(height(1), bytes('one'), [])).rejects.toMatchObject({ code: 'storage-failed' });
    expect(Buffer.from(chain.state.get(bytes('a')) ?? []).toString()).toBe('1');
    expect(Buffer.from(chain.block(height(0)) ?? []).toString()).toBe('genesis');
    const again = await openTestStorage({ directory: '/ledger', files: all.files, index: createMemoryIndex() });
    expect(Buffer.from(again.open(tide)?.state.get(bytes('a')) ?? []).toString()).toBe('1');
  });

  it.each([
    ['ends while the disk has room', Number.POSITIVE_INFINITY],
    ['ends while the disk is nearly full', 10_000],
  ])('that could not be put together are the last: the position never goes beyond what they took along (%s)', async (_, room) => {
    const all = await bench();
    const [one, other] = [all.storage.create(tide), all.storage.create(chainId('reef-2209'))];
    for (const chain of [one, other]) await chain.commit(height(0), bytes('genesis'), [{ key: bytes('a'), value: bytes('1') }]);
    await checkpoint(all);
    await one.commit(height(1), bytes('one'), [{ key: bytes('a'), value: bytes('2') }]);
    const { get } = all.index;
    const readable = { get };
    all.index.get = () => {
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    };
    all.files.setRoom(room);
    const underWay = other.commit(height(1), bytes('one'), []);
    all.manual.advance(1_000);
    await all.index.settled();
    await underWay;
    Object.assign(all.index, readable);
    all.files.setRoom(Number.POSITIVE_INFINITY);
    all.manual.advance(10_000);
    await all.index.settled();
    await all.storage.close();
    expect(all.index.applied).toBe(1);
    expect(all.manual.log.filter(({ event }) => event === 'checkpoint failed')).toHaveLength(1);
    const again = await openTestStorage({ directory: '/ledger', files: all.files, index: all.index });
    expect([tide, other.chain].map((chain) => again.open(chain)?.height)).toEqual([1, 1]);
    expect(Buffer.from(again.open(tide)?.state.get(bytes('a')) ?? []).toString()).toBe('2');
  });

  it.each(['state', 'block', 'note', 'chain'] as const)('go on for all sub-chains when an old entry of one is rotten (%s), and the next process makes the index anew', async (what) => {
    const all = await bench();
    const [one, other] = [all.storage.create(tide), all.storage.create(chainId('reef-2209'))];
    for (const chain of [one, other]) await chain.commit(height(0), bytes('genesis'), [{ key: bytes('a'), value: bytes('0') }], new Map([['n', bytes('0')]]));
    await checkpoint(all);
    await rot(all.index, what);
    await one.rewriteBlock(height(0), bytes('genesis'));
    for (const [at, value] of [[1, '1'], [2, '2']] as const) {
      for (const chain of [one, other]) await chain.commit(height(at), bytes(`block ${at}`), [{ key: bytes('a'), value: bytes(value) }], new Map([['n', bytes(value)]]));
      await checkpoint(all);
    }
    const seen = (storage: LedgerStorage): unknown =>
      [tide, other.chain].map((name) => {
        const found = storage.open(name);
        return [found?.height, ...[found?.block(height(0)), found?.block(height(2)), found?.state.get(bytes('a')), found?.note('n')].map((value) => Buffer.from(value ?? []).toString())];
      });
    const right = [tide, other.chain].map(() => [2, 'genesis', 'block 2', '2', '2']);
    expect(seen(all.storage)).toEqual(right);
    expect([all.index.applied, all.storage.memoryBytes(tide)]).toEqual([4, 0]);
    expect(all.manual.log.map(({ event }) => event)).toEqual(['an entry of the index is damaged: the next start makes it anew from the log']);
    const cut = await openTestStorage({ directory: '/ledger', files: all.files, index: all.index.cut(false) });
    expect(seen(cut)).toEqual(right);
    expect(await cut.verify()).toEqual([]);
  });

  it('sweep away a sub-chain of which an entry is rotten, or leave that to the next process', async () => {
    const all = await bench();
    const [one, other] = [all.storage.create(tide), all.storage.create(chainId('reef-2209'))];
    for (const chain of [one, other]) await chain.commit(height(0), bytes('genesis'), [{ key: bytes('a'), value: bytes('0') }]);
    await checkpoint(all);
    await rot(all.index, 'state');
    await all.storage.remove(tide);
    await other.commit(height(1), bytes('block 1'), []);
    await all.storage.remove(other.chain);
    await all.storage.create(chainId('late-1')).commit(height(0), bytes('genesis'), []);
    await all.storage.close();
    const again = await openTestStorage({ directory: '/ledger', files: all.files, index: all.index });
    expect(again.chains()).toEqual(['late-1']);
    expect(await again.verify()).toEqual([]);
  });

  it('finish a removal that a crash interrupted', async () => {
    const all = await bench();
    const chain = all.storage.create(tide);
    const writes = Array.from({ length: 300 }, (_, at) => ({ key: bytes(`k${String(at).padStart(4, '0')}`), value: bytes('v') }));
    await chain.commit(height(0), bytes('genesis'), writes);
    await checkpoint(all);
    const apply = all.index.apply.bind(all.index);
    let calls = 0;
    all.index.apply = (changes) => {
      calls += 1;
      return calls === 1 ? apply(changes) : new Promise(() => undefined);
    };
    void all.storage.remove(tide);
    await all.index.settled();
    await all.index.settled();
    expect(all.index.range({ ...allOf('sweep'), limit: 10 })).toHaveLength(1);
    const left = all.index.cut(false);
    expect(left.range({ ...allOf('state'), limit: 1_000 })).toHaveLength(300);
    const again = await openTestStorage({ directory: '/ledger', files: all.files, index: left });
    expect(again.chains()).toEqual([]);
    expect(left.size).toBe(1);
  });

  it('cannot finish a removal in an index that is found broken when it is written: the start makes it anew', async () => {
    const { files, index, storage } = await removedHalfway();
    await storage.close();
    const manual = createManualPorts();
    let writes = 0;
    const broken: MemoryIndex = {
      ...index,
      apply: async () => {
        writes += 1;
        throw Object.assign(new Error('MDB_CORRUPTED'), { code: -30_796 });
      },
    };
    const again = await openTestStorage({ directory: '/ledger', files, index: broken, manual });
    expect(writes).toBe(1);
    expect(manual.log.map(({ event }) => event)).toEqual(['checkpoint failed', 'the index is damaged and is made anew from the log']);
    expect(again.chains()).toEqual([tide]);
    expect(Buffer.from(again.open(tide)?.state.get(bytes('a')) ?? []).toString()).toBe('1');
    // What is written from now on goes elsewhere.
    await again.close();
    expect(writes).toBe(1);
  });

  it('that cannot finish a removal keep a start from succeeding: what the system says is told', async () => {
    const { files, index, storage } = await removedHalfway();
    await storage.close();
    const refusing: MemoryIndex = { ...index, apply: () => Promise.reject(Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' })) };
    await expect(openTestStorage({ directory: '/ledger', files, index: refusing })).rejects.toMatchObject({ code: 'EROFS' });
  });

  it('leave a removal to the next process when a page of it cannot be read', async () => {
    const { files, index, storage } = await removedHalfway();
    await storage.close();
    await rot(index, 'block');
    const manual = createManualPorts();
    const again = await openTestStorage({ directory: '/ledger', files, index, manual });
    expect(manual.log.map(({ event }) => event)).toEqual(['an entry of the index is damaged: the next start makes it anew from the log']);
    expect(index.range({ ...allOf('sweep'), limit: 10 })).toHaveLength(1);
    expect(again.chains()).toEqual([tide]);
    await again.close();
  });

  it('forget a removed chain that no checkpoint ever saw', async () => {
    const all = await bench();
    const chain = all.storage.create(tide);
    await chain.commit(height(0), bytes('genesis'), [{ key: bytes('a'), value: bytes('1') }]);
    await all.storage.remove(tide);
    expect(all.index.size).toBe(1);
    expect(decodePosition(read(all).get(positionKey) ?? new Uint8Array(0))?.deadBytes).toBe(all.storage.stats().deadBytes);
  });

  it('are never written while the index gives its memory back, however many removals are under way', async () => {
    for (let pause = 0; pause < 12; pause += 1) {
      const inner = createMemoryIndex();
      let isRelaxing = false;
      let relaxed = 0;
      const unlessRelaxing = <A extends readonly unknown[], R>(use: (...args: A) => R) => (...args: A): R => {
        if (isRelaxing) throw Object.assign(new Error('The index is being closed.'), { code: 'EBUSY' });
        return use(...args);
      };
      const relax = async (): Promise<boolean> => {
        isRelaxing = true;
        for (let turn = 0; turn < 6; turn += 1) await Promise.resolve();
        isRelaxing = false;
        relaxed += 1;
        return true;
      };
      const index = { ...inner, get: unlessRelaxing(inner.get), range: unlessRelaxing(inner.range), apply: unlessRelaxing(inner.apply), snapshot: unlessRelaxing(inner.snapshot), relax };
      const storage = await openTestStorage({ directory: '/ledger', files: createPowerCutFiles(), index });
      const chains = Array.from({ length: 6 }, (_, at) => chainId(`ebb-${at}`));
      for (const chain of chains) {
        await storage.create(chain).commit(height(0), bytes('genesis'), [{ key: bytes('a'), value: bytes('1') }]);
        storage.rest(chain);
      }
      const underWay: Promise<unknown>[] = [];
      for (const chain of chains) {
        underWay.push(storage.remove(chain), storage.relax());
        for (let turn = 0; turn < pause; turn += 1) await Promise.resolve();
      }
      await Promise.all(underWay);
      expect(relaxed).toBeGreaterThan(0);
      expect(await storage.create(tide).commit(height(0), bytes('genesis'), [])).toBeUndefined();
      await storage.close();
    }
  });
});
