import { rmSync } from 'node:fs';
import type { LedgerStorage } from '../core/storage';
import { chainId, height } from '../core/types';
import { openDiskStorage } from '../storage/disk/open-disk-storage';
import { createLmdbHome } from '../storage/disk/lmdb-home';
import { nodeFiles } from '../storage/disk/node-files';
import { createManualPorts } from './manual-ports';

const CHAINS = ['tide-4417', 'reef-2209'].map(chainId);
const BLOCKS = 12;
const KEYS = 60;
const everything = { from: Uint8Array.of(0), to: Uint8Array.of(255), limit: 10_000 };

/** A storage on the real file system with its real index; no lock, no timers. */
export function openRealStorage(directory: string, onSetAside: (reason: string) => void = () => undefined): Promise<LedgerStorage> {
  const { schedule, yieldTurn, logger } = createManualPorts().ports;
  const index = createLmdbHome({ files: nodeFiles, directory: `${directory}/index`, removeDirectory: (path) => rmSync(path, { recursive: true, force: true }), onSetAside });
  const newSalt = (): Uint8Array => new Uint8Array(16).fill(9);
  return openDiskStorage({ directory, files: nodeFiles, index, lock: { release: async () => undefined }, newSalt, schedule, yieldTurn, logger });
}

/** Makes a small ledger, all of it in the index, which has a root and leaves. */
export async function makeSmallLedger(directory: string): Promise<void> {
  for (let at = 0; at < BLOCKS; at += 1) {
    const storage = await openRealStorage(directory);
    for (const chain of CHAINS) {
      const writes = Array.from({ length: KEYS }, (_, key) => ({ key: Buffer.from(`key ${String(key).padStart(3, '0')}`), value: Buffer.from(`${at} ${chain} ${key}`) }));
      await storage.create(chain).commit(height(at), Buffer.from(`block ${at} of ${chain}`), at % 2 === 0 ? writes : writes.slice(0, 5), new Map([['n', Buffer.from(`${at}`)]]));
    }
    await storage.close();
  }
}

/** Everything that can be read of it, as text. */
export function readAll(storage: LedgerStorage): string {
  return JSON.stringify(
    CHAINS.map((chain) => {
      const found = storage.open(chain);
      const blocks = Array.from({ length: BLOCKS }, (_, at) => Buffer.from(found?.block(height(at)) ?? []).toString());
      return [found?.height, blocks, found?.state.range(everything).map(({ key, value }) => `${Buffer.from(key)}=${Buffer.from(value)}`), Buffer.from(found?.note('n') ?? []).toString()];
    }),
  );
}
