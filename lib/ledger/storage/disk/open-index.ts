import { isLedgerError, LedgerError } from '../../core/errors';
import type { MachinePorts } from '../../core/ports';
import { createCheckedIndex, corruptIndex, isSystemError } from './checked-index';
import { cleanUp } from './clean-up';
import { allOf, chainOfKey, decodeChainRecord, decodePosition, positionKey, type ChainRecord, type IndexPosition } from './index-keys';
import type { IndexHome, IndexPort } from './index-port';
import { EMPTY_SUM, isSameSum, replaceInSum } from './index-sum';

export interface OpenedIndex {
  readonly index: IndexPort;
  /** Absent when it is empty. */
  readonly position: IndexPosition | undefined;
  readonly records: readonly ChainRecord[];
}

const CHAINS_MAX = 1_000_000;
const EVERYTHING = { from: Uint8Array.of(0), to: Uint8Array.of(255) };

/**
 * Opens the index and reads what a start needs of it. One that is damaged, or of another format, is set aside: it is
 * made anew from the log. `checkLog` throws `storage-format` when that could not be, the log being another program's, too.
 */
export async function openIndex(home: IndexHome, logger: MachinePorts['logger'], checkLog: () => Promise<void>): Promise<OpenedIndex> {
  const opened = await orAnew(home, logger, async () => {
    try {
      return await tryOpen(home, logger);
    } catch (error) {
      if (!isLedgerError(error, 'storage-format')) throw error;
      await checkLog();
      logger.warn({ reason: error.message, aside: home.asidePath }, 'the index is made anew from the log');
      await home.setAside();
      return tryOpen(home, logger);
    }
  });
  home.opened();
  return opened;
}

/** Once more, with an empty index that is filled from the log, when the first attempt found the index damaged. */
export async function orAnew<T>(home: IndexHome, logger: MachinePorts['logger'], open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!isDamageOf(home, error)) throw error;
    logger.error({ reason: error.message, aside: home.asidePath }, 'the index is damaged and is made anew from the log');
    await home.setAside();
    return open();
  }
}

export function isDamageOf({ path }: IndexHome, error: unknown): error is LedgerError<'storage-corrupt'> {
  return isLedgerError(error, 'storage-corrupt') && error.details.file === path;
}

async function tryOpen(home: IndexHome, logger: MachinePorts['logger']): Promise<OpenedIndex> {
  let inner: IndexPort;
  try {
    inner = await home.open();
  } catch (error) {
    throw isSystemError(error) ? error : corruptIndex(home.path, 'The index cannot be opened', error);
  }
  const index = createCheckedIndex(inner, home.path, () => home.distrust());
  try {
    return { index, ...read(index, home.path) };
  } catch (error) {
    await cleanUp(logger, () => index.close());
    throw error;
  }
}

function read(index: IndexPort, path: string): Omit<OpenedIndex, 'index'> {
  const bytes = index.get(positionKey);
  if (bytes === undefined) {
    // Also where a checkpoint took the position away, because it found damage.
    if (index.range({ ...EVERYTHING, limit: 1 }).length > 0) throw corruptIndex(path, 'The index does not say how far it is');
    return { position: undefined, records: [] };
  }
  const position = decodePosition(bytes);
  if (position === undefined) throw new LedgerError('storage-format', { file: path }, `${path} is of a format this program does not read.`);
  const entries = index.range({ ...allOf('chain'), limit: CHAINS_MAX });
  const sum = entries.reduce((total, { key, value }) => replaceInSum(total, key, undefined, value), EMPTY_SUM);
  if (!isSameSum(sum, position.chains)) throw corruptIndex(path, 'Sub-chains are missing from the index, or there are too many');
  return { position, records: entries.map(({ key, value }) => decodeChainRecord(chainOfKey(key), value)) };
}
