import { ByteWriter } from '../../../core/codec';
import type { StateReader, StateWrite } from '../../../core/storage';
import { receivedAtKey, receivedBefore, receivedKey, receivedRange, receivedTotalKey, AT_PREFIX_BYTES, transientKey } from '../chain-keys';
import { readHead } from '../execute-block';
import { decodePrivateRwset, FabricStateError } from '../state';
import { RETENTION_BLOCKS } from './transient-store';

/** Of one channel: what endorsers elsewhere gave, and no block has brought yet. */
const RECEIVED_MAX = 20_000;
export const RECEIVED_BYTES_MAX = 64 * 1024 * 1024;
/** Of one transaction: one for each collection, and each endorser that came to another result. */
export const RECEIVED_EACH_MAX = 64;
/** When there is no room, what came so many blocks ago goes: a transaction is ordered sooner, and members can be asked. */
export const MAKE_ROOM_AFTER_BLOCKS = 100;
/** What one block, or one making of room, takes away of what grew old. */
const PURGED_MAX = 1_000;
const HEIGHT_BYTES = 6;

interface Total {
  readonly count: number;
  readonly bytes: number;
}

/**
 * Keeps plaintext that an endorser elsewhere gave, until its block comes or it is too old. `plaintext`: bytes of a
 * TxPvtReadWriteSet. Throws `rwset-malformed`, `limit-reached`.
 */
export function putReceived(txId: string, plaintext: Uint8Array, state: StateReader): readonly StateWrite[] {
  decodePrivateRwset(plaintext);
  const key = receivedKey(txId, plaintext);
  // It may have been simulated here, too.
  if (state.get(key) !== undefined || state.get(transientKey(txId, plaintext)) !== undefined) return [];
  if (state.range({ ...receivedRange(txId), limit: RECEIVED_EACH_MAX }).length >= RECEIVED_EACH_MAX) {
    throw new FabricStateError('limit-reached', `other peers gave private data of transaction ${txId} ${RECEIVED_EACH_MAX} times: none more are kept`);
  }
  const height = readHead(state).number;
  const drops = new Drops(state);
  if (!fits(drops.left, plaintext)) drops.olderThan(height - MAKE_ROOM_AFTER_BLOCKS);
  if (!fits(drops.left, plaintext)) {
    throw new FabricStateError('limit-reached', `private data of ${drops.left.count} transactions that no block has brought yet are kept here for other peers: there is no room for more`);
  }
  const { count, bytes } = drops.left;
  return drops.writes({ count: count + 1, bytes: bytes + plaintext.length }, [
    { key, value: Buffer.concat([new ByteWriter(HEIGHT_BYTES).u48(height).finish(), plaintext]) },
    { key: receivedAtKey(height, key), value: Uint8Array.of(1) },
  ]);
}

/** All that others gave for a transaction. */
export function listReceived(txId: string, state: StateReader): readonly Uint8Array[] {
  return state.range({ ...receivedRange(txId), limit: RECEIVED_EACH_MAX }).map(({ value }) => value.subarray(HEIGHT_BYTES));
}

/** What leaves with a block: that of its transactions, whatever became of them, and what is too old. */
export function clearReceived(block: number, txIds: readonly string[], state: StateReader): readonly StateWrite[] {
  // Most blocks: nobody gave anything.
  if (readTotal(state).count === 0) return [];
  const drops = new Drops(state);
  for (const txId of txIds) for (const entry of state.range({ ...receivedRange(txId), limit: RECEIVED_EACH_MAX })) drops.add(entry.key, entry.value);
  drops.olderThan(block - RETENTION_BLOCKS);
  return drops.writes(drops.left, []);
}

/** Entries that go, each once, and what is left then. */
class Drops {
  readonly #gone = new Map<string, StateWrite>();
  left: Total;

  constructor(readonly state: StateReader) {
    this.left = readTotal(state);
  }

  add(key: Uint8Array, value: Uint8Array): void {
    const name = Buffer.from(key).toString('latin1');
    if (this.#gone.has(name)) return;
    const at = receivedAtKey(Buffer.from(value).readUIntBE(0, HEIGHT_BYTES), key);
    this.#gone.set(name, { key });
    this.#gone.set(Buffer.from(at).toString('latin1'), { key: at });
    this.left = { count: this.left.count - 1, bytes: this.left.bytes - (value.length - HEIGHT_BYTES) };
  }

  olderThan(block: number): void {
    if (block <= 0) return;
    for (const { key: at } of this.state.range({ ...receivedBefore(block), limit: PURGED_MAX })) {
      const key = at.subarray(AT_PREFIX_BYTES);
      const value = this.state.get(key);
      if (value !== undefined) this.add(key, value);
    }
  }

  /** Sorted by key; nothing when nothing changes. */
  writes({ count, bytes }: Total, more: readonly StateWrite[]): readonly StateWrite[] {
    if (this.#gone.size + more.length === 0) return [];
    const total = { key: receivedTotalKey, value: new ByteWriter(12).u48(count).u48(bytes).finish() };
    return [...this.#gone.values(), ...more, total].sort((a, b) => Buffer.compare(a.key, b.key));
  }
}

function fits({ count, bytes }: Total, plaintext: Uint8Array): boolean {
  return count < RECEIVED_MAX && bytes + plaintext.length <= RECEIVED_BYTES_MAX;
}

function readTotal(state: StateReader): Total {
  const value = state.get(receivedTotalKey);
  if (value === undefined) return { count: 0, bytes: 0 };
  const read = Buffer.from(value);
  return { count: read.readUIntBE(0, 6), bytes: read.readUIntBE(6, 6) };
}
