import { open, type Transaction } from 'lmdb';
import type { StateEntry, StateRange } from '../../core/storage';
import type { IndexPort } from './index-port';

/**
 * The index in LMDB (`lmdb` 3.5). One transaction a checkpoint, on LMDB's own thread. `overlappingSync` is off: a
 * checkpoint is then LMDB's plain two-step commit (pages, sync, meta page, sync), whose promise means durable; no
 * block waits for it.
 */
export function openLmdbIndex(directory: string): IndexPort {
  const database = open<Buffer, Buffer>({
    path: directory,
    keyEncoding: 'binary',
    encoding: 'binary',
    compression: false,
    overlappingSync: false,
    noSubdir: false,
    maxReaders: 16,
  });
  return {
    get: (key) => database.getBinary(toBuffer(key)),
    range: (range) => readRange(range),
    apply: async (changes) => {
      let last: Promise<boolean> | undefined;
      await database.batch(() => {
        for (const [key, value] of changes) {
          last = value === undefined ? database.remove(toBuffer(key)) : database.put(toBuffer(key), toBuffer(value));
        }
      });
      await last;
      // A read of this same turn may have pinned the state before the batch.
      database.resetReadTxn();
    },
    pin: () => {
      const transaction = database.useReadTransaction();
      let isReleased = false;
      return {
        get: (key) => database.get(toBuffer(key), { transaction }),
        range: (range) => readRange(range, transaction),
        release: () => {
          if (!isReleased) transaction.done();
          isReleased = true;
        },
      };
    },
    close: () => database.close(),
  };

  function readRange({ from, to, limit, reverse = false }: StateRange, transaction?: Transaction): StateEntry[] {
    if (limit <= 0 || Buffer.compare(from, to) >= 0) return [];
    const options = reverse
      ? { start: toBuffer(to), end: toBuffer(from), exclusiveStart: true, inclusiveEnd: true, reverse: true, limit }
      : { start: toBuffer(from), end: toBuffer(to), limit };
    return Array.from(database.getRange(transaction === undefined ? options : { ...options, transaction }), ({ key, value }) => ({ key, value }));
  }
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
