import { describe, expect, it } from 'vitest';
import type { LedgerStorage } from '../../core/storage';
import { chainId, height } from '../../core/types';
import { createManualPorts } from '../../testing/manual-ports';
import { createMemoryIndex, memoryIndexHome, type MemoryIndex } from '../../testing/memory-index';
import { createPowerCutFiles } from '../../testing/power-cut-files';
import { createRandom } from '../../testing/random';
import type { DiskStorageOptions } from './disk-storage';
import type { IndexHome } from './index-port';
import { openDiskStorage } from './open-disk-storage';
import { segmentName } from './segment';

const tide = chainId('tide-4417');
const path = `/ledger/${segmentName(1)}`;

interface Bench {
  readonly disk: Buffer;
  /** All of the log is in it, and it is damaged. */
  readonly index: MemoryIndex;
  readonly manual: ReturnType<typeof createManualPorts>;
  /** Opens the ledger with these bytes as its log. */
  open(index: IndexHome, log?: Buffer, more?: Partial<DiskStorageOptions>): Promise<LedgerStorage>;
}

async function bench(): Promise<Bench> {
  const manual = createManualPorts();
  const { schedule, yieldTurn, logger } = manual.ports;
  const lock = { release: async () => undefined };
  const options = { directory: '/ledger', lock, newSalt: () => new Uint8Array(16).fill(1), schedule, yieldTurn, logger, roomBytes: 0 };
  const files = createPowerCutFiles();
  const index = createMemoryIndex();
  const storage = await openDiskStorage({ ...options, files, index: memoryIndexHome(index) });
  for (let at = 0; at < 3; at += 1) await storage.create(tide).commit(height(at), Buffer.from(`block ${at}`), [{ key: Buffer.from('k'), value: Buffer.from(String(at)) }]);
  await storage.close();
  const file = files.open(path);
  const disk = Buffer.from(file.read(0, file.sizeBytes()));
  // Every entry, so that whatever a start reads first is damaged.
  for (let round = 0; round < 200; round += 1) index.rot(createRandom(round));
  return { disk, index, manual, open: (home, log = disk, more = {}) => openDiskStorage({ ...options, files: createPowerCutFiles(new Map([[path, Buffer.from(log)]])), index: home, ...more }) };
}

const fail = (message: string, code?: string) => (): Promise<never> => Promise.reject(Object.assign(new Error(message), { code }));

describe('an index in doubt', () => {
  it('is kept until a start has succeeded without it, however many fail before', async () => {
    const { disk, index, open } = await bench();
    const home = memoryIndexHome(index);
    const unreadable = Buffer.from(disk);
    unreadable[20] = (unreadable[20] ?? 0) ^ 1;
    for (let start = 1; start <= 3; start += 1) {
      await expect(open(home, unreadable)).rejects.toMatchObject({ code: 'storage-corrupt', details: { file: path } });
      expect(home.aside, `start ${start}`).toBe(index);
      // The next one is in doubt, too.
      await home.current.apply([[Buffer.from('P'), Buffer.from('nonsense')]]);
    }
    const storage = await open(home);
    expect(storage.open(tide)?.height).toBe(2);
    expect([home.aside, home.current === index]).toEqual([undefined, false]);
  });

  it('gives its room to the next one, where that finds none beside it', async () => {
    const { index, manual, open } = await bench();
    const home = memoryIndexHome(index);
    const narrow: IndexHome = { ...home, open: async () => (home.aside === undefined ? home.current : fail('ENOSPC: no space left on device', 'ENOSPC')()) };
    const storage = await open(narrow);
    expect(storage.open(tide)?.height).toBe(2);
    expect(manual.log.map(({ event }) => event)).toEqual(['the index is damaged and is made anew from the log', 'the damaged index was deleted: the new one finds no room beside it']);
    await expect(open({ ...home, open: fail('ENOSPC: no space left on device', 'ENOSPC') })).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  it('that cannot be deleted afterwards costs nobody the start', async () => {
    const { index, manual, open } = await bench();
    const storage = await open({ ...memoryIndexHome(index), discardAside: fail('EPERM: operation not permitted') });
    expect(storage.open(tide)?.height).toBe(2);
    expect(manual.log).toContainEqual({ level: 'warn', event: 'an index of no use any more cannot be deleted', fields: { aside: '/index.aside', reason: 'EPERM: operation not permitted' } });
  });
});

describe('a start that fails', () => {
  it('tells what it failed of, whatever fails while it lets go of what it had, and lets go of all of it', async () => {
    const { disk, manual, open } = await bench();
    const unreadable = Buffer.from(disk);
    unreadable[20] = (unreadable[20] ?? 0) ^ 1;
    const files = createPowerCutFiles(new Map([[path, unreadable]]));
    const told: string[] = [];
    const failing = (what: string) => (): never => {
      told.push(what);
      throw new Error(`${what} failed`);
    };
    const index: MemoryIndex = { ...createMemoryIndex(), close: async () => failing('closing the index')() };
    const home: IndexHome = { ...memoryIndexHome(index), abandoned: failing('leaving the index') };
    const broken = { ...files, open: (name: string) => ({ ...files.open(name), close: failing('closing a file') }) };
    const start = open(home, undefined, { files: broken, lock: { release: async () => failing('releasing the lock')() } });
    await expect(start).rejects.toMatchObject({ code: 'storage-corrupt', details: { file: path } });
    expect(told).toEqual(['closing a file', 'closing the index', 'leaving the index', 'releasing the lock']);
    expect(manual.log).toEqual(told.map((what) => ({ level: 'warn', event: 'after a failed start something could not be let go of', fields: { reason: `${what} failed` } })));
  });

  it('finds its index damaged also where that cannot be closed, and makes it anew', async () => {
    const { index, manual, open } = await bench();
    const home = memoryIndexHome({ ...index, close: fail('MDB_BAD_DBI') });
    expect((await open(home)).open(tide)?.height).toBe(2);
    expect(manual.log.map(({ event }) => event)).toEqual(['after a failed start something could not be let go of', 'the index is damaged and is made anew from the log']);
  });
});
