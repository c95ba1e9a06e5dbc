import type { FileHandle, FilePort } from '../storage/disk/file-port';
import type { Random } from './random';

/** The power is gone: thrown by every operation from that moment on. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

/**
 * A disk that keeps only what it must. A write is a promise until its file is synced, a name until its directory is;
 * on a cut any subset of such promises is forgotten (later ones may stay while earlier ones go), and of the last piece
 * any number of bytes may have arrived. Files live in memory.
 */
export interface PowerCutFiles extends FilePort {
  /** Operations so far: a cut can be ordered for one of them. */
  readonly operations: number;
  /** The power goes when that many operations have begun; in the middle of the last one. */
  cutAfter(operations: number): void;
  readonly isCut: boolean;
  /** From now on the disk takes that many bytes; of the write that is too long it takes a part. */
  setRoom(bytes: number): void;
  /** The disk as it is found afterwards, with power again. */
  restart(random: Random): PowerCutFiles;
}

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

type FileChange = Piece | { readonly truncateTo: number };

interface Inode {
  /** What is safe. */
  durable: Buffer;
  /** What a program sees. */
  seen: Buffer;
  /** In order; since the last sync. */
  changes: FileChange[];
}

interface NameChange {
  readonly path: string;
  readonly inode: Inode | undefined;
}

const SECTOR = 512;

export function createPowerCutFiles(initial: ReadonlyMap<string, Buffer> = new Map()): PowerCutFiles {
  const names = new Map<string, Inode>();
  const durableNames = new Map<string, Inode>();
  let nameChanges: NameChange[] = [];
  for (const [path, bytes] of initial) {
    const inode: Inode = { durable: bytes, seen: bytes, changes: [] };
    names.set(path, inode);
    durableNames.set(path, inode);
  }
  let left = Number.POSITIVE_INFINITY;
  const room = (): number => left;
  let operations = 0;
  let cutAt = Number.POSITIVE_INFINITY;

  /** Counts an operation. True: the power goes in the middle of this one, its effect may or may not reach the disk. */
  const step = (): boolean => {
    if (operations >= cutAt) throw new PowerCut('no power');
    operations += 1;
    return operations >= cutAt;
  };
  const finish = (isLast: boolean): void => {
    if (isLast) throw new PowerCut('the power went');
  };
  const inodeOf = (path: string): Inode => {
    const inode = names.get(path);
    if (inode === undefined) throw new Error(`ENOENT: ${path}`);
    return inode;
  };
  const setName = (path: string, inode: Inode | undefined): void => {
    if (inode === undefined) names.delete(path);
    else names.set(path, inode);
    nameChanges.push({ path, inode });
  };
  const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

  const handle = (inode: Inode): FileHandle => ({
    sizeBytes: () => inode.seen.length,
    read: (offset, length) => Buffer.from(inode.seen.subarray(offset, offset + length)),
    append: (bytes) => {
      const isLast = step();
      const taken = bytes.subarray(0, left);
      left -= taken.length;
      inode.changes.push({ offset: inode.seen.length, bytes: Buffer.from(taken) });
      inode.seen = Buffer.concat([inode.seen, taken]);
      finish(isLast);
      if (taken.length < bytes.length) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
    overwrite: (offset, bytes) => {
      const isLast = step();
      inode.changes.push({ offset, bytes: Buffer.from(bytes) });
      inode.seen = place(inode.seen, { offset, bytes });
      finish(isLast);
    },
    truncate: (length) => {
      const isLast = step();
      left += Math.max(0, inode.seen.length - length);
      inode.changes.push({ truncateTo: length });
      inode.seen = inode.seen.subarray(0, length);
      finish(isLast);
    },
    sync: async () => {
      const isLast = step();
      const upTo = inode.changes.length;
      const bytes = inode.seen;
      await Promise.resolve();
      // In the middle of a sync some of it is on the disk: exactly what forgetting a subset means.
      finish(isLast);
      if (operations >= cutAt) throw new PowerCut('no power');
      inode.durable = bytes;
      inode.changes = inode.changes.slice(upTo);
    },
    close: () => undefined,
  });

  return {
    get operations() {
      return operations;
    },
    get isCut() {
      return operations >= cutAt;
    },
    cutAfter: (count) => {
      cutAt = operations + Math.max(1, count);
    },
    setRoom: (bytes) => {
      left = bytes;
    },
    makeDirectory: () => undefined,
    freeBytes: () => room(),
    list: (directory) => [...names.keys()].filter((path) => parentOf(path) === directory).map((path) => path.slice(directory.length + 1)),
    exists: (path) => names.has(path),
    open: (path) => handle(inodeOf(path)),
    create: (path) => {
      const isLast = step();
      if (names.has(path)) throw new Error(`EEXIST: ${path}`);
      const inode: Inode = { durable: Buffer.alloc(0), seen: Buffer.alloc(0), changes: [] };
      setName(path, inode);
      finish(isLast);
      return handle(inode);
    },
    rename: (from, to) => {
      const isLast = step();
      const inode = inodeOf(from);
      setName(to, inode);
      setName(from, undefined);
      finish(isLast);
    },
    unlink: (path) => {
      const isLast = step();
      if (names.has(path)) setName(path, undefined);
      finish(isLast);
    },
    syncDirectory: async (directory) => {
      const isLast = step();
      const changes = nameChanges.filter(({ path }) => parentOf(path) === directory);
      await Promise.resolve();
      finish(isLast);
      if (operations >= cutAt) throw new PowerCut('no power');
      for (const { path, inode } of changes) {
        if (inode === undefined) durableNames.delete(path);
        else durableNames.set(path, inode);
      }
      nameChanges = nameChanges.filter((change) => !changes.includes(change));
    },
    restart: (random) => {
      const found = new Map(durableNames);
      for (const { path, inode } of nameChanges) {
        if (random.chance(0.5)) continue;
        if (inode === undefined) found.delete(path);
        else found.set(path, inode);
      }
      return createPowerCutFiles(new Map([...found].map(([path, inode]) => [path, survive(inode, random)])));
    },
  };
}

/** The file's bytes after a cut: the safe ones and a random part of the rest, the last kept piece torn. */
function survive(inode: Inode, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(inode.durable);
  const keep = random.pick([0, 0.3, 0.7, 1]);
  for (const change of inode.changes) {
    if ('truncateTo' in change) {
      if (random.chance(0.5)) bytes = bytes.subarray(0, change.truncateTo);
      continue;
    }
    const sectors = splitBySector(change);
    const kept = sectors.filter(() => random.chance(keep));
    kept.forEach((piece, at) => {
      const isTorn = at === kept.length - 1 && random.chance(0.5);
      bytes = place(bytes, isTorn ? { offset: piece.offset, bytes: piece.bytes.subarray(0, random.below(piece.bytes.length + 1)) } : piece);
    });
  }
  return bytes;
}

function splitBySector({ offset, bytes }: Piece): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + SECTOR - ((offset + at) % SECTOR));
    pieces.push({ offset: offset + at, bytes: bytes.subarray(at, end) });
    at = end;
  }
  return pieces;
}

/** Writes a piece; what lies between the end and it reads as zeros, as in a real file. */
function place(target: Buffer, { offset, bytes }: Piece): Buffer {
  if (bytes.length === 0) return target;
  const grown = Buffer.alloc(Math.max(target.length, offset + bytes.length));
  target.copy(grown);
  grown.set(bytes, offset);
  return grown;
}
