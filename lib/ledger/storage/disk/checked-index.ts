import { LedgerError } from '../../core/errors';
import type { StateEntry, StateRange, StateReader } from '../../core/storage';
import type { IndexChange, IndexPort } from './index-port';
import { entryChecksum } from './index-sum';

const CHECKSUM_BYTES = 4;

/** Damage of the index; it names no offset, because its library names none. */
export function corruptIndex(path: string, what = 'An entry of the index is not the one that was written', cause?: unknown): LedgerError<'storage-corrupt'> {
  return new LedgerError('storage-corrupt', { file: path, offset: 0, what }, `${what}: file ${path}. ${INDEX_ADVICE}`, { cause });
}

export const INDEX_ADVICE = 'Start the city node again: its index is made anew from the log then.';

/**
 * An index whose every value carries a CRC-32C over key and value, looked at with each read. Reads throw
 * `storage-corrupt` when it is another, when keys come out of order, or when the library finds its file broken, as writes do;
 * `onDamage` is called before.
 */
export function createCheckedIndex(inner: IndexPort, path: string, onDamage: () => void): IndexPort {
  const damaged = (cause?: unknown): LedgerError<'storage-corrupt'> => {
    onDamage();
    return corruptIndex(path, undefined, cause);
  };
  const guarded = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw isSystemError(error) ? error : damaged(error);
    }
  };
  const open = (key: Uint8Array, stored: Uint8Array): Uint8Array => {
    const end = stored.length - CHECKSUM_BYTES;
    if (end < 0) throw damaged();
    const value = stored.subarray(0, end);
    const checksum = Buffer.from(stored.buffer, stored.byteOffset + end, CHECKSUM_BYTES).readUInt32BE();
    if (checksum !== entryChecksum(key, value)) throw damaged();
    return value;
  };
  const checked = (reader: StateReader): StateReader => ({
    get: (key) => {
      const stored = guarded(() => reader.get(key));
      return stored === undefined ? undefined : open(key, stored);
    },
    range: (range) => {
      const entries = guarded(() => reader.range(range));
      if (!isInOrder(entries, range)) throw damaged();
      return entries.map(({ key, value }) => ({ key, value: open(key, value) }));
    },
  });
  return {
    ...checked(inner),
    apply: async (changes) => {
      try {
        await inner.apply(sealed(changes));
      } catch (error) {
        throw isBrokenFile(error) ? damaged(error) : error;
      }
    },
    snapshot: () => {
      const snapshot = inner.snapshot();
      return { ...checked(snapshot), release: () => snapshot.release() };
    },
    relax: () => inner.relax(),
    close: () => inner.close(),
  };
}

function* sealed(changes: Iterable<IndexChange>): Generator<IndexChange> {
  for (const [key, value] of changes) {
    if (value === undefined) {
      yield [key, undefined];
      continue;
    }
    const stored = Buffer.allocUnsafe(value.length + CHECKSUM_BYTES);
    stored.set(value);
    stored.writeUInt32BE(entryChecksum(key, value), value.length);
    yield [key, stored];
  }
}

/** A broken tree may lead in circles. */
function isInOrder(entries: readonly StateEntry[], { from, to, limit, reverse = false }: StateRange): boolean {
  if (entries.length > limit) return false;
  return entries.every(({ key }, at) => {
    if (Buffer.compare(key, from) < 0 || Buffer.compare(key, to) >= 0) return false;
    const before = entries[at - 1]?.key;
    return before === undefined || Buffer.compare(before, key) === (reverse ? 1 : -1);
  });
}

/** What the system refuses says nothing about the file: no descriptors, no memory, no permission, no room. */
export function isSystemError(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  const { code } = error;
  return typeof code === 'string' ? /^E[A-Z]/.test(code) : typeof code === 'number' && (code > 0 || NOT_DAMAGE.has(code));
}

/** LMDB's own codes for a file that is not as it was written; what else a write may throw is a fault of who called it. */
function isBrokenFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && BROKEN.has(error.code);
}

/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_VERSION_MISMATCH, MDB_INVALID, MDB_PAGE_FULL. */
const BROKEN = new Set([-30_797, -30_796, -30_794, -30_793, -30_786]);

/** LMDB: the map is full, too many readers. */
const NOT_DAMAGE = new Set([-30_792, -30_790]);
