import type { StateReader } from '../../core/storage';
import type { PinnedState } from '../chain-state';

/**
 * Ordered key-value store behind the log: the index of blocks and the state as of the last checkpoint. After a power
 * cut it may be as of any earlier `apply` that resolved or was under way, but only whole ones.
 */
export interface IndexPort extends StateReader {
  /** All changes or none; `undefined` deletes. Resolves when they are visible and would survive a power cut. */
  apply(changes: Iterable<readonly [key: Uint8Array, value: Uint8Array | undefined]>): Promise<void>;
  /** All that was applied by now, unmoved by what is applied later; costs space until it is released. */
  pin(): PinnedState;
  close(): Promise<void>;
}
