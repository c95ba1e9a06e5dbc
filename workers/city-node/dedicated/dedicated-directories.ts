import { existsSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLedgerError, lockDirectory, type ChainId } from '@/lib/ledger';

/** A process whose city node was killed ends by itself within that. */
const HOLD_MS_MAX = 30_000;
const PAUSE_MS = 100;

/** Sub-chains with a directory for their peer alone: `<city node>.<sub-chain>`, beside the city node's. */
export async function listDedicatedDirectories(dataDirectory: string, cityNode: string): Promise<ReadonlySet<ChainId>> {
  const prefix = `${cityNode}.`;
  const entries = await readdir(dataDirectory, { withFileTypes: true });
  return new Set(entries.filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix)).map((entry) => entry.name.slice(prefix.length) as ChainId));
}

/** Removes a ledger's directory, durably, once nobody has it open. Idempotent. Error: `storage-locked`. */
export async function clearDirectory(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  const until = performance.now() + HOLD_MS_MAX;
  for (;;) {
    try {
      const lock = await lockDirectory(directory);
      await rm(directory, { recursive: true, force: true });
      await lock.release();
      break;
    } catch (error) {
      if (!isLedgerError(error, 'storage-locked') || performance.now() > until) throw error;
      await sleep(PAUSE_MS);
    }
  }
  const parent = await open(path.dirname(directory), 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}
