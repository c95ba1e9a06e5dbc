import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { PeerKeys } from '../../core/peer-keys';
import type { MachinePorts } from '../../core/ports';
import type { LedgerStorage } from '../../core/storage';
import { cleanUp } from './clean-up';
import { lockDirectory } from './directory-lock';
import { openDiskKeys } from './disk-keys';
import { openDiskStorage } from './open-disk-storage';
import { createLmdbHome } from './lmdb-home';
import { nodeFiles } from './node-files';
import { SALT_BYTES } from './segment';

export interface LedgerDirectoryOptions {
  /** Must be there. Belongs to the opener alone: a second one gets `storage-locked`. */
  readonly directory: string;
  readonly keyEncryptionKey: Uint8Array;
  readonly ports: Pick<MachinePorts, 'schedule' | 'yieldTurn' | 'logger'>;
  /** Where the index lies; in the directory by default. It is made from the log where there is none. */
  readonly indexDirectory?: string;
}

/**
 * What a city node keeps of its ledgers: storage and peers' keys. Keys are closed before the storage, which releases the directory.
 * Errors: `storage-locked`, `storage-corrupt`, `storage-format`.
 */
export async function openLedgerDirectory(options: LedgerDirectoryOptions): Promise<{ readonly storage: LedgerStorage; readonly keys: PeerKeys }> {
  const { directory, keyEncryptionKey, ports, indexDirectory = `${directory}/index` } = options;
  const { schedule, yieldTurn, logger } = ports;
  const newSalt = (): Uint8Array => randomBytes(SALT_BYTES);
  const lock = await lockDirectory(directory);
  let keys: PeerKeys | undefined;
  try {
    keys = await openDiskKeys({ files: nodeFiles, directory: `${directory}/keys`, keyEncryptionKey, newSalt, schedule, logger });
    const index = createLmdbHome({
      files: nodeFiles,
      directory: indexDirectory,
      removeDirectory: (path) => rmSync(path, { recursive: true, force: true }),
      onSetAside: (reason) => logger.warn({ directory: indexDirectory, aside: `${indexDirectory}.aside`, reason }, 'the index is made anew from the log'),
    });
    const storage = await openDiskStorage({ directory, files: nodeFiles, index, lock, newSalt, schedule, yieldTurn, logger });
    return { storage, keys };
  } catch (error) {
    await cleanUp(logger, () => keys?.close(), () => lock.release());
    throw error;
  }
}
