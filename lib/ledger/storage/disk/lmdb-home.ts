import path from 'node:path';
import type { FilePort } from './file-port';
import type { IndexHome } from './index-port';
import { openLmdbIndex } from './lmdb-index';

/** What the mark beside the index says of the process that has it. Absent: nobody has it. */
const Phase = { reading: 1, running: 2, distrusted: 3 } as const;
/** So many processes in a row that ended without a word before they wrote one checkpoint: a page they all read may be broken. */
const SUDDEN_ENDS_MAX = 3;
const MARK_BYTES = 2;

export interface LmdbHomeOptions {
  readonly files: FilePort;
  /** The index's own; its name with `.state` is the mark's, with `.aside` that of an index in doubt. */
  readonly directory: string;
  /** Removes a directory with all that is in it. */
  readonly removeDirectory: (path: string) => void;
  /** Told why the index is made anew. */
  readonly onSetAside: (reason: string) => void;
}

/**
 * The index in LMDB, and a mark beside it: LMDB trusts its pages, and a broken one may end the process.
 * The mark is for the next process, not against a power cut: it is never synced.
 */
export function createLmdbHome({ files, directory, removeDirectory, onSetAside }: LmdbHomeOptions): IndexHome {
  const markPath = `${directory}.state`;
  const asidePath = `${directory}.aside`;
  let suddenEnds = 0;
  const mark = (phase: number): void => {
    const bytes = Uint8Array.of(phase, suddenEnds);
    const isThere = files.exists(markPath);
    const file = isThere ? files.open(markPath) : files.create(markPath);
    try {
      if (file.sizeBytes() === MARK_BYTES) file.overwrite(0, bytes);
      else {
        if (file.sizeBytes() > 0) file.truncate(0);
        file.append(bytes);
      }
    } finally {
      file.close();
    }
  };
  const tryMark = (phase: number): void => {
    try {
      mark(phase);
    } catch {
      // A full disk keeps nobody from reading what is there.
    }
  };
  const setAside = async (): Promise<void> => {
    suddenEnds = 0;
    if (files.exists(directory)) {
      if (files.exists(asidePath)) removeDirectory(directory);
      else files.rename(directory, asidePath);
    }
    // Before the mark goes: a power cut must not bring the index back without it, also if another process renamed it.
    await files.syncDirectory(path.dirname(directory));
    files.unlink(markPath);
  };
  return {
    path: `${directory}/data.mdb`,
    asidePath,
    open: async () => {
      const last = readMark();
      suddenEnds = last?.phase === Phase.running ? last.suddenEnds + 1 : 0;
      const reason = doubt(last, suddenEnds);
      if (reason !== undefined) {
        await setAside();
        onSetAside(reason);
      }
      tryMark(Phase.reading);
      return openLmdbIndex(directory);
    },
    opened: () => tryMark(Phase.running),
    proven: () => {
      if (suddenEnds === 0) return;
      suddenEnds = 0;
      // A reader may be in the middle of it, or it was found to be damaged: that stays.
      if (readMark()?.phase === Phase.running) tryMark(Phase.running);
    },
    distrust: () => tryMark(Phase.distrusted),
    reading: async (task) => {
      const before = readMark()?.phase ?? Phase.running;
      if (before === Phase.running) tryMark(Phase.reading);
      try {
        return await task();
      } finally {
        // Unless it was found to be damaged meanwhile.
        if (readMark()?.phase === Phase.reading) tryMark(Phase.running);
      }
    },
    setAside,
    discardAside: async () => {
      if (!files.exists(asidePath)) return false;
      removeDirectory(asidePath);
      return true;
    },
    closed: () => {
      if (readMark()?.phase !== Phase.distrusted) files.unlink(markPath);
    },
    abandoned: () => {
      const phase = readMark()?.phase;
      if (phase === undefined || phase === Phase.distrusted) return;
      if (suddenEnds === 0) return files.unlink(markPath);
      // The next one counts itself again.
      suddenEnds -= 1;
      tryMark(Phase.running);
    },
  };

  function readMark(): { readonly phase: number; readonly suddenEnds: number } | undefined {
    if (!files.exists(markPath)) return undefined;
    const file = files.open(markPath);
    // Empty: the disk had no room for it.
    const [phase = Phase.running, ends = 0] = file.read(0, MARK_BYTES);
    file.close();
    return { phase, suddenEnds: ends };
  }
}

function doubt(last: { readonly phase: number } | undefined, suddenEnds: number): string | undefined {
  if (last === undefined) return undefined;
  if (last.phase === Phase.distrusted) return 'damage was found in it';
  if (last.phase !== Phase.running) return 'the process that read it ended in the middle of that';
  return suddenEnds >= SUDDEN_ENDS_MAX ? `${suddenEnds} processes in a row ended suddenly with it` : undefined;
}
