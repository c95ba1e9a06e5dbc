import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOTE_BYTES_MAX, type ChainStorage, type LedgerStorage, type StagedChain, type StateEntry, type StateReader, type StateWrite } from '../core/storage';
import { chainId, height, type ChainId } from '../core/types';
import { createRandom } from './random';

/** What a storage must be opened with to be judged. */
export interface StorageUnderTest {
  /** Opens a fresh, empty storage. */
  open(): Promise<LedgerStorage>;
  /** Closes it and opens what it left; absent for storages that leave nothing. */
  reopen?(storage: LedgerStorage): Promise<LedgerStorage>;
  /** Called after each test. */
  clean(): Promise<void>;
}

const tide = chainId('tide-4417');
const reef = chainId('reef-2209');
const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const text = (value: Uint8Array | undefined): string | undefined => (value === undefined ? undefined : Buffer.from(value).toString('utf8'));
const put = (key: string, value: string): StateEntry => ({ key: bytes(key), value: bytes(value) });
const drop = (key: string): StateWrite => ({ key: bytes(key) });
const texts = (entries: readonly StateEntry[]): string[] => entries.map(({ key, value }) => `${text(key)}=${text(value)}`);
const all = (state: StateReader, limit = 1_000): string[] => texts(state.range({ from: bytes('\0'), to: bytes('\u{10ffff}'), limit }));

/** The storage socket's contract as tests. */
export function describeStorageConformance(name: string, subject: StorageUnderTest): void {
  describe(`storage conformance: ${name}`, () => {
    let storage: LedgerStorage;
    beforeEach(async () => {
      storage = await subject.open();
    });
    afterEach(async () => {
      await storage.close();
      await subject.clean();
    });

    const genesis = async (chain: ChainId, writes: readonly StateWrite[] = []) => {
      const created = storage.create(chain);
      await created.commit(height(0), bytes(`genesis of ${chain}`), writes);
      return created;
    };

    it('knows no chain before its genesis block', async () => {
      expect(storage.chains()).toEqual([]);
      expect(storage.open(tide)).toBeUndefined();
      const created = storage.create(tide);
      expect(created.height).toBe(-1);
      expect(storage.chains()).toEqual([]);
      await created.commit(height(0), bytes('genesis'), []);
      expect(storage.chains()).toEqual([tide]);
      expect(storage.open(tide)).toBe(created);
    });

    it('gives back each block as it was committed, and nothing above the head', async () => {
      const chain = await genesis(tide);
      for (let at = 1; at <= 20; at += 1) await chain.commit(height(at), bytes(`block ${at}`), [put('n', String(at))]);
      for (let at = 1; at <= 20; at += 1) expect(text(chain.block(height(at)))).toBe(`block ${at}`);
      expect(chain.block(height(21))).toBeUndefined();
      expect(chain.height).toBe(20);
    });

    it('shows a block and its state to readers only once it is durable, to execution at once', async () => {
      const chain = await genesis(tide, [put('a', '0')]);
      const commit = chain.commit(height(1), bytes('one'), [put('a', '1'), put('b', '1')]);
      expect(chain.height).toBe(0);
      expect(chain.pendingHeight).toBe(1);
      expect(chain.block(height(1))).toBeUndefined();
      expect(text(chain.state.get(bytes('a')))).toBe('0');
      expect(text(chain.pendingState.get(bytes('a')))).toBe('1');
      expect(all(chain.state)).toEqual(['a=0']);
      expect(all(chain.pendingState)).toEqual(['a=1', 'b=1']);
      await commit;
      expect(chain.height).toBe(1);
      expect(all(chain.state)).toEqual(['a=1', 'b=1']);
    });

    it('resolves commits in order and keeps heights consecutive', async () => {
      const chain = await genesis(tide);
      const done: number[] = [];
      const commits = [1, 2, 3].map((at) => chain.commit(height(at), bytes(`block ${at}`), []).then(() => done.push(at)));
      expect(() => chain.commit(height(5), bytes('gap'), [])).toThrow(/does not follow/);
      expect(() => chain.commit(height(3), bytes('again'), [])).toThrow(/does not follow/);
      await Promise.all(commits);
      expect(done).toEqual([1, 2, 3]);
    });

    it('takes nothing of a block whose note is too large, or whose writes are not in order', async () => {
      const chain = await genesis(tide, [put('a', '0')]);
      const before = storage.sizeBytes(tide);
      const large = new Map([['large', new Uint8Array(NOTE_BYTES_MAX + 1)]]);
      expect(() => chain.commit(height(1), bytes('one'), [put('a', '1')], large)).toThrow(/a note has at most/);
      expect(() => chain.commit(height(1), bytes('one'), [put('b', '1'), put('a', '1')])).toThrow(/sorted by key/);
      expect(() => chain.setNotes(large)).toThrow(/a note has at most/);
      expect(() => chain.writeLocal([put('b', '1'), put('a', '1')])).toThrow(/sorted by key/);
      expect([chain.pendingHeight, all(chain.pendingState), storage.sizeBytes(tide)]).toEqual([0, ['a=0'], before]);
      await chain.commit(height(1), bytes('one'), [put('a', '1')]);
      expect([chain.height, all(chain.state), chain.notes().size]).toEqual([1, ['a=1'], 0]);
    });

    it('takes changes between two blocks in the order in which they come, without another height', async () => {
      const chain = await genesis(tide, [put('a', '0')]);
      const order: string[] = [];
      const first = chain.commit(height(1), bytes('one'), [put('a', '1')]).then(() => order.push('block 1'));
      const own = chain.writeLocal([put('a', 'own'), put('z', 'own')]).then(() => order.push('own'));
      expect([chain.pendingHeight, all(chain.pendingState), all(chain.state)]).toEqual([1, ['a=own', 'z=own'], ['a=0']]);
      const second = chain.commit(height(2), bytes('two'), [drop('z')]).then(() => order.push('block 2'));
      expect([chain.pendingHeight, all(chain.pendingState)]).toEqual([2, ['a=own']]);
      await Promise.all([first, own, second]);
      expect(order).toEqual(['block 1', 'own', 'block 2']);
      expect([chain.height, all(chain.state)]).toEqual([2, ['a=own']]);
    });

    it('keeps a view as it was when something changes between two blocks, and pins a height as the next block found it', async () => {
      const chain = await genesis(tide, [put('a', '0')]);
      const before = chain.snapshot();
      await chain.writeLocal([put('a', 'own')]);
      const between = chain.snapshot();
      await chain.commit(height(1), bytes('one'), [put('a', '1')]);
      await chain.writeLocal([put('a', 'own again')]);
      const pinned = await chain.pin(height(0));
      expect([before, between, pinned].map((view) => [view.height, text(view.get(bytes('a')))])).toEqual([[0, '0'], [0, 'own'], [0, 'own']]);
      expect(text(chain.snapshot().get(bytes('a')))).toBe('own again');
      for (const view of [before, between, pinned]) view.release();
    });

    it('deletes keys that a block deletes, in every view', async () => {
      const chain = await genesis(tide, [put('a', '1'), put('b', '1'), put('c', '1')]);
      const commit = chain.commit(height(1), bytes('one'), [drop('b'), drop('never-there')]);
      expect(all(chain.pendingState)).toEqual(['a=1', 'c=1']);
      expect(chain.pendingState.get(bytes('b'))).toBeUndefined();
      await commit;
      expect(all(chain.state)).toEqual(['a=1', 'c=1']);
      await chain.commit(height(2), bytes('two'), [put('b', '2')]);
      expect(all(chain.state)).toEqual(['a=1', 'b=2', 'c=1']);
    });

    it('walks ranges in byte order, both ways, half open, within the limit', async () => {
      const keys = [Uint8Array.of(0), Uint8Array.of(1), Uint8Array.of(1, 0), Uint8Array.of(127), Uint8Array.of(128), Uint8Array.of(255), Uint8Array.of(255, 255)];
      const chain = storage.create(tide);
      await chain.commit(height(0), bytes('genesis'), keys.map((key) => ({ key, value: key })));
      const range = (from: number[], to: number[], limit: number, reverse = false) =>
        chain.state.range({ from: Uint8Array.from(from), to: Uint8Array.from(to), limit, reverse }).map(({ key }) => [...key]);
      expect(range([0], [255, 255, 255], 10)).toEqual(keys.map((key) => [...key]));
      expect(range([0], [255, 255, 255], 10, true)).toEqual(keys.map((key) => [...key]).reverse());
      expect(range([1], [128], 10)).toEqual([[1], [1, 0], [127]]);
      expect(range([1], [128], 10, true)).toEqual([[127], [1, 0], [1]]);
      expect(range([1], [128], 2)).toEqual([[1], [1, 0]]);
      expect(range([1], [128], 2, true)).toEqual([[127], [1, 0]]);
      expect(range([128], [128], 10)).toEqual([]);
      expect(range([200], [100], 10)).toEqual([]);
    });

    it('keeps chains apart', async () => {
      const [first, second] = [await genesis(tide, [put('a', 'tide')]), await genesis(reef, [put('a', 'reef'), put('b', 'reef')])];
      await Promise.all([first.commit(height(1), bytes('t1'), [put('z', 'tide')]), second.commit(height(1), bytes('r1'), [drop('a')])]);
      expect(all(first.state)).toEqual(['a=tide', 'z=tide']);
      expect(all(second.state)).toEqual(['b=reef']);
      expect(text(first.block(height(1)))).toBe('t1');
      expect([...storage.chains()].sort()).toEqual([reef, tide]);
    });

    it('holds a snapshot still while the chain moves on', async () => {
      const chain = await genesis(tide, [put('a', '0'), put('gone', '0')]);
      const early = chain.snapshot();
      await chain.commit(height(1), bytes('one'), [put('a', '1'), put('b', '1'), drop('gone')]);
      const late = chain.snapshot();
      await chain.commit(height(2), bytes('two'), [put('a', '2'), put('gone', '2')]);
      expect(early.height).toBe(0);
      expect(all(early)).toEqual(['a=0', 'gone=0']);
      expect(text(early.get(bytes('gone')))).toBe('0');
      expect(early.get(bytes('b'))).toBeUndefined();
      expect(late.height).toBe(1);
      expect(all(late)).toEqual(['a=1', 'b=1']);
      expect(late.get(bytes('gone'))).toBeUndefined();
      early.release();
      early.release();
      expect(all(late)).toEqual(['a=1', 'b=1']);
      late.release();
      expect(() => late.get(bytes('a'))).toThrow(/release/);
      expect(all(chain.state)).toEqual(['a=2', 'b=1', 'gone=2']);
    });

    it('tells a reader who held a snapshot too long, instead of showing it a mixture', async () => {
      const chain = await genesis(tide, [put('a', '0')]);
      const view = chain.snapshot();
      for (let at = 1; at <= 600; at += 1) await chain.commit(height(at), bytes('x'), [put('a', String(at))]);
      expect(() => view.get(bytes('a'))).toThrow(expect.objectContaining({ code: 'view-too-old' }));
      view.release();
    });

    it('refuses write sets that are not canonical', async () => {
      const chain = await genesis(tide);
      const bad: StateWrite[][] = [
        [put('b', '1'), put('a', '1')],
        [put('a', '1'), put('a', '2')],
        [{ key: new Uint8Array(0), value: bytes('1') }],
        [{ key: new Uint8Array(1_025), value: bytes('1') }],
        [{ key: bytes('a'), value: new Uint8Array(0) }],
      ];
      for (const writes of bad) expect(() => chain.commit(height(1), bytes('one'), writes)).toThrow();
      await chain.commit(height(1), bytes('one'), [put('a', '1')]);
      expect(chain.height).toBe(1);
    });

    it('is not changed by a caller who reuses its buffers', async () => {
      const key = Buffer.from('key');
      const value = Buffer.from('value');
      const block = Buffer.from('block');
      const chain = storage.create(tide);
      const commit = chain.commit(height(0), block, [{ key, value }]);
      key.fill(0);
      value.fill(0);
      block.fill(0);
      await commit;
      expect(all(chain.state)).toEqual(['key=value']);
      expect(text(chain.block(height(0)))).toBe('block');
    });

    it('keeps notes beside the blocks', async () => {
      const chain = await genesis(tide);
      expect(chain.note('stopped')).toBeUndefined();
      await chain.setNote('stopped', bytes('why'));
      await chain.setNote('other', bytes('2'));
      expect(text(chain.note('stopped'))).toBe('why');
      await chain.setNote('stopped', undefined);
      expect(chain.note('stopped')).toBeUndefined();
      expect(text(chain.note('other'))).toBe('2');
      expect(() => storage.create(reef).setNote('early', bytes('1'))).toThrow(/genesis/);
    });

    it('sets and clears notes together with a block, and several at once', async () => {
      const chain = await genesis(tide);
      await chain.setNotes(new Map([['votes', bytes('v')], ['rules', bytes('r')]]));
      expect([text(chain.note('votes')), text(chain.note('rules'))]).toEqual(['v', 'r']);
      const commit = chain.commit(height(1), bytes('one'), [put('a', '1')], new Map([['votes', undefined], ['change', bytes('c')]]));
      expect(text(chain.note('votes'))).toBe('v');
      await commit;
      expect([chain.note('votes'), text(chain.note('rules')), text(chain.note('change'))]).toEqual([undefined, 'r', 'c']);
      expect(() => chain.setNote('large', new Uint8Array(NOTE_BYTES_MAX + 1))).toThrow(/at most/);
    });

    it('forgets a removed chain altogether, and takes its name again', async () => {
      const chain = await genesis(tide, [put('a', '1')]);
      await genesis(reef, [put('a', 'stays')]);
      await chain.setNote('stopped', bytes('why'));
      expect(storage.sizeBytes(tide)).toBeGreaterThan(0);
      await storage.remove(tide);
      await storage.remove(tide);
      expect(storage.chains()).toEqual([reef]);
      expect(storage.open(tide)).toBeUndefined();
      expect(storage.sizeBytes(tide)).toBe(0);
      const again = await genesis(tide);
      expect(all(again.state)).toEqual([]);
      expect(again.note('stopped')).toBeUndefined();
      const other = storage.open(reef);
      expect(other && all(other.state)).toEqual(['a=stays']);
    });

    it('counts what a chain takes', async () => {
      const chain = await genesis(tide);
      const before = storage.sizeBytes(tide);
      await chain.commit(height(1), new Uint8Array(10_000), []);
      expect(storage.sizeBytes(tide) - before).toBeGreaterThanOrEqual(10_000);
      expect(storage.stats().commits).toBe(2);
    });

    it('counts what it holds of a chain in memory: each key once, what readers may still ask for, nothing of a removed chain', async () => {
      const chain = await genesis(tide);
      const before = storage.memoryBytes(tide);
      expect(storage.memoryBytes(reef)).toBe(0);
      const commit = (at: number, value: string) => chain.commit(height(at), bytes('block'), [put('a key', value)]);
      const small = commit(1, 'x'.repeat(1_000));
      expect(storage.memoryBytes(tide) - before).toBeGreaterThanOrEqual(1_000);
      await small;
      const one = storage.memoryBytes(tide);
      expect(one - before).toBeGreaterThanOrEqual(1_000);
      for (let at = 2; at <= 9; at += 1) await commit(at, 'y'.repeat(1_000));
      expect(storage.memoryBytes(tide) - one).toBeLessThan(1_000);
      const view = chain.snapshot();
      const beside = storage.memoryBytes(tide);
      await commit(10, 'z'.repeat(1_000));
      expect(storage.memoryBytes(tide) - beside).toBeGreaterThanOrEqual(1_000);
      view.release();
      expect(storage.memoryBytes(tide) - beside).toBeLessThan(1_000);
      await chain.setNote('stopped', new Uint8Array(5_000));
      expect(storage.memoryBytes(tide) - beside).toBeGreaterThanOrEqual(5_000);
      await storage.remove(tide);
      expect(storage.memoryBytes(tide)).toBe(0);
    });

    it('takes nothing after it was closed', async () => {
      const chain = await genesis(tide);
      await storage.close();
      expect(() => storage.create(reef)).toThrow(expect.objectContaining({ code: 'closing' }));
      expect(() => chain.commit(height(1), bytes('late'), [])).toThrow(expect.objectContaining({ code: 'closing' }));
    });

    it.each([1, 2, 3, 4, 5])('agrees with a plain map over random histories (seed %i)', async (seed) => {
      const random = createRandom(seed);
      const chain = await genesis(tide);
      const model = new Map<string, string>();
      const held: { view: ReturnType<typeof chain.snapshot>; expected: string[] }[] = [];
      const expected = (): string[] => [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`);
      for (let at = 1; at <= 120; at += 1) {
        const changes = new Map<string, string | undefined>();
        for (let count = random.below(8); count >= 0; count -= 1) changes.set(`k${random.below(60)}`, random.chance(0.3) ? undefined : `v${at}-${count}`);
        const writes = [...changes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => (value === undefined ? drop(key) : put(key, value)));
        for (const [key, value] of changes) {
          if (value === undefined) model.delete(key);
          else model.set(key, value);
        }
        const commit = chain.commit(height(at), bytes(`block ${at}`), writes);
        expect(all(chain.pendingState)).toEqual(expected());
        await commit;
        expect(all(chain.state)).toEqual(expected());
        if (random.chance(0.2)) held.push({ view: chain.snapshot(), expected: expected() });
        if (random.chance(0.2)) held.splice(random.below(held.length + 1), 1)[0]?.view.release();
        for (const { view, expected: then } of held) expect(all(view)).toEqual(then);
      }
      const window = [bytes('k2'), bytes('k5')] as const;
      const inside = expected().filter((entry) => entry >= 'k2' && entry < 'k5');
      expect(texts(chain.state.range({ from: window[0], to: window[1], limit: 3, reverse: true }))).toEqual(inside.slice(-3).reverse());
      for (const { view } of held) view.release();
    });

    describeStaging({ storage: () => storage, genesis });

    const { reopen } = subject;
    if (reopen === undefined) return;

    it('finds everything again when it is opened again', async () => {
      const chain = await genesis(tide, [put('a', '0'), put('b', '0')]);
      await genesis(reef);
      for (let at = 1; at <= 50; at += 1) await chain.commit(height(at), bytes(`block ${at}`), [put('a', String(at)), at % 2 === 0 ? drop('b') : put('b', String(at))]);
      await chain.writeLocal([put('own', '1')]);
      await chain.setNote('stopped', bytes('why'));
      const size = storage.sizeBytes(tide);
      for (let round = 0; round < 3; round += 1) {
        storage = await reopen(storage);
        const again = storage.open(tide);
        expect(again?.height).toBe(50);
        expect(again && all(again.state)).toEqual(['a=50', 'own=1']);
        for (let at = 1; at <= 50; at += 1) expect(text(again?.block(height(at)))).toBe(`block ${at}`);
        expect(text(again?.note('stopped'))).toBe('why');
        expect(storage.sizeBytes(tide)).toBeGreaterThanOrEqual(size);
        expect([...storage.chains()].sort()).toEqual([reef, tide]);
      }
      await storage.open(tide)?.commit(height(51), bytes('block 51'), [put('c', '51')]);
      storage = await reopen(storage);
      expect(storage.open(tide)?.height).toBe(51);
    });

    it('does not bring a removed chain back when it is opened again', async () => {
      const chain = await genesis(tide, [put('a', '1')]);
      await chain.commit(height(1), bytes('one'), [put('b', '1')]);
      await genesis(reef, [put('a', 'stays')]);
      await storage.remove(tide);
      storage = await reopen(storage);
      expect(storage.chains()).toEqual([reef]);
      expect(storage.open(tide)).toBeUndefined();
      const again = await genesis(tide, [put('x', 'second life')]);
      storage = await reopen(storage);
      expect(all(storage.open(tide)?.state ?? again.state)).toEqual(['x=second life']);
      expect(storage.stats().deadBytes).toBeGreaterThan(0);
    });

    it('finds an installed chain again as it was installed, and goes on filling it', async () => {
      await genesis(tide, [put('old', '0')]);
      await genesis(reef, [put('a', 'stays')]);
      await (await stageTide(storage)).install({ height: height(9), notes: new Map([['rules', bytes('r')]]) });
      await storage.open(tide)?.commit(height(10), bytes('block 10'), [put('a', '10')]);
      await storage.open(tide)?.fillBlock(height(7), bytes('block 7'));
      for (let round = 0; round < 3; round += 1) {
        storage = await reopen(storage);
        const again = storage.open(tide);
        expect([again?.height, again?.firstHeight, text(again?.note('rules'))]).toEqual([10, 7, 'r']);
        expect(again && all(again.state)).toEqual(['a=10', 'b=9', 'c=9']);
        expect([0, 6, 7, 8, 9, 10].map((at) => text(again?.block(height(at))))).toEqual(['block 0', undefined, 'block 7', 'block 8', 'block 9', 'block 10']);
      }
      for (let at = 6; at >= 1; at -= 1) await storage.open(tide)?.fillBlock(height(at), bytes(`block ${at}`));
      storage = await reopen(storage);
      expect(storage.open(tide)?.firstHeight).toBe(0);
      expect(text(storage.open(tide)?.block(height(3)))).toBe('block 3');
      expect([...storage.chains()].sort()).toEqual([reef, tide]);
    });

    it('forgets what was staged and not installed when it is opened again', async () => {
      await genesis(tide, [put('a', '0')]);
      await stageTide(storage);
      await (await storage.stage(reef)).putState([put('x', '1')]);
      for (let round = 0; round < 2; round += 1) {
        storage = await reopen(storage);
        expect(storage.chains()).toEqual([tide]);
        expect(storage.open(tide)?.height).toBe(0);
        expect(all(storage.open(tide)!.state)).toEqual(['a=0']);
      }
      await (await stageTide(storage)).install({ height: height(9), notes: new Map() });
      expect(all(storage.open(tide)!.state)).toEqual(['a=9', 'b=9', 'c=9']);
    });
  });
}

/** A chain of nine blocks of which the last two are put. */
async function stageTide(storage: LedgerStorage): Promise<StagedChain> {
  const stage = await storage.stage(tide);
  await stage.putBlock(height(0), bytes('block 0'));
  await stage.putState([put('a', '9'), put('b', '9')]);
  await stage.putState([put('c', '9')]);
  for (const at of [9, 8]) await stage.putBlock(height(at), bytes(`block ${at}`));
  return stage;
}

interface StagingSubject {
  readonly storage: () => LedgerStorage;
  readonly genesis: (chain: ChainId, writes?: readonly StateWrite[]) => Promise<ChainStorage>;
}

/** Chains that are filled aside, and state that is pinned. */
function describeStaging({ storage, genesis }: StagingSubject): void {
  it('shows nothing of a staged chain before it is installed, and then nothing of the one before', async () => {
    const live = await genesis(tide, [put('old', '0')]);
    await live.setNote('votes', bytes('v'));
    const stage = await stageTide(storage());
    await live.commit(height(1), bytes('one'), [put('a', '1')]);
    expect(storage().open(tide)).toBe(live);
    expect(all(live.state)).toEqual(['a=1', 'old=0']);
    const installed = await stage.install({ height: height(9), notes: new Map([['rules', bytes('r')], ['none', undefined]]) });
    expect(storage().open(tide)).toBe(installed);
    expect([installed.height, installed.pendingHeight, installed.firstHeight]).toEqual([9, 9, 8]);
    expect(all(installed.state)).toEqual(['a=9', 'b=9', 'c=9']);
    expect([text(installed.note('rules')), installed.note('votes'), installed.note('none')]).toEqual(['r', undefined, undefined]);
    expect([0, 1, 7, 8, 9, 10].map((at) => text(installed.block(height(at))))).toEqual(['block 0', undefined, undefined, 'block 8', 'block 9', undefined]);
    await installed.commit(height(10), bytes('block 10'), [put('a', '10'), drop('b')]);
    expect(all(installed.state)).toEqual(['a=10', 'c=9']);
    expect(storage().chains()).toEqual([tide]);
  });

  it('makes a chain by staging that was not there, and one whose blocks are all put lacks none', async () => {
    const stage = await storage().stage(tide);
    expect(storage().open(tide)).toBeUndefined();
    await stage.putBlock(height(0), bytes('block 0'));
    await stage.putBlock(height(1), bytes('block 1'));
    const installed = await stage.install({ height: height(1), notes: new Map() });
    expect([installed.height, installed.firstHeight]).toEqual([1, 0]);
    expect(storage().chains()).toEqual([tide]);
  });

  it('forgets a discarded stage altogether, and takes another one', async () => {
    const live = await genesis(tide, [put('a', '0')]);
    const stage = await stageTide(storage());
    await expect(storage().stage(tide)).rejects.toThrow(/already/);
    await stage.discard();
    await stage.discard();
    await expect(stage.putState([put('z', '1')])).rejects.toThrow(/installed or gone/);
    expect(all(live.state)).toEqual(['a=0']);
    const again = await stageTide(storage());
    const installed = await again.install({ height: height(9), notes: new Map() });
    await again.discard();
    expect(storage().open(tide)).toBe(installed);
    expect(all(installed.state)).toEqual(['a=9', 'b=9', 'c=9']);
  });

  it('installs nothing that lacks its genesis or its last block', async () => {
    const stage = await storage().stage(tide);
    await stage.putBlock(height(9), bytes('block 9'));
    await expect(stage.install({ height: height(9), notes: new Map() })).rejects.toThrow(/were put/);
    await stage.putBlock(height(0), bytes('block 0'));
    await expect(stage.install({ height: height(8), notes: new Map() })).rejects.toThrow(/were put/);
    await stage.discard();
    expect(storage().open(tide)).toBeUndefined();
  });

  it('puts older blocks back downwards, one after another', async () => {
    await genesis(tide);
    const chain = await (await stageTide(storage())).install({ height: height(9), notes: new Map() });
    expect(() => chain.fillBlock(height(6), bytes('block 6'))).toThrow(/next below/);
    const fills = [7, 6, 5].map((at) => chain.fillBlock(height(at), bytes(`block ${at}`)));
    const commit = chain.commit(height(10), bytes('block 10'), []);
    await Promise.all([...fills, commit]);
    expect([chain.firstHeight, chain.height]).toEqual([5, 10]);
    for (let at = 4; at >= 1; at -= 1) await chain.fillBlock(height(at), bytes(`block ${at}`));
    expect(chain.firstHeight).toBe(0);
    for (let at = 0; at <= 10; at += 1) expect(text(chain.block(height(at)))).toBe(`block ${at}`);
    expect(() => chain.fillBlock(height(0), bytes('block 0'))).toThrow(/next below/);
  });

  it('keeps a pinned state however far the chain goes on', async () => {
    const chain = await genesis(tide, [put('a', '0'), put('gone', '0')]);
    const early = await chain.pin(height(0));
    const view = chain.snapshot();
    for (let at = 1; at <= 5; at += 1) await chain.commit(height(at), bytes('x'), [put('a', String(at)), at === 1 ? drop('gone') : put(`b${at}`, '1')]);
    const earlier = await chain.pin(height(3));
    view.release();
    const late = await chain.pin(height(5));
    for (let at = 6; at <= 700; at += 1) await chain.commit(height(at), bytes('x'), [put('a', String(at))]);
    expect([early.height, earlier.height, late.height]).toEqual([0, 3, 5]);
    expect(all(early)).toEqual(['a=0', 'gone=0']);
    expect(all(earlier)).toEqual(['a=3', 'b2=1', 'b3=1']);
    expect(all(late)).toEqual(['a=5', 'b2=1', 'b3=1', 'b4=1', 'b5=1']);
    expect(text(late.get(bytes('a')))).toBe('5');
    for (const pin of [early, earlier, late]) pin.release();
    await expect(chain.pin(height(699))).rejects.toMatchObject({ code: 'view-too-old' });
    await expect(chain.pin(height(701))).rejects.toMatchObject({ code: 'view-too-old' });
  });
}
