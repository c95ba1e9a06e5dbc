import { describe, expect, it } from 'vitest';
import { chainId, height } from '../../core/types';
import { createMemoryIndex } from '../../testing/memory-index';
import { openTestStorage } from '../../testing/open-test-storage';
import { createPowerCutFiles } from '../../testing/power-cut-files';
import type { FilePort } from './file-port';
import { SegmentFiles } from './segment-files';
import { segmentName } from './segment';

const tide = chainId('tide-4417');

/** A disk that takes a part of one write and then says that it is full. */
function fullAfter(files: FilePort, room: () => number): FilePort {
  const limit = (file: ReturnType<FilePort['open']>): ReturnType<FilePort['open']> => ({
    ...file,
    append: (bytes) => {
      if (bytes.length <= room()) return file.append(bytes);
      file.append(bytes.subarray(0, room()));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
  });
  return { ...files, open: (path) => limit(files.open(path)), create: (path) => limit(files.create(path)) };
}

describe('a full disk', () => {
  it.each([0, 1, 20, 60, 100])('refuses the block it has no room for (%i bytes left), keeps what it had, and recovers', async (left) => {
    const files = createPowerCutFiles();
    let room = Number.POSITIVE_INFINITY;
    const index = createMemoryIndex();
    const storage = await openTestStorage({ directory: '/ledger', files: fullAfter(files, () => room), index });
    const chain = storage.create(tide);
    for (let at = 0; at < 3; at += 1) await chain.commit(height(at), Buffer.from(`block ${at}`), [{ key: Buffer.from('k'), value: Buffer.from(String(at)) }]);
    room = left;
    await expect(chain.commit(height(3), Buffer.alloc(200, 'x'), [])).rejects.toMatchObject({ code: 'storage-failed', cause: { code: 'ENOSPC' }, message: expect.stringContaining('disk') });
    expect(chain.height).toBe(2);
    expect(Buffer.from(chain.block(height(2)) ?? []).toString()).toBe('block 2');
    expect(Buffer.from(chain.state.get(Buffer.from('k')) ?? []).toString()).toBe('2');
    await storage.close();

    room = Number.POSITIVE_INFINITY;
    const again = await openTestStorage({ directory: '/ledger', files, index: index.cut(true) });
    const same = again.open(tide);
    expect(same?.height).toBe(2);
    await same?.commit(height(3), Buffer.from('block 3'), []);
    expect(await again.verify()).toEqual([]);
    await again.close();
    const last = await openTestStorage({ directory: '/ledger', files, index: createMemoryIndex() });
    expect(last.open(tide)?.height).toBe(3);
    await last.close();
  });
});

describe('segment files', () => {
  it('keep few open, never close the one being written, and open any again', async () => {
    const files = createPowerCutFiles();
    const open = new Set<string>();
    const watch = (path: string, file: ReturnType<FilePort['open']>): ReturnType<FilePort['open']> => {
      expect(open.has(path)).toBe(false);
      open.add(path);
      return { ...file, close: () => void open.delete(path) };
    };
    const watched: FilePort = { ...files, open: (path) => watch(path, files.open(path)), create: (path) => watch(path, files.create(path)) };
    const segments = new SegmentFiles(watched, '/log');
    for (let number = 1; number <= 200; number += 1) {
      const path = `/log/${segmentName(number)}`;
      segments.add({ number, path, file: watched.create(path) });
    }
    expect(segments.numbers()).toHaveLength(200);
    expect(open.size).toBe(64);
    for (let number = 1; number <= 200; number += 3) expect(segments.get(number).number).toBe(number);
    expect(open.size).toBe(64);
    expect(open.has(`/log/${segmentName(200)}`)).toBe(true);
    await segments.remove(200);
    expect([segments.has(200), segments.has(199)]).toEqual([false, true]);
    segments.close();
    expect(open.size).toBe(0);
  });
});
