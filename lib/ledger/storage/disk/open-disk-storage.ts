import { isLedgerError } from '../../core/errors';
import type { LedgerStorage } from '../../core/storage';
import { cleanUp } from './clean-up';
import { isWantOfRoom } from './disk-space';
import { DiskStorage, type DiskStorageOptions } from './disk-storage';
import { isDamageOf, openIndex, orAnew } from './open-index';
import { checkLogFormat } from './scan-log';
import { SegmentFiles } from './segment-files';

/**
 * Storage on disk: blocks and write sets in the log, one sync per group of commits of all chains; blocks' places and
 * state in the index, which follows by checkpoints and is rolled forward from the log when the directory is opened.
 * An index that turns out to be damaged meanwhile is made anew from the log; the damaged one is kept until that has
 * succeeded. Errors: `storage-corrupt`, `storage-format`.
 */
export async function openDiskStorage(options: DiskStorageOptions): Promise<LedgerStorage> {
  try {
    const storage = await openWithRoom(options);
    await tryDiscardAside(options);
    return storage;
  } catch (error) {
    await cleanUp(options.logger, () => options.lock.release());
    throw error;
  }
}

/** Once more without the index that was set aside, should that take the room of the next one: it helps nobody who can start without it. */
async function openWithRoom(options: DiskStorageOptions): Promise<LedgerStorage> {
  const { index, logger, files, directory } = options;
  const open = (): Promise<LedgerStorage> => orAnew(index, logger, () => openOnce(options));
  try {
    return await open();
  } catch (error) {
    const isFull = isLedgerError(error, 'storage-full') || isWantOfRoom(error, 0, () => files.freeBytes(directory));
    if (!isFull || !(await tryDiscardAside(options))) throw error;
    logger.warn({ aside: index.asidePath, reason: reasonOf(error) }, 'the damaged index was deleted: the new one finds no room beside it');
    return open();
  }
}

/** True when there was one and it is gone. Never rejects: a start must not fail, or hide why it failed, for the sake of it. */
async function tryDiscardAside({ index, logger }: DiskStorageOptions): Promise<boolean> {
  try {
    return await index.discardAside();
  } catch (error) {
    logger.warn({ aside: index.asidePath, reason: reasonOf(error) }, 'an index of no use any more cannot be deleted');
    return false;
  }
}

async function openOnce(options: DiskStorageOptions): Promise<LedgerStorage> {
  const { index, logger } = options;
  const opened = await openIndex(index, logger, () => checkFormat(options)).catch(async (error: unknown) => {
    if (!isDamageOf(index, error)) await cleanUp(logger, () => index.abandoned());
    throw error;
  });
  const storage = new DiskStorage(options, opened);
  try {
    await storage.recover(opened.position);
    return storage;
  } catch (error) {
    await storage.abandon();
    if (!isDamageOf(index, error)) await cleanUp(logger, () => index.abandoned());
    throw error;
  }
}

async function checkFormat({ files, directory, logger }: DiskStorageOptions): Promise<void> {
  const segments = new SegmentFiles(files, directory);
  try {
    checkLogFormat(segments);
  } finally {
    await cleanUp(logger, () => segments.close());
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
