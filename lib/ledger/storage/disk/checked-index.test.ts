import { describe, expect, it } from 'vitest';
import { assert } from '@/lib/platform/pure/assert';
import { LedgerError } from '../../core/errors';
import type { LedgerStorage } from '../../core/storage';
import { chainId, height } from '../../core/types';
import { createManualPorts } from '../../testing/manual-ports';
import { createMemoryIndex, memoryIndexHome, type MemoryIndex } from '../../testing/memory-index';
import { openTestStorage } from '../../testing/open-test-storage';
import { createPowerCutFiles } from '../../testing/power-cut-files';
import { createCheckedIndex } from './checked-index';
import type { IndexChange } from './index-port';
import { openIndex } from './open-index';
import { EMPTY_SUM, isSameSum, replaceInSum, type IndexSum } from './index-sum';
import { allOf, indexKey, positionKey } from './index-keys';

const tide = chainId('tide-4417');
const reef = chainId('reef-2209');
const bytes = (text: string): Uint8Array => Buffer.from(text);
const everything = { from: Uint8Array.of(0), to: Uint8Array.of(255), limit: 10_000 };

/** Two sub-chains with blocks, state and notes, all of it in the index. */
async function filled() {
  const files = createPowerCutFiles();
  const index = createMemoryIndex();
  const storage = await openTestStorage({ directory: '/ledger', files, index });
  for (const chain of [tide, reef]) {
    for (let at = 0; at < 3; at += 1) await storage.create(chain).commit(height(at), bytes(`block ${at}`), [{ key: bytes(`k${at}`), value: bytes(`value ${at} of ${chain}`) }], new Map([['n', bytes(String(at))]]));
  }
  await storage.close();
  return { files, index };
}

const open = (files: ReturnType<typeof createPowerCutFiles>, index: MemoryIndex): Promise<LedgerStorage> => openTestStorage({ directory: '/ledger', files, index });

/** Everything that can be read of it. */
function contents(storage: LedgerStorage): string {
  return JSON.stringify(
    [tide, reef].map((chain) => {
      const found = storage.open(chain);
      return [found?.height, [0, 1, 2].map((at) => Buffer.from(found?.block(height(at)) ?? []).toString()), found?.state.range(everything).map(({ key, value }) => `${Buffer.from(key)}=${Buffer.from(value)}`), Buffer.from(found?.note('n') ?? []).toString()];
    }),
  );
}

describe('the index', () => {
  it('with any single byte of a value or key changed is found out, or made anew when it is opened; nothing wrong is ever read', async () => {
    const { files, index } = await filled();
    const right = contents(await open(files, index));
    const found = { atStart: 0, verified: 0 };
    for (const { key, value } of index.range(everything)) {
      for (const [part, original] of [['key', key], ['value', value]] as const) {
        for (let at = 0; at < original.length; at += 1) {
          const wrong = Buffer.from(original);
          wrong[at] = (wrong[at] ?? 0) ^ 0x08;
          const damaged = index.cut(true);
          await damaged.apply(part === 'key' ? [[key, undefined], [wrong, value]] : [[key, wrong]]);
          const storage = await open(files, damaged);
          let read: string;
          try {
            read = contents(storage);
          } catch (error) {
            expect(error).toMatchObject({ code: 'storage-corrupt' });
            read = right;
          }
          const damages = await storage.verify();
          const place = `${part} ${Buffer.from(key).toString('latin1')} byte ${at}`;
          if (damages.length === 0) {
            // Thrown away and made anew from the log.
            expect(read, place).toBe(right);
            found.atStart += 1;
          } else {
            expect(damages[0], place).toMatchObject({ file: '/index', isRepaired: false, advice: expect.stringContaining('Start the city node again') });
            found.verified += 1;
          }
        }
      }
    }
    expect(found.atStart).toBeGreaterThan(50);
    expect(found.verified).toBeGreaterThan(50);
  });

  it('from which an entry vanished, or to which an old one came back, is found out', async () => {
    const { files, index } = await filled();
    for (const { key } of index.range(everything)) {
      const damaged = index.cut(true);
      await damaged.apply([[key, undefined]]);
      const storage = await open(files, damaged);
      const isStart = [allOf('chain'), { from: positionKey, to: Buffer.concat([positionKey, Uint8Array.of(0)]) }].some(({ from, to }) => Buffer.compare(key, from) >= 0 && Buffer.compare(key, to) < 0);
      expect(await storage.verify(), Buffer.from(key).toString('latin1')).toHaveLength(isStart ? 0 : 1);
    }
    const later = index.cut(true);
    const [entry] = later.range({ ...allOf('state'), limit: 1 });
    const storage = await open(files, later);
    await storage.open(tide)?.commit(height(3), bytes('block 3'), [{ key: bytes('k0'), value: bytes('another') }]);
    await storage.close();
    expect(await (await open(files, later)).verify()).toEqual([]);
    if (entry !== undefined) await later.apply([[entry.key, entry.value]]);
    expect(await (await open(files, later)).verify()).toMatchObject([{ chain: tide, what: expect.stringContaining('missing') }]);
  });

  it('from which a note vanished, or to which an old one came back, gives no notes: a peer that read it would think that it never voted', async () => {
    const { files, index } = await filled();
    const [note] = index.range({ ...allOf('note'), limit: 1 });
    assert(note !== undefined, 'there is a note');
    // A flipped bit in its name; one in the number of its sub-chain.
    for (const changes of [[], ...[5, 4].map((at): IndexChange[] => [[Buffer.from(note.key.map((byte, place) => (place === at ? byte ^ 64 : byte))), note.value]])]) {
      const damaged = index.cut(true);
      await damaged.apply([[note.key, undefined], ...changes]);
      const storage = await open(files, damaged);
      for (const read of [() => storage.open(tide)?.note('n'), () => storage.open(tide)?.note('another'), () => storage.open(tide)?.notes()]) expect(read).toThrow(expect.objectContaining({ code: 'storage-corrupt', details: expect.objectContaining({ file: '/index' }) }));
      expect(storage.open(reef)?.note('n')).toEqual(Buffer.from('2'));
    }
    const later = index.cut(true);
    const storage = await open(files, later);
    await storage.open(tide)?.setNote('n', undefined);
    await storage.open(tide)?.setNote('m', bytes('new'));
    await storage.close();
    expect(Buffer.from((await open(files, later)).open(tide)?.note('m') ?? []).toString()).toBe('new');
    await later.apply([[note.key, note.value]]);
    const again = await open(files, later);
    expect(() => again.open(tide)?.note('m')).toThrow(expect.objectContaining({ code: 'storage-corrupt' }));
  });

  it('of another format is made anew from the log; not when the log is of another, too', async () => {
    const { files, index } = await filled();
    const right = contents(await open(files, index));
    const older = index.cut(true);
    const position = index.get(positionKey) ?? bytes('');
    await createCheckedIndex(older, '/index', () => undefined).apply([[positionKey, Uint8Array.of(2, ...position.subarray(1, -4))]]);
    const { logger } = createManualPorts().ports;
    await expect(openIndex(memoryIndexHome(older), logger, () => Promise.reject(new LedgerError('storage-format', { file: '/ledger/1' }, 'It is another’s.')))).rejects.toMatchObject({ code: 'storage-format', details: { file: '/ledger/1' } });
    expect(contents(await open(files, older))).toBe(right);
  });

  it('that shows keys out of order, too many, or throws, is damaged; what the system refuses is not', async () => {
    const told: string[] = [];
    const inner = createMemoryIndex();
    await createCheckedIndex(inner, '/index', () => undefined).apply(['a', 'b', 'c'].map((key) => [bytes(key), bytes('1')]));
    const entries = inner.range(everything);
    const read = (range: MemoryIndex['range']): unknown => {
      try {
        return createCheckedIndex({ ...inner, range }, '/index', () => told.push('damage')).range({ ...everything, limit: 3 });
      } catch (error) {
        return error;
      }
    };
    expect(read(() => entries)).toHaveLength(3);
    for (const wrong of [[...entries].reverse(), [...entries, ...entries], entries.map(({ value }) => ({ key: Uint8Array.of(255), value }))]) expect(read(() => wrong)).toMatchObject({ code: 'storage-corrupt' });
    const failing = (code: unknown) => (): never => {
      throw Object.assign(new Error('no'), { code });
    };
    expect(read(failing(-30_796))).toMatchObject({ code: 'storage-corrupt', cause: { code: -30_796 } });
    expect(told).toHaveLength(4);
    for (const code of ['EMFILE', 12, -30_790]) expect(read(failing(code))).toMatchObject({ code });
    expect(told).toHaveLength(4);
  });

  it('whose damage shows only while the log is read behind it is made anew at once', async () => {
    for (const moment of ['sweep', 'write'] as const) {
      const { files, index } = await filled();
      // Blocks that the index does not have yet, so that opening writes to it.
      const behind = await open(files, index);
      await behind.open(tide)?.commit(height(3), bytes('block 3'), [{ key: bytes('k0'), value: bytes('another') }]);
      const { from } = allOf('sweep');
      let met = 0;
      const broken = (): never => {
        met += 1;
        throw Object.assign(new Error('Invalid page'), { code: -30_796 });
      };
      const damaged: MemoryIndex = {
        ...index,
        range: (range) => (moment === 'sweep' && Buffer.compare(range.from, from) === 0 ? broken() : index.range(range)),
        apply: moment === 'write' ? async () => broken() : (changes) => index.apply(changes),
      };
      // A removal that was not finished: the start writes that it is.
      if (moment === 'write') await createCheckedIndex(index, '/index', () => undefined).apply([[indexKey('sweep', 99), Uint8Array.of(1)]]);
      const storage = await open(files, damaged);
      expect(met, moment).toBe(1);
      expect(storage.height(tide)).toBe(3);
      expect(await storage.verify()).toEqual([]);
      expect(Buffer.from(storage.open(reef)?.state.get(bytes('k2')) ?? []).toString()).toBe(`value 2 of ${reef}`);
    }
  });

  it('that the system does not open is not thrown away, one that its library does not open is', async () => {
    const { index } = await filled();
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const home = memoryIndexHome(index);
    const refuse = (code: unknown) => ({
      ...home,
      open: async () => {
        if (home.current !== index) return home.current;
        throw Object.assign(new Error('no'), { code });
      },
    });
    await expect(openIndex(refuse('EACCES'), log, async () => undefined)).rejects.toMatchObject({ code: 'EACCES' });
    expect(home.current).toBe(index);
    expect(await openIndex(refuse(-30_793), log, async () => undefined)).toMatchObject({ records: [] });
    expect(home.current).not.toBe(index);
  });
});

describe('the sum of entries', () => {
  it('is the same in whatever order, and another when an entry is missing, doubled or changed', () => {
    const keys = ['a', 'b', 'c'].map(bytes);
    const sumOf = (order: readonly Uint8Array[], value = '1'): IndexSum => order.reduce((sum, key) => replaceInSum(sum, key, undefined, bytes(value)), EMPTY_SUM);
    const sum = sumOf(keys);
    expect(isSameSum(sum, sumOf([...keys].reverse()))).toBe(true);
    for (const other of [sumOf(keys.slice(1)), sumOf([...keys, ...keys]), sumOf(keys, '2'), EMPTY_SUM]) expect(isSameSum(sum, other)).toBe(false);
    expect(keys.reduce((left, key) => replaceInSum(left, key, bytes('1'), undefined), sum)).toEqual(EMPTY_SUM);
  });
});
