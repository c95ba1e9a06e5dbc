import { statSync, truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LedgerStorage } from '../../core/storage';
import { chainId, height, type ChainId } from '../../core/types';
import { createMemoryIndex, type MemoryIndex } from '../../testing/memory-index';
import { makeSmallLedger, openRealStorage } from '../../testing/real-index';
import { createTemporaryDirectory } from '../../testing/temporary-directory';
import { openTestStorage } from '../../testing/open-test-storage';
import { createPowerCutFiles, type PowerCutFiles } from '../../testing/power-cut-files';
import { createRandom } from '../../testing/random';
import { crc32c } from './crc32c';
import { SEGMENT_FORMAT, segmentName } from './segment';

const tide = chainId('tide-4417');
const reef = chainId('reef-2209');
const BLOCKS = 7;
const SEGMENT_BYTES_MAX = 600;

interface SmallLedger {
  /** File name → bytes, as a clean shutdown left them. */
  readonly disk: Map<string, Buffer>;
  readonly index: MemoryIndex;
}

const path = (segment: number): string => `/ledger/${segmentName(segment)}`;
const openOn = (disk: ReadonlyMap<string, Buffer>, index: MemoryIndex, files = createPowerCutFiles(disk)): Promise<LedgerStorage> =>
  openTestStorage({ directory: '/ledger', files, index, segmentBytesMax: SEGMENT_BYTES_MAX });
const textOf = (chain: ChainId, at: number): string => `block ${at} of ${chain} ${'x'.repeat(30)}`;

/** Blocks of two sub-chains over several segments, both in each group; closed. */
async function smallLedger(): Promise<SmallLedger> {
  const files: PowerCutFiles = createPowerCutFiles();
  const index = createMemoryIndex();
  const storage = await openTestStorage({ directory: '/ledger', files, index, segmentBytesMax: SEGMENT_BYTES_MAX });
  for (let at = 0; at < BLOCKS; at += 1) {
    const notes = new Map([['n', Buffer.from(String(at))]]);
    const commit = (chain: ChainId): Promise<void> => storage.create(chain).commit(height(at), Buffer.from(textOf(chain, at)), [{ key: Buffer.from('k'), value: Buffer.from(String(at)) }], notes);
    await Promise.all([tide, reef].map(commit));
  }
  await storage.close();
  const disk = new Map<string, Buffer>();
  for (const name of files.list('/ledger')) {
    const file = files.open(`/ledger/${name}`);
    disk.set(`/ledger/${name}`, Buffer.from(file.read(0, file.sizeBytes())));
  }
  expect(disk.size).toBeGreaterThan(2);
  return { disk, index };
}

function changed(disk: ReadonlyMap<string, Buffer>, name: string, change: (bytes: Buffer) => Buffer): Map<string, Buffer> {
  const copy = new Map(disk);
  copy.set(name, change(Buffer.from(copy.get(name) ?? [])));
  return copy;
}

const flip = (at: number) => (bytes: Buffer): Buffer => {
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  return bytes;
};

/** What came of it: the error, or undefined when nothing was noticed. */
async function outcome(action: () => Promise<unknown>): Promise<unknown> {
  return action().then(
    () => undefined,
    (error: unknown) => error,
  );
}

type Found = 'whole' | 'a block cannot be read' | 'stopped';

/** How a sub-chain is found. Throws when anything is read that was not written. */
function judge(storage: LedgerStorage, chain: ChainId, file: string, at: number): Found {
  const found = storage.open(chain);
  const damage = storage.damageOf(chain);
  if (found === undefined) {
    expect(damage).toMatchObject({ code: 'storage-corrupt', details: { file } });
    expect(damage?.details.offset).toBeLessThanOrEqual(at);
    return 'stopped';
  }
  expect(found.height).toBe(BLOCKS - 1);
  for (const bytes of [found.state.get(Buffer.from('k')), found.note('n')]) expect(Buffer.from(bytes ?? []).toString()).toBe(String(BLOCKS - 1));
  let result: Found = 'whole';
  for (let number = 0; number < BLOCKS; number += 1) {
    try {
      expect(Buffer.from(found.block(height(number)) ?? []).toString()).toBe(textOf(chain, number));
    } catch (error) {
      expect(error).toMatchObject({ code: 'storage-corrupt', details: { file } });
      result = 'a block cannot be read';
    }
  }
  return result;
}

describe('damage to the log', () => {
  it('of any single byte is found by verifying, which names the file and a place at or before it, and whom it costs what', async () => {
    const { disk, index } = await smallLedger();
    const repaired = new Map<boolean, number>();
    for (const [name, bytes] of disk) {
      for (let at = 0; at < bytes.length; at += 1) {
        const storage = await openOn(changed(disk, name, flip(at)), index);
        const damages = await storage.verify();
        expect(damages, `${name} byte ${at}`).toHaveLength(1);
        const [damage] = damages;
        expect(damage).toMatchObject({ file: name });
        expect(damage?.offset).toBeLessThanOrEqual(at);
        expect(damage?.isRepaired === true || damage?.chain !== undefined).toBe(true);
        repaired.set(damage?.isRepaired === true, (repaired.get(damage?.isRepaired === true) ?? 0) + 1);
        // What was known from other bytes is there again; the rest is found again.
        if (at % 3 === 0) expect(await storage.verify()).toHaveLength(damage?.isRepaired === true ? 0 : 1);
      }
    }
    expect(repaired.get(true)).toBeGreaterThan(100);
    expect(repaired.get(false)).toBeGreaterThan(100);
  });

  it('of a block is gone once the block is written again, also after a restart and when the index is rebuilt', async () => {
    const { disk, index } = await smallLedger();
    const at = (disk.get(path(1)) ?? Buffer.alloc(0)).indexOf(textOf(tide, 1));
    expect(at).toBeGreaterThan(0);
    const files = createPowerCutFiles(changed(disk, path(1), flip(at)));
    const storage = await openOn(new Map(), index, files);
    expect(await storage.verify()).toMatchObject([{ chain: tide, height: 1, isRepaired: false }]);
    await storage.open(tide)?.rewriteBlock(height(1), Buffer.from(textOf(tide, 1)));
    expect(await storage.verify()).toEqual([]);
    await storage.close();
    for (const again of [index, createMemoryIndex()]) {
      const reopened = await openOn(new Map(), again, files);
      expect([tide, reef].map((chain) => judge(reopened, chain, '', 0))).toEqual(['whole', 'whole']);
      expect(await reopened.verify()).toEqual([]);
    }
  });

  it('is never read as a block: a block read is the one written, or an error', async () => {
    const { disk, index } = await smallLedger();
    const seen = new Set<Found>();
    for (const [name, bytes] of disk) {
      for (let at = 0; at < bytes.length; at += 3) {
        const opened = await openOn(changed(disk, name, flip(at)), index);
        for (const chain of [tide, reef]) seen.add(judge(opened, chain, name, at));
      }
    }
    expect([...seen].sort()).toEqual(['a block cannot be read', 'whole']);
  });

  it('in the middle costs a rebuild without index the sub-chain it concerns, and no other', async () => {
    const { disk } = await smallLedger();
    const last = [...disk.keys()].sort().at(-1);
    const seen = new Map<string, number>();
    for (const [name, bytes] of disk) {
      if (name === last) continue;
      for (let at = 0; at < bytes.length; at += 1) {
        const copy = changed(disk, name, flip(at));
        // Nothing but the head of the first file knows what ledger the files belong to.
        if (name === path(1) && at < 40) {
          expect(await outcome(() => openOn(copy, createMemoryIndex())), `byte ${at}`).toMatchObject({ code: 'storage-corrupt', details: { file: name } });
          continue;
        }
        const opened = await openOn(copy, createMemoryIndex());
        const found = [tide, reef].map((chain) => judge(opened, chain, name, at));
        expect(found, `${name} byte ${at}`).toContain('whole');
        seen.set(found.join(), (seen.get(found.join()) ?? 0) + 1);
      }
    }
    expect([...seen.keys()].sort()).toEqual(['a block cannot be read,whole', 'stopped,whole', 'whole,a block cannot be read', 'whole,stopped', 'whole,whole']);
  });

  it('that stopped a sub-chain leaves known how far it was, also when the index is asked', async () => {
    const { disk } = await smallLedger();
    let at = 40;
    let storage = await openOn(changed(disk, path(1), flip(at)), createMemoryIndex());
    while (storage.damageOf(tide) === undefined) storage = await openOn(changed(disk, path(1), flip((at += 1))), createMemoryIndex());
    const files = createPowerCutFiles(changed(disk, path(1), flip(at)));
    const index = createMemoryIndex();
    for (let life = 0; life < 2; life += 1) {
      const found = await openOn(new Map(), index, files);
      expect([found.open(tide), found.height(tide), found.height(reef)]).toEqual([undefined, BLOCKS - 1, BLOCKS - 1]);
      // What the damaged frame belongs to was not applied.
      expect(found.blockOfDamaged(tide, height(BLOCKS - 1))).toBeUndefined();
      await found.close();
    }
  });

  it('that stopped a sub-chain is remembered by the index, and ends when the sub-chain is removed', async () => {
    const { disk } = await smallLedger();
    const bytes = disk.get(path(2)) ?? Buffer.alloc(0);
    let at = 40;
    while ((await openOn(changed(disk, path(2), flip(at)), createMemoryIndex())).damageOf(tide) === undefined) at += 1;
    expect(at).toBeLessThan(bytes.length);
    const files = createPowerCutFiles(changed(disk, path(2), flip(at)));
    const index = createMemoryIndex();
    await (await openOn(new Map(), index, files)).close();
    const again = await openOn(new Map(), index, files);
    expect(judge(again, tide, path(2), at)).toBe('stopped');
    expect(again.chains()).toContain(tide);
    expect(() => again.create(tide)).toThrow(expect.objectContaining({ code: 'storage-corrupt' }));
    expect(await again.verify()).toMatchObject([{ chain: tide, isRepaired: false }]);
    await again.remove(tide);
    expect(again.chains()).toEqual([reef]);
    expect(await again.verify()).toEqual([]);
    await again.create(tide).commit(height(0), Buffer.from('anew'), []);
    await again.close();
    const last = await openOn(new Map(), createMemoryIndex(), files);
    expect([last.open(tide)?.height, last.open(reef)?.height]).toEqual([0, BLOCKS - 1]);
  });

  it('in the middle of the last segment is not taken for a torn tail', async () => {
    const files = createPowerCutFiles();
    const storage = await openTestStorage({ directory: '/ledger', files, index: createMemoryIndex() });
    const chain = storage.create(tide);
    const ends: number[] = [];
    for (let at = 0; at < 5; at += 1) {
      await chain.commit(height(at), Buffer.from(`block ${at}`), []);
      ends.push(files.open(path(1)).sizeBytes());
    }
    const file = files.open(path(1));
    const disk = new Map([[path(1), Buffer.from(file.read(0, file.sizeBytes()))]]);
    for (let at = 40; at < (ends[3] ?? 0); at += 1) {
      const opened = await openOn(changed(disk, path(1), flip(at)), createMemoryIndex());
      expect(opened.open(tide)?.height, `byte ${at}`).toBe(4);
    }
    // The very last group without anything that knows it was safe: this alone looks like a torn tail.
    const cut = await openOn(changed(disk, path(1), flip((ends[3] ?? 0) + 30)), createMemoryIndex());
    expect(cut.open(tide)?.height).toBe(3);
  });

  it('of a group’s head and a frame in it refuses to open: whom it costs what cannot be known', async () => {
    const { disk } = await smallLedger();
    const two = changed(disk, path(2), (bytes) => flip(41)(flip(300)(bytes)));
    expect(await outcome(() => openOn(two, createMemoryIndex()))).toMatchObject({ code: 'storage-corrupt', details: { file: path(2), offset: 40 } });
  });

  it('by a missing segment is named', async () => {
    const { disk, index } = await smallLedger();
    const segments = disk.size;
    for (let missing = 1; missing <= segments; missing += 1) {
      const copy = new Map(disk);
      copy.delete(path(missing));
      expect(await outcome(() => openOn(copy, index.cut(true)))).toMatchObject({ code: 'storage-corrupt', details: { file: path(missing) }, message: expect.stringContaining('missing') });
      if (missing === segments) continue;
      expect(await outcome(() => openOn(copy, createMemoryIndex()))).toMatchObject({ code: 'storage-corrupt', details: { file: path(missing) } });
    }
  });

  it('by a file that lost its end is named, when the index knows better', async () => {
    const { disk, index } = await smallLedger();
    const last = path(disk.size);
    const size = disk.get(last)?.length ?? 0;
    for (const length of [size - 1, 50, 40, 39, 0]) {
      const error = await outcome(() => openOn(changed(disk, last, (bytes) => bytes.subarray(0, length)), index.cut(true)));
      expect(error, `length ${length}`).toMatchObject({ code: 'storage-corrupt', details: { file: last } });
    }
  });

  it('by a file that lost its end stays named however often the city node is started', async () => {
    const { path: directory, remove } = createTemporaryDirectory();
    await makeSmallLedger(directory);
    const segment = `${directory}/segment-00000001.log`;
    truncateSync(segment, statSync(segment).size / 2);
    for (let start = 1; start <= 6; start += 1) {
      expect(await outcome(() => openRealStorage(directory)), `start ${start}`).toMatchObject({ code: 'storage-corrupt', details: { file: segment } });
    }
    remove();
  });

  it('by a segment of another ledger is named', async () => {
    const { disk, index } = await smallLedger();
    const other = createPowerCutFiles();
    const storage = await openTestStorage({ directory: '/ledger', files: other, index: createMemoryIndex(), salt: 99 });
    await storage.create(tide).commit(height(0), Buffer.from('another genesis'), []);
    const file = other.open(path(1));
    const foreign = Buffer.from(file.read(0, file.sizeBytes()));
    const middle = changed(disk, path(2), () => {
      foreign.writeUInt32BE(2, 12);
      return foreign;
    });
    expect(await outcome(() => openOn(middle, createMemoryIndex()))).toMatchObject({ code: 'storage-corrupt', details: { file: path(2) } });
    const opened = await openOn(middle, index.cut(true));
    expect(await opened.verify()).toMatchObject([{ file: path(2), isRepaired: false }]);
  });

  it.each([SEGMENT_FORMAT - 1, SEGMENT_FORMAT + 1])('is told from another format (%i), which says to use the version that wrote it', async (format) => {
    const { disk } = await smallLedger();
    const other = changed(disk, path(1), (bytes) => {
      bytes.writeUInt32BE(format, 8);
      bytes.writeUInt32BE(crc32c(bytes.subarray(0, 32)), 32);
      return bytes;
    });
    expect(await outcome(() => openOn(other, createMemoryIndex()))).toMatchObject({ code: 'storage-format', message: expect.stringMatching(`format ${format}, .*Use the version that wrote it`) });
  });

  it('does not arise from transactions that look like the log (seed 77)', async () => {
    const { disk } = await smallLedger();
    const random = createRandom(77);
    const pieces = [...disk.values()].map((bytes) => bytes.subarray(40, 400));
    const files = createPowerCutFiles();
    const storage = await openTestStorage({ directory: '/ledger', files, index: createMemoryIndex(), segmentBytesMax: SEGMENT_BYTES_MAX });
    const chain = storage.create(tide);
    for (let at = 0; at < 30; at += 1) await chain.commit(height(at), Buffer.concat([random.pick(pieces), random.bytes(random.below(9))]), []);
    files.cutAfter(1);
    const torn = files.restart(random);
    const again = await openTestStorage({ directory: '/ledger', files: torn, index: createMemoryIndex(), segmentBytesMax: SEGMENT_BYTES_MAX });
    expect(again.open(tide)?.height).toBe(29);
    expect(await again.verify()).toEqual([]);
  });
});
