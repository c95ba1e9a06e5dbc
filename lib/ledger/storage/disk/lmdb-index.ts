import { open, type RootDatabase, type Transaction } from 'lmdb';
import type { StateEntry, StateRange, StateReader } from '../../core/storage';
import type { IndexChange, IndexPort } from './index-port';

/**
 * The index in LMDB (`lmdb` 3.5). One transaction a checkpoint, on LMDB's own thread. `overlappingSync` is off: a
 * checkpoint is then LMDB's plain two-step commit (pages, sync, meta page, sync), whose promise means durable; no
 * block waits for it. `eventTurnBatching` is off: a batch is what a checkpoint is anyway, and a commit that fails would
 * reject a promise of the library's own that nobody listens to, which ends the process.
 *
 * LMDB keeps the memory of the most pages that one transaction changed until it is closed (`me_dpages`): after a load
 * that was tens of megabytes, so `relax` closes it and opens it again.
 */
export function openLmdbIndex(directory: string): IndexPort {
  let opened: RootDatabase<Buffer, Buffer> | undefined = openDatabase(directory);
  let closing: Promise<void> | undefined;
  /** Snapshots and changes under way. */
  let uses = 0;
  let isClosed = false;
  const databaseNow = (): RootDatabase<Buffer, Buffer> => {
    if (isClosed) throw new Error('The index is closed.');
    if (closing !== undefined) throw Object.assign(new Error('The index is being closed.'), { code: 'EBUSY' });
    return (opened ??= openDatabase(directory));
  };
  return {
    ...readerOf(),
    apply: async (changes) => {
      const database = databaseNow();
      uses += 1;
      try {
        await applyTo(database, changes);
      } finally {
        uses -= 1;
      }
    },
    snapshot: () => {
      const transaction = databaseNow().useReadTransaction();
      uses += 1;
      return {
        ...readerOf(transaction),
        release: () => {
          uses -= 1;
          transaction.done();
        },
      };
    },
    relax: async () => {
      if (opened === undefined || uses > 0) return false;
      closing = opened.close();
      opened = undefined;
      try {
        await closing;
      } finally {
        closing = undefined;
      }
      // At once, while what it needs of the system is free. Should it fail, the next use tries again.
      if (!isClosed) opened = openDatabase(directory);
      return true;
    },
    close: async () => {
      isClosed = true;
      await closing;
      await opened?.close();
    },
  };

  function readerOf(transaction?: Transaction): StateReader {
    const within = transaction === undefined ? {} : { transaction };
    return {
      get: (key) => databaseNow().get(toBuffer(key), within),
      range: ({ from, to, limit, reverse = false }: StateRange): StateEntry[] => {
        if (limit <= 0 || Buffer.compare(from, to) >= 0) return [];
        const ends = reverse ? { start: toBuffer(to), end: toBuffer(from), exclusiveStart: true, inclusiveEnd: true, reverse: true } : { start: toBuffer(from), end: toBuffer(to) };
        return Array.from(databaseNow().getRange({ ...within, ...ends, limit }), ({ key, value }) => ({ key, value }));
      },
    };
  }
}

function openDatabase(directory: string): RootDatabase<Buffer, Buffer> {
  return open<Buffer, Buffer>({
    path: directory,
    keyEncoding: 'binary',
    encoding: 'binary',
    compression: false,
    overlappingSync: false,
    eventTurnBatching: false,
    noSubdir: false,
    maxReaders: 16,
  });
}

async function applyTo(database: RootDatabase<Buffer, Buffer>, changes: Iterable<IndexChange>): Promise<void> {
  // Most changes share a promise; each must be listened to.
  const written: Promise<boolean>[] = [];
  const batch = database.batch(() => {
    for (const [key, value] of changes) {
      const change = value === undefined ? database.remove(toBuffer(key)) : database.put(toBuffer(key), toBuffer(value));
      if (change !== written.at(-1)) written.push(change);
    }
  });
  try {
    await Promise.all([batch, ...written]);
  } catch (error) {
    throw await causeOf(error);
  }
  // A read of this same turn may have pinned the state before the batch.
  database.resetReadTxn();
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `lmdb` says that a commit failed and gives the reason as a promise that rejects with it. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  return Promise.resolve(error.commitError).then(
    () => error,
    (cause: unknown) => cause,
  );
}
