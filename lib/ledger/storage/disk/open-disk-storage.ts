import type { LedgerStorage } from '../../core/storage';
import { DiskStorage, type DiskStorageOptions } from './disk-storage';
import { isDamageOf, openIndex, orAnew } from './open-index';
import { checkLogFormat } from './scan-log';
import { SegmentFiles } from './segment-files';

/**
 * Storage on disk: blocks and write sets in the log, one sync per group of commits of all chains; blocks' places and
 * state in the index, which follows by checkpoints and is rolled forward from the log when the directory is opened.
 * An index that turns out to be damaged meanwhile is made anew from the log. Errors: `storage-corrupt`, `storage-format`.
 */
export async function openDiskStorage(options: DiskStorageOptions): Promise<LedgerStorage> {
  try {
    return await orAnew(options.index, options.logger, () => openOnce(options));
  } catch (error) {
    await options.lock.release();
    throw error;
  }
}

async function openOnce(options: DiskStorageOptions): Promise<LedgerStorage> {
  const opened = await openIndex(options.index, options.logger, () => checkFormat(options)).catch((error: unknown) => {
    if (!isDamageOf(options.index, error)) options.index.abandoned();
    throw error;
  });
  const storage = new DiskStorage(options, opened);
  try {
    await storage.recover(opened.position);
    return storage;
  } catch (error) {
    await storage.abandon();
    if (!isDamageOf(options.index, error)) options.index.abandoned();
    throw error;
  }
}

function checkFormat({ files, directory }: DiskStorageOptions): void {
  const segments = new SegmentFiles(files, directory);
  try {
    checkLogFormat(segments);
  } finally {
    segments.close();
  }
}
