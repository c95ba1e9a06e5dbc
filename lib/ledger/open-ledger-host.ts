import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Framework } from './core/framework';
import { createLedgerHost } from './core/host';
import type { LedgerHost, PeerLink } from './core/host-types';
import type { PeerKeys } from './core/peer-keys';
import type { MachinePorts } from './core/ports';
import { createEmbeddedOrdering, type QueueBudget } from './ordering/embedded/embedded-ordering';
import { lockDirectory } from './storage/disk/directory-lock';
import { openDiskKeys } from './storage/disk/disk-keys';
import { openDiskStorage } from './storage/disk/disk-storage';
import { createLmdbHome } from './storage/disk/lmdb-home';
import { nodeFiles } from './storage/disk/node-files';
import { SALT_BYTES } from './storage/disk/segment';

export interface OpenLedgerHostOptions {
  /** Made when absent. Belongs to this host alone: a second opener gets `storage-locked`. */
  readonly directory: string;
  /** 32 bytes: peers' private keys are stored encrypted under it. */
  readonly keyEncryptionKey: Uint8Array;
  readonly frameworks: readonly Framework[];
  readonly link: PeerLink;
  readonly ports: MachinePorts;
  /** Shared by the hosts of one process, so that its cap on waiting transactions holds for all of them together. */
  readonly queueBudget?: QueueBudget;
}

/**
 * One city node: opens its directory (`segment-*.log`, `index/`, `keys/`), rolled forward to the last durable block of
 * every sub-chain. Errors: `storage-locked`, `storage-corrupt`, `storage-format`.
 */
export async function openLedgerHost(options: OpenLedgerHostOptions): Promise<LedgerHost> {
  const { directory, keyEncryptionKey, frameworks, link, ports, queueBudget } = options;
  nodeFiles.makeDirectory(directory);
  const lock = await lockDirectory(directory);
  let keys: PeerKeys | undefined;
  try {
    const newSalt = (): Uint8Array => randomBytes(SALT_BYTES);
    const { schedule, yieldTurn, logger } = ports;
    keys = await openDiskKeys({ files: nodeFiles, directory: `${directory}/keys`, keyEncryptionKey, newSalt, schedule, logger });
    const index = createLmdbHome({
      files: nodeFiles,
      directory,
      removeDirectory: (path) => rmSync(path, { recursive: true, force: true }),
      onCleared: (reason) => logger.warn({ directory, reason }, 'the index is made anew from the log'),
    });
    const storage = await openDiskStorage({ directory, files: nodeFiles, index, lock, newSalt, schedule, yieldTurn, logger });
    return createLedgerHost({ storage, keys, ordering: createEmbeddedOrdering(queueBudget), frameworks, link, ports });
  } catch (error) {
    await keys?.close();
    await lock.release();
    throw error;
  }
}
