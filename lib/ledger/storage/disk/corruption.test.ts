import { describe, expect, it } from 'vitest';
import type { LedgerStorage } from '../../core/storage';
import { chainId, height } from '../../core/types';
import { createMemoryIndex, type MemoryIndex } from '../../testing/memory-index';
import { openTestStorage } from '../../testing/open-test-storage';
import { createPowerCutFiles, type PowerCutFiles } from '../../testing/power-cut-files';
import { createRandom } from '../../testing/random';
import { segmentName } from './segment';

const tide = chainId('tide-4417');
const SEGMENT_BYTES_MAX = 700;

interface SmallLedger {
  /** File name → bytes, as a clean shutdown left them. */
  readonly disk: Map<string, Buffer>;
  readonly index: MemoryIndex;
}

const path = (segment: number): string => `/ledger/${segmentName(segment)}`;
const openOn = (disk: ReadonlyMap<string, Buffer>, index: MemoryIndex): Promise<LedgerStorage> =>
  openTestStorage({ directory: '/ledger', files: createPowerCutFiles(disk), index, segmentBytesMax: SEGMENT_BYTES_MAX });

/** Twelve blocks over several segments, closed. */
async function smallLedger(): Promise<SmallLedger> {
  const files: PowerCutFiles = createPowerCutFiles();
  const index = createMemoryIndex();
  const storage = await openTestStorage({ directory: '/ledger', files, index, segmentBytesMax: SEGMENT_BYTES_MAX });
  const chain = storage.create(tide);
  for (let at = 0; at < 12; at += 1) await chain.commit(height(at), Buffer.from(`block ${at} ${'x'.repeat(60)}`), [{ key: Buffer.from('k'), value: Buffer.from(String(at)) }]);
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

describe('damage to the log', () => {
  it('of any single byte is found by verifying, which names the file and a place at or before it', async () => {
    const { disk, index } = await smallLedger();
    for (const [name, bytes] of disk) {
      for (let at = 0; at < bytes.length; at += 1) {
        const error = await outcome(async () => {
          const storage = await openOn(changed(disk, name, flip(at)), index.cut(true));
          await storage.verify();
        });
        expect(error, `${name} byte ${at}`).toMatchObject({ code: expect.stringMatching(/^storage-(corrupt|format)$/), details: { file: name } });
        const { details } = error as { details: { offset?: number } };
        expect(details.offset ?? 0).toBeLessThanOrEqual(at);
      }
    }
  });

  it('is never read as a block: a block read is the one written, or an error', async () => {
    const { disk, index } = await smallLedger();
    for (const [name, bytes] of disk) {
      for (let at = 0; at < bytes.length; at += 3) {
        const opened = await openOn(changed(disk, name, flip(at)), index.cut(true)).catch(() => undefined);
        const chain = opened?.open(tide);
        for (let number = 0; number < 12 && chain !== undefined; number += 1) {
          const block = await outcome(async () => expect(Buffer.from(chain.block(height(number)) ?? []).toString()).toBe(`block ${number} ${'x'.repeat(60)}`));
          if (block !== undefined) expect(block).toMatchObject({ code: 'storage-corrupt', details: { file: name } });
        }
      }
    }
  });

  it('in the middle stops a rebuild without index, wherever it is', async () => {
    const { disk } = await smallLedger();
    const last = [...disk.keys()].sort().at(-1);
    for (const [name, bytes] of disk) {
      if (name === last) continue;
      for (let at = 0; at < bytes.length; at += 1) {
        const error = await outcome(() => openOn(changed(disk, name, flip(at)), createMemoryIndex()));
        expect(error, `${name} byte ${at}`).toMatchObject({ code: expect.stringMatching(/^storage-(corrupt|format)$/), details: { file: name } });
      }
    }
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
      expect(await outcome(() => openOn(changed(disk, path(1), flip(at)), createMemoryIndex())), `byte ${at}`).toMatchObject({ code: 'storage-corrupt' });
    }
    // The very last group without anything that knows it was safe: this alone looks like a torn tail.
    const cut = await openOn(changed(disk, path(1), flip((ends[3] ?? 0) + 30)), createMemoryIndex());
    expect(cut.open(tide)?.height).toBe(3);
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
    expect(await outcome(() => opened.verify())).toMatchObject({ code: 'storage-corrupt', details: { file: path(2) } });
  });

  it('is told from a newer format, which says to use the program that wrote it', async () => {
    const { disk } = await smallLedger();
    const { crc32c } = await import('./crc32c');
    const newer = changed(disk, path(1), (bytes) => {
      bytes.writeUInt32BE(2, 8);
      bytes.writeUInt32BE(crc32c(bytes.subarray(0, 32)), 32);
      return bytes;
    });
    expect(await outcome(() => openOn(newer, createMemoryIndex()))).toMatchObject({ code: 'storage-format', message: expect.stringContaining('format 2') });
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
    await again.verify();
  });
});
