import { ByteWriter } from '../../../core/codec';
import type { StateReader, StateWrite } from '../../../core/storage';
import { AT_PREFIX_BYTES, plaintextSpaces, type PlaintextSpace } from '../chain-keys';
import { readHead } from '../execute-block';
import { decodePrivateRwset, FabricStateError, findTransaction } from '../state';

/** Blocks after which plaintext whose transaction never came goes, as `transientstoreMaxBlockRetention` in sampleconfig/core.yaml. */
export const RETENTION_BLOCKS = 20_000;
/** What one block, or one making of room, takes away of what grew old. The rest goes with the next ones. */
const PURGED_MAX = 1_000;
const HEIGHT_BYTES = 6;

export interface PlaintextBounds {
  /** Of one channel: what no block has brought yet. */
  readonly countMax: number;
  readonly bytesMax: number;
  /** Of one transaction: more are none of an honest client. */
  readonly eachMax: number;
  /** When there is no room, what came so many blocks ago goes: a transaction is ordered sooner. */
  readonly makeRoomAfterBlocks: number;
}

/** What this peer's own simulations wrote. */
export const asideBounds: PlaintextBounds = { countMax: 20_000, bytesMax: 128 * 1024 * 1024, eachMax: 16, makeRoomAfterBlocks: 1_000 };
/** What endorsers elsewhere gave: one for each collection, and each endorser that came to another result. Members can be asked for what is lost. */
export const receivedBounds: PlaintextBounds = { countMax: 20_000, bytesMax: 64 * 1024 * 1024, eachMax: 64, makeRoomAfterBlocks: 100 };

interface Total {
  readonly count: number;
  readonly bytes: number;
}

/**
 * Plaintext of transactions that no block has brought yet (core/transientstore/store.go), within bounds that are counted in
 * the state itself: whoever may propose could fill the disk with what never is submitted.
 */
export class PlaintextStore {
  constructor(
    readonly space: PlaintextSpace,
    readonly bounds: PlaintextBounds,
    /** Whose it is, for people. */
    readonly whose: string,
  ) {}

  has(txId: string, plaintext: Uint8Array, state: StateReader): boolean {
    return state.get(this.space.key(txId, plaintext)) !== undefined;
  }

  /** `plaintext`: bytes of a TxPvtReadWriteSet. Writes nothing for what is there, or stands in a block already. Throws `rwset-malformed`, `limit-reached`. */
  put(txId: string, plaintext: Uint8Array, state: StateReader): readonly StateWrite[] {
    decodePrivateRwset(plaintext);
    if (this.has(txId, plaintext, state) || findTransaction(state, txId) !== undefined) return [];
    const { space, whose } = this;
    const { eachMax, makeRoomAfterBlocks } = this.bounds;
    if (state.range({ ...space.range(txId), limit: eachMax }).length >= eachMax) {
      throw new FabricStateError('limit-reached', `private data ${whose} of transaction ${txId} are kept ${eachMax} times, each other ones: none more are`);
    }
    const height = readHead(state).number;
    const drops = new Drops(space, state);
    if (!this.#fits(drops.left, plaintext)) drops.olderThan(height - makeRoomAfterBlocks);
    if (!this.#fits(drops.left, plaintext)) {
      throw new FabricStateError('limit-reached', `private data ${whose} of ${drops.left.count} transactions that no block has brought yet are kept here: there is no room for more before some of them are ordered`);
    }
    const { count, bytes } = drops.left;
    const key = space.key(txId, plaintext);
    return drops.writes({ count: count + 1, bytes: bytes + plaintext.length }, [
      { key, value: Buffer.concat([new ByteWriter(HEIGHT_BYTES).u48(height).finish(), plaintext]) },
      { key: space.atKey(height, key), value: Uint8Array.of(1) },
    ]);
  }

  /** All that is kept for a transaction. */
  list(txId: string, state: StateReader): readonly Uint8Array[] {
    return state.range({ ...this.space.range(txId), limit: this.bounds.eachMax }).map(({ value }) => value.subarray(HEIGHT_BYTES));
  }

  /** What leaves with a block: that of its transactions, whatever became of them, and what is too old. */
  clear(block: number, txIds: readonly string[], state: StateReader): readonly StateWrite[] {
    // Most blocks: nothing is kept.
    if (readTotal(this.space, state).count === 0) return [];
    const drops = new Drops(this.space, state);
    for (const txId of txIds) for (const entry of state.range({ ...this.space.range(txId), limit: this.bounds.eachMax })) drops.add(entry.key, entry.value);
    drops.olderThan(block - RETENTION_BLOCKS);
    return drops.writes(drops.left, []);
  }

  #fits({ count, bytes }: Total, plaintext: Uint8Array): boolean {
    return count < this.bounds.countMax && bytes + plaintext.length <= this.bounds.bytesMax;
  }
}

/** Put there by this peer's simulations: before their endorsement is answered, so that whoever can order the transaction has an endorser with its private data. */
export const aside = new PlaintextStore(plaintextSpaces.aside, asideBounds, 'that were simulated here');
/** Given by endorsers elsewhere, until the block comes that says whether they are the promised ones. */
export const received = new PlaintextStore(plaintextSpaces.received, receivedBounds, 'that other peers gave');

/** Entries that go, each once, and what is left then. */
class Drops {
  readonly #gone = new Map<string, StateWrite>();
  left: Total;

  constructor(
    readonly space: PlaintextSpace,
    readonly state: StateReader,
  ) {
    this.left = readTotal(space, state);
  }

  add(key: Uint8Array, value: Uint8Array): void {
    const name = Buffer.from(key).toString('latin1');
    if (this.#gone.has(name)) return;
    const at = this.space.atKey(Buffer.from(value).readUIntBE(0, HEIGHT_BYTES), key);
    this.#gone.set(name, { key });
    this.#gone.set(Buffer.from(at).toString('latin1'), { key: at });
    this.left = { count: this.left.count - 1, bytes: this.left.bytes - (value.length - HEIGHT_BYTES) };
  }

  olderThan(block: number): void {
    if (block <= 0) return;
    for (const { key: at } of this.state.range({ ...this.space.before(block), limit: PURGED_MAX })) {
      const key = at.subarray(AT_PREFIX_BYTES);
      const value = this.state.get(key);
      if (value !== undefined) this.add(key, value);
    }
  }

  /** Sorted by key; nothing when nothing changes. */
  writes({ count, bytes }: Total, more: readonly StateWrite[]): readonly StateWrite[] {
    if (this.#gone.size + more.length === 0) return [];
    const total = { key: this.space.totalKey, value: new ByteWriter(12).u48(count).u48(bytes).finish() };
    return [...this.#gone.values(), ...more, total].sort((a, b) => Buffer.compare(a.key, b.key));
  }
}

function readTotal({ totalKey }: PlaintextSpace, state: StateReader): Total {
  const value = state.get(totalKey);
  if (value === undefined) return { count: 0, bytes: 0 };
  const read = Buffer.from(value);
  return { count: read.readUIntBE(0, 6), bytes: read.readUIntBE(6, 6) };
}
