import { assert } from '@/lib/platform/pure/assert';
import { LedgerError } from '../core/errors';
import { STATE_KEY_BYTES_MAX, type StateEntry, type StateRange, type StateReader, type StateSnapshot, type StateWrite } from '../core/storage';
import type { ChainId } from '../core/types';
import { mergeRange, type Overlay } from './merge-range';
import { keyName, SortedMap } from './sorted-map';

/** State that is durable, wherever it lies; takes whole write sets. */
export interface DurableState extends StateReader {
  /** Bytes of keys and values that it holds in memory. */
  readonly memoryBytes: number;
  apply(writes: Overlay): void;
  /** The state as of now, which stands still until it is released. */
  pin(): PinnedState;
}

export interface PinnedState extends StateReader {
  release(): void;
}

interface Layer {
  /** Of the block, or the last before changes between two blocks. */
  readonly height: number;
  readonly isLocal: boolean;
  readonly values: Overlay;
  /** Of keys and values. */
  readonly bytes: number;
}

/** How much is remembered of what changed under the readers of one chain. */
export interface UndoLimits {
  /** Blocks; changes between two of them count as one where nobody began to look in between. */
  readonly layersMax: number;
  readonly entriesMax: number;
  /** Of keys and values. */
  readonly bytesMax: number;
}

/** A reader that falls further behind than this loses its view (`view-too-old`) rather than the host its memory. */
export const UNDO_LIMITS: UndoLimits = { layersMax: 512, entriesMax: 200_000, bytesMax: 64 * 1024 * 1024 };

/** What a layer replaced, and those after it up to the next view or block. Layers are counted, for between two blocks the state may change, too. */
interface UndoLayer extends Layer {
  readonly count: number;
  bytes: number;
}

/** What a snapshot looks at: the state after so many layers. */
interface View {
  readonly height: number;
  readonly count: number;
}

/**
 * One chain's state in time: blocks that are not durable yet lie as layers over the durable state, and while someone
 * holds a snapshot, each block that becomes durable leaves behind what it replaced.
 */
export class ChainState {
  readonly #durable: DurableState;
  readonly #chain: ChainId;
  /** Handed to commit, not durable yet; oldest first. */
  readonly #pending: Layer[] = [];
  /** What each durable block replaced; oldest first, without gaps. Empty while nobody holds a snapshot. */
  readonly #undo: UndoLayer[] = [];
  #undoEntries = 0;
  #undoBytes = 0;
  #pendingBytes = 0;
  readonly #limits: UndoLimits;
  readonly #snapshots = new Set<View>();
  #height: number;
  #pendingBlocks = 0;
  /** Layers that became durable since it was opened. */
  #count = 0;
  #isEnded = false;
  readonly pending: StateReader;

  constructor(chain: ChainId, height: number, durable: DurableState, limits = UNDO_LIMITS) {
    this.#limits = limits;
    this.#chain = chain;
    this.#height = height;
    this.#durable = durable;
    this.pending = {
      get: (key) => this.#getPending(key),
      range: (range) => this.#pendingRange(range),
    };
  }

  get height(): number {
    return this.#height;
  }

  get pendingHeight(): number {
    return this.#height + this.#pendingBlocks;
  }

  /** Bytes of keys and values in memory: of layers, of what readers may still ask for, and of the durable state's own. */
  get memoryBytes(): number {
    return this.#pendingBytes + this.#undoBytes + this.#durable.memoryBytes;
  }

  /** Blocks are not durable yet, or a snapshot is held. */
  get isBusy(): boolean {
    return this.#pending.length > 0 || this.#snapshots.size > 0;
  }

  get durable(): StateReader {
    return this.#durable;
  }

  /** Puts the next block's writes on top. Throws (a broken invariant) when they are not canonical. */
  push(height: number, writes: readonly StateWrite[]): void {
    assert(height === this.pendingHeight + 1, `block ${height} of ${this.#chain} does not follow ${this.pendingHeight}`);
    this.#put(height, false, writes);
    this.#pendingBlocks += 1;
  }

  /** Puts changes between two blocks on top. */
  pushLocal(writes: readonly StateWrite[]): void {
    assert(this.pendingHeight >= 0, `${this.#chain} has a first block`);
    this.#put(this.pendingHeight, true, writes);
  }

  /** The oldest pending block is durable now. Throws (a broken invariant) when it is another one, and applies nothing then. */
  promote(height: number): void {
    const [layer] = this.#pending;
    assert(layer?.isLocal === false && layer.height === height, `block ${height} of ${this.#chain} is not the next to be durable`);
    this.#apply(layer);
    this.#pendingBlocks -= 1;
    this.#height = height;
  }

  /** The same for changes between two blocks. */
  promoteLocal(): void {
    const [layer] = this.#pending;
    assert(layer?.isLocal === true, `a block of ${this.#chain} is the next to be durable`);
    this.#apply(layer);
  }

  #put(height: number, isLocal: boolean, writes: readonly StateWrite[]): void {
    let bytes = 0;
    for (const { key, value } of writes) bytes += key.length + (value?.length ?? 0);
    this.#pending.push({ height, isLocal, values: toOverlay(writes), bytes });
    this.#pendingBytes += bytes;
  }

  /** @param oldest of those that are pending */
  #apply(oldest: Layer): void {
    this.#pending.shift();
    this.#pendingBytes -= oldest.bytes;
    this.#count += 1;
    if (this.#snapshots.size > 0) this.#remember(oldest);
    this.#durable.apply(oldest.values);
  }

  /** Nothing of what is not durable will be. */
  dropPending(): void {
    for (const { bytes } of this.#pending.splice(0)) this.#pendingBytes -= bytes;
    this.#pendingBlocks = 0;
  }

  /** A chain that was filled aside begins at that height. */
  begin(height: number): void {
    assert(this.#height === -1 && this.#pending.length === 0, `${this.#chain} begins once`);
    this.#height = height;
  }

  /** At the durable height, or at an earlier one that a snapshot reaches back to. Error `view-too-old`. */
  snapshot(at = this.#height): StateSnapshot {
    const view = this.#viewAt(at);
    this.#snapshots.add(view);
    const release = (): void => {
      if (this.#snapshots.delete(view)) this.#forgetUndo();
    };
    try {
      this.#layersSince(view);
    } catch (error) {
      release();
      throw error;
    }
    return { height: view.height, ...this.#readerAt(view), release };
  }

  /**
   * The state at a height that a snapshot reaches back to, apart from this chain's further life: it stays as it is
   * until it is released. Error `view-too-old`.
   */
  pin(at: number): StateSnapshot {
    const view = this.#viewAt(at);
    this.#snapshots.add(view);
    try {
      const layers = this.#layersSince(view);
      const base = this.#durable.pin();
      const before: Overlay = new SortedMap();
      // The oldest block after the height that replaced a key says what stood there.
      for (const { values } of layers.toReversed()) for (const [name, value] of values.entries()) before.set(name, value);
      return { height: at, ...overlaid(base, before), release: () => base.release() };
    } finally {
      this.#snapshots.delete(view);
      this.#forgetUndo();
    }
  }

  /** What snapshots look at is about to go: they are too old from now on. */
  end(): void {
    this.#isEnded = true;
  }

  /** The state as the next block found it. Error `view-too-old`. */
  #viewAt(height: number): View {
    if (height === this.#height) return { height, count: this.#count };
    const next = this.#undo.find((layer) => !layer.isLocal && layer.height === height + 1);
    if (next === undefined) throw this.#tooOld(height);
    return { height, count: next.count - 1 };
  }

  #layersSince(view: View): readonly Layer[] {
    assert(this.#snapshots.has(view), 'a snapshot was read after its release');
    if (view.count === this.#count && !this.#isEnded) return [];
    const first = this.#isEnded ? -1 : this.#undo.findIndex((layer) => layer.count === view.count + 1);
    if (first < 0) throw this.#tooOld(view.height);
    return this.#undo.slice(first);
  }

  #tooOld(height: number): LedgerError<'view-too-old'> {
    return new LedgerError('view-too-old', { chain: this.#chain }, `The view of ${this.#chain} at height ${height} is too old; read again.`);
  }

  #getPending(key: Uint8Array): Uint8Array | undefined {
    if (this.#pending.length > 0) {
      const name = keyName(key);
      for (let at = this.#pending.length - 1; at >= 0; at -= 1) {
        const values = this.#pending[at]?.values;
        if (values?.has(name) === true) return values.get(name);
      }
    }
    return this.#durable.get(key);
  }

  #pendingRange(range: StateRange): readonly StateEntry[] {
    const reader = this.#pending.reduce<StateReader>((base, layer) => overlaid(base, layer.values), this.#durable);
    return reader.range(range);
  }

  #readerAt(view: View): StateReader {
    const layersSince = (): readonly Layer[] => this.#layersSince(view);
    return {
      get: (key) => {
        const name = keyName(key);
        // The oldest block after the view that replaced the key says what stood there before.
        const layer = layersSince().find(({ values }) => values.has(name));
        return layer === undefined ? this.#durable.get(key) : layer.values.get(name);
      },
      range: (range) => layersSince().reduceRight<StateReader>((base, layer) => overlaid(base, layer.values), this.#durable).range(range),
    };
  }

  #remember(layer: Layer): void {
    const last = this.#undo.at(-1);
    // Changes between two blocks may be many: where nobody looks in between, they are remembered as one with what was before.
    const isJoined = layer.isLocal && last !== undefined && ![...this.#snapshots].some((view) => view.count >= last.count);
    const undone = isJoined ? last : { ...layer, count: this.#count, values: new SortedMap<Uint8Array | undefined>(), bytes: 0 };
    if (!isJoined) this.#undo.push(undone);
    for (const [name] of layer.values.entries()) {
      if (undone.values.has(name)) continue;
      const before = this.#durable.get(Buffer.from(name, 'latin1'));
      undone.values.set(name, before);
      const bytes = name.length + (before?.length ?? 0);
      undone.bytes += bytes;
      this.#undoBytes += bytes;
      this.#undoEntries += 1;
      this.#boundUndo();
      // Alone it is too much: those who looked at what was before it are too old, and nobody needs the rest of it.
      if (this.#undo.length === 0) return;
    }
    this.#boundUndo();
  }

  #boundUndo(): void {
    const { layersMax, entriesMax, bytesMax } = this.#limits;
    while (this.#undo.length > layersMax || this.#undoEntries > entriesMax || this.#undoBytes > bytesMax) this.#dropOldestUndo();
  }

  #forgetUndo(): void {
    const oldest = Math.min(...[...this.#snapshots].map((view) => view.count));
    while (this.#undo[0] !== undefined && this.#undo[0].count <= oldest) this.#dropOldestUndo();
  }

  #dropOldestUndo(): void {
    const oldest = this.#undo.shift();
    this.#undoEntries -= oldest?.values.size ?? 0;
    this.#undoBytes -= oldest?.bytes ?? 0;
  }
}

/** Write set as an overlay. Throws (a broken invariant) unless keys ascend, fit, and values are not empty. */
export function toOverlay(writes: readonly StateWrite[]): Overlay {
  const overlay: Overlay = new SortedMap();
  let last: string | undefined;
  for (const { key, value } of writes) {
    assert(key.length >= 1 && key.length <= STATE_KEY_BYTES_MAX, `a state key has 1 to ${STATE_KEY_BYTES_MAX} bytes, not ${key.length}`);
    assert(value === undefined || value.length > 0, 'a state value is never empty');
    const name = keyName(key);
    assert(last === undefined || last < name, 'the writes of a block are sorted by key, each key once');
    last = name;
    // A copy: the caller's buffer may be reused, ours lives as long as the state.
    overlay.set(name, value === undefined ? undefined : Buffer.from(value));
  }
  return overlay;
}

/** A state under an overlay. */
export function overlaid(base: StateReader, overlay: Overlay): StateReader {
  return {
    get: (key) => {
      const name = keyName(key);
      return overlay.has(name) ? overlay.get(name) : base.get(key);
    },
    range: (range) => mergeRange(base, overlay, range),
  };
}
