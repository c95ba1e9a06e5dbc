import { ByteWriter } from './codec';
import { sha256Hex } from './crypto';
import type { StateWrite } from './storage';
import type { Hash } from './types';

/**
 * A cheap commitment to state for frameworks without a root of their own: root(h) = H(root(h-1) ‖ sorted write set).
 * Enough for replicas to agree; it proves no single key. Throws RangeError unless the keys ascend strictly.
 */
export function nextStateRoot(previous: Hash, writes: readonly StateWrite[]): Hash {
  const writer = new ByteWriter(64 + writes.length * 64).string('chainworks/state/1').hash(previous).u32(writes.length);
  let last: Uint8Array | undefined;
  for (const { key, value } of writes) {
    if (last !== undefined && Buffer.compare(last, key) >= 0) throw new RangeError('writes are not sorted by key');
    last = key;
    writer.bytes(key).u8(value === undefined ? 0 : 1);
    if (value !== undefined) writer.bytes(value);
  }
  return sha256Hex(writer.finish());
}
