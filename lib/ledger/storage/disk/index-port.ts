import type { StateReader } from '../../core/storage';

export type IndexChange = readonly [key: Uint8Array, value: Uint8Array | undefined];

/**
 * Ordered key-value store behind the log: the index of blocks and the state as of the last checkpoint. After a power
 * cut it may be as of any earlier `apply` that resolved or was under way, but only whole ones.
 */
export interface IndexPort extends StateReader {
  /** All changes or none; `undefined` deletes. Resolves when they are visible and would survive a power cut. */
  apply(changes: Iterable<IndexChange>): Promise<void>;
  /** What it holds now, until it is released: what is applied later does not show. */
  snapshot(): IndexSnapshot;
  /**
   * Gives back memory that it keeps for speed. For a turn in which nobody uses it: who does all the same before it resolves
   * gets an error of the system. False: nothing was done, for a snapshot is held or changes are written.
   */
  relax(): Promise<boolean>;
  close(): Promise<void>;
}

export interface IndexSnapshot extends StateReader {
  release(): void;
}

/**
 * Where the index lies. It can always be made again from the log, so what is in doubt is not used any more: also when the
 * process that read it ended in the middle of that, as it does when a broken page takes it along. It is set aside until a
 * start has succeeded without it: should the log be unreadable, it alone knows how far that was.
 */
export interface IndexHome {
  /** Named in errors. */
  readonly path: string;
  /** Where what is in doubt is kept. */
  readonly asidePath: string;
  /** Opens the index; an empty one when the last cannot be trusted. Rejects with what its library throws. */
  open(): Promise<IndexPort>;
  /** What a start reads was read. */
  opened(): void;
  /** A checkpoint was written. */
  proven(): void;
  /** Damage was found: the next start begins with an empty index. */
  distrust(): void;
  /** Runs what reads all of it: if that ends the process, the next start begins with an empty index. */
  reading<T>(task: () => Promise<T>): Promise<T>;
  /**
   * Puts it where the next one is not in its way, safe from a power cut; it must be closed. Where one lies there already it is
   * deleted instead: no start succeeded with it.
   */
  setAside(): Promise<void>;
  /** Deletes what was set aside; false when there was nothing. */
  discardAside(): Promise<boolean>;
  /** It was closed in good order. */
  closed(): void;
  /** It was closed, because what lies beside it cannot be opened: the end of this process says nothing about the index. */
  abandoned(): void;
}
