import { assert } from '@/lib/platform/pure/assert';
import type { LedgerError } from '../../core/errors';
import type { ChainStorage, Notes, StateReader, StateSnapshot, StateWrite } from '../../core/storage';
import { NOTE_BYTES_MAX } from '../../core/storage';
import type { ChainId, Height } from '../../core/types';
import { ChainState, toOverlay, type PinnedState } from '../chain-state';
import type { Overlay } from '../merge-range';
import { frameBytes, FrameKind, type Frame, type FrameLocation } from './frame';
import type { IndexPort } from './index-port';
import { allOfChain, blockKey, type ChainRecord, decodeLocation, nameOfNote, noteKey, stateOfChain } from './index-keys';
import { noteDigest, NOTES_MAX } from './note-digest';
import { OverlayState } from './overlay-state';
import { decodeNote, decodeWrites, encodeNote, encodeWrites } from './payloads';
import type { SegmentLog } from './segment-log';

/** What a chain asks of the directory it lives in. */
export interface DiskChainHome {
  readonly index: IndexPort;
  readonly log: () => SegmentLog;
  /** The chain has something for the next checkpoint. */
  readonly onDirty: (chain: DiskChain, bytes: number) => void;
  readonly onCommit: () => void;
  /** Lets the index catch up with the log. */
  readonly checkpoint: () => Promise<void>;
  readonly fullError: () => LedgerError;
  /** What a reader is told that found the index to be wrong. */
  readonly indexDamage: (what: string) => LedgerError;
}

/** What one chain contributes to a checkpoint. */
export interface ChainFlush {
  readonly record: ChainRecord;
  readonly state: Overlay;
  readonly blocks: ReadonlyMap<number, FrameLocation>;
  readonly notes: ReadonlyMap<string, Uint8Array | undefined>;
  /** Blocks above it have no place in the index yet. */
  readonly indexedHeight: number;
}

const NO_NOTES: Notes = new Map();

export class DiskChain implements ChainStorage {
  readonly chain: ChainId;
  readonly record: ChainRecord;
  readonly #home: DiskChainHome;
  readonly #durable: OverlayState;
  readonly #state: ChainState;
  /** Since the last checkpoint; the older ones are in the index. Two generations while a checkpoint runs. */
  #blocks = new Map<number, FrameLocation>();
  #flushingBlocks = new Map<number, FrameLocation>();
  #notes = new Map<string, Uint8Array | undefined>();
  #flushingNotes = new Map<string, Uint8Array | undefined>();
  #last: Promise<void> = Promise.resolve();
  #replayed: Frame | undefined;
  /** Blocks that are on their way back. */
  #fills = 0;
  #refused = false;
  /** Of the last checkpoint. */
  #indexedHeight: number;
  #inFlight = 0;
  /** What is wrong with its notes in the index. */
  readonly #notesFault: unknown;
  /** Called once, when the index has all of it. */
  onClean: (() => void) | undefined;

  constructor(record: ChainRecord, home: DiskChainHome) {
    this.chain = record.name;
    this.record = record;
    this.#indexedHeight = record.height;
    this.#home = home;
    const { index } = home;
    const pinIndex = (): PinnedState => {
      const pin = index.snapshot();
      return { ...stateOfChain(pin, record.number), release: () => pin.release() };
    };
    this.#durable = new OverlayState(stateOfChain(index, record.number), pinIndex);
    this.#state = new ChainState(record.name, record.height, this.#durable);
    this.#notesFault = this.#findNotesFault();
  }

  /** Looked for here, while no checkpoint of this chain can be under way, and told to whoever reads a note. */
  #findNotesFault(): unknown {
    // Just made: what lay under its number all the same would not have the checksum of its place.
    if (this.record.entries === 0) return undefined;
    try {
      const isWhole = noteDigest(this.#home.index, this.record.number) === this.record.noteDigest;
      return isWhole ? undefined : this.#home.indexDamage('Notes of a sub-chain are missing from the index, or there are too many');
    } catch (error) {
      return error;
    }
  }

  #checkNotes(): void {
    if (this.#notesFault !== undefined) throw this.#notesFault;
  }

  get height(): number {
    return this.#state.height;
  }

  get firstHeight(): number {
    return this.record.firstHeight;
  }

  get pendingHeight(): number {
    return this.#state.pendingHeight;
  }

  /** Bytes of state and notes that are not in the index yet, or that open readers may still ask for. */
  get memoryBytes(): number {
    let bytes = this.#state.memoryBytes;
    for (const notes of [this.#notes, this.#flushingNotes]) for (const [name, value] of notes) bytes += name.length + (value?.length ?? 0);
    return bytes;
  }

  get state(): StateReader {
    return this.#durable;
  }

  get pendingState(): StateReader {
    return this.#state.pending;
  }

  snapshot(): StateSnapshot {
    return this.#state.snapshot();
  }

  async pin(height: Height): Promise<StateSnapshot> {
    const view = this.#state.snapshot(height);
    try {
      // What the index has not yet is copied: it should be little.
      await this.#home.checkpoint();
      return this.#state.pin(height);
    } finally {
      view.release();
    }
  }

  block(height: Height): Uint8Array | undefined {
    if (height > this.height) return undefined;
    const location = this.locationOf(height);
    if (location === undefined && height < this.firstHeight) return undefined;
    if (location === undefined) throw this.#home.indexDamage(`Block ${height} of a sub-chain is not in the index`);
    const frame = this.#home.log().read(location);
    if (frame.kind !== FrameKind.block || frame.chain !== this.record.number || frame.sequence !== height) throw this.#home.indexDamage('The index names another block');
    return frame.payload;
  }

  commit(height: Height, block: Uint8Array, writes: readonly StateWrite[], notes: Notes = NO_NOTES): Promise<void> {
    if (this.#refused) return Promise.reject(this.#home.fullError());
    // What may throw comes first: then nothing of the block was taken.
    const payloads = [...notes].map(([name, value]) => checkedNote(name, value));
    this.#state.push(height, writes);
    this.#home.onCommit();
    const frames: Frame[] = [];
    if (height === 0) frames.push(this.#frame(FrameKind.chain, 0, Buffer.from(this.chain, 'utf8')));
    if (writes.length > 0) frames.push(this.#frame(FrameKind.writes, height, encodeWrites(writes)));
    // Before the block, which ends what belongs to it.
    for (const payload of payloads) frames.push(this.#frame(FrameKind.note, height, payload));
    frames.push(this.#frame(FrameKind.block, height, Buffer.from(block)));
    return this.#append(frames, (locations) => {
      this.#state.promote(height);
      for (const payload of payloads) this.#setNote(payload);
      const location = locations.at(-1);
      if (location !== undefined) this.#blocks.set(height, location);
      this.record.height = height;
    });
  }

  writeLocal(writes: readonly StateWrite[]): Promise<void> {
    if (this.#refused) return Promise.reject(this.#home.fullError());
    this.#state.pushLocal(writes);
    return this.#append([this.#frame(FrameKind.local, this.pendingHeight, encodeWrites(writes))], () => this.#state.promoteLocal());
  }

  fillBlock(height: Height, block: Uint8Array): Promise<void> {
    assert(height === this.#nextFill, `block ${height} of ${this.chain} is not the next below ${this.#nextFill + 1}`);
    const frame = this.#frame(FrameKind.block, height, Buffer.from(block));
    this.#fills += 1;
    const landed = ([location]: readonly FrameLocation[]): void => {
      this.#fills -= 1;
      if (location !== undefined) this.#placeFill(height, location);
    };
    // Nothing builds on it: the chain itself goes on.
    return this.#append([frame], landed, () => (this.#fills -= 1));
  }

  /** Height of the next block that is put back. */
  get #nextFill(): number {
    return this.firstHeight - this.#fills - 1;
  }

  restart(): void {
    this.#refused = false;
  }

  /** Where the block's frame lies. */
  locationOf(height: number): FrameLocation | undefined {
    return this.#blocks.get(height) ?? this.#flushingBlocks.get(height) ?? this.#indexedLocation(height);
  }

  rewriteBlock(height: Height, block: Uint8Array): Promise<void> {
    assert(height <= this.height, `block ${height} of ${this.chain} is rewritten, but it is not there`);
    return this.#append([this.#frame(FrameKind.block, height, Buffer.from(block))], ([location]) => {
      if (location !== undefined) this.#blocks.set(height, location);
    });
  }

  note(name: string): Uint8Array | undefined {
    this.#checkNotes();
    if (this.#notes.has(name)) return this.#notes.get(name);
    if (this.#flushingNotes.has(name)) return this.#flushingNotes.get(name);
    return this.#home.index.get(noteKey(this.record.number, name));
  }

  notes(): ReadonlyMap<string, Uint8Array> {
    this.#checkNotes();
    const all = new Map<string, Uint8Array>();
    for (const { key, value } of this.#home.index.range({ ...allOfChain('note', this.record.number), limit: NOTES_MAX })) all.set(nameOfNote(key), value);
    for (const notes of [this.#flushingNotes, this.#notes]) {
      for (const [name, value] of notes) {
        if (value === undefined) all.delete(name);
        else all.set(name, value);
      }
    }
    return all;
  }

  setNote(name: string, value: Uint8Array | undefined): Promise<void> {
    return this.setNotes(new Map([[name, value]]));
  }

  setNotes(notes: Notes): Promise<void> {
    if (this.#refused) return Promise.reject(this.#home.fullError());
    assert(this.pendingHeight >= 0, 'a note needs a genesis block');
    const payloads = [...notes].map(([name, value]) => checkedNote(name, value));
    const frames = payloads.map((payload) => this.#frame(FrameKind.note, this.pendingHeight, payload));
    return this.#append(frames, () => {
      for (const payload of payloads) this.#setNote(payload);
    });
  }

  /** Applies a frame of this chain out of the log. Throws when it does not follow. */
  replay(frame: Frame, location: FrameLocation): void {
    this.#countReplayed(location);
    if (frame.kind === FrameKind.note) this.#setNote(frame.payload);
    if (this.record.isStaged) return this.#replayStaged(frame, location);
    if (frame.kind === FrameKind.writes) this.#replayed = frame;
    if (frame.kind === FrameKind.local) this.#replayLocal(frame.payload);
    if (frame.kind === FrameKind.block) this.#replayBlock(frame.sequence, location);
  }

  /** The same for a block whose bytes are damaged: state goes on without them, reading the block says where it is broken. */
  replayDamagedBlock(height: number, location: FrameLocation): void {
    this.#countReplayed(location);
    if (this.record.isStaged) this.#blocks.set(height, location);
    else this.#replayBlock(height, location);
  }

  /** Nothing of the chain is applied any more, from this frame on: a part of what its state is made of cannot be read. */
  markDamaged({ kind, sequence }: Pick<Frame, 'kind' | 'sequence'>, location: FrameLocation): void {
    this.#countReplayed(location);
    const { segment, offset, height } = this.record.damage ?? { ...location, height: -1 };
    // How far it was must be known: others that are behind must not take its place.
    this.record.damage = { segment, offset, height: kind === FrameKind.block ? Math.max(height, sequence) : height };
  }

  #countReplayed(location: FrameLocation): void {
    this.record.logBytes += location.sizeBytes;
    this.#home.onDirty(this, location.sizeBytes);
  }

  #replayBlock(height: number, location: FrameLocation): void {
    if (height === this.firstHeight - 1) return this.#placeFill(height, location);
    if (height > this.height) {
      assert(height === this.height + 1, `block ${height} of ${this.chain} follows ${this.height} in the log`);
      const writes = this.#replayed?.sequence === height ? decodeWrites(this.#replayed.payload) : [];
      this.#replayed = undefined;
      this.#state.push(height, writes);
      this.#state.promote(height);
      this.record.height = height;
    }
    this.#blocks.set(height, location);
  }

  #replayLocal(payload: Uint8Array): void {
    this.#state.pushLocal(decodeWrites(payload));
    this.#state.promoteLocal();
  }

  /** What is put into a chain that is being filled; at its end, its beginning as a chain. */
  #replayStaged({ kind, sequence, payload }: Frame, location: FrameLocation): void {
    if (kind === FrameKind.writes) this.#durable.apply(toOverlay(decodeWrites(payload)));
    if (kind === FrameKind.block) this.#blocks.set(sequence, location);
    if (kind !== FrameKind.install) return;
    this.record.height = sequence;
    let firstHeight = sequence;
    while (firstHeight > 0 && this.locationOf(firstHeight - 1) !== undefined) firstHeight -= 1;
    this.record.firstHeight = firstHeight;
    this.record.isStaged = false;
    this.#state.begin(sequence);
  }

  #placeFill(height: number, location: FrameLocation): void {
    assert(height === this.firstHeight - 1, `block ${height} of ${this.chain} fills the place below ${this.firstHeight}`);
    this.#blocks.set(height, location);
    // Genesis is always here.
    this.record.firstHeight = height === 1 ? 0 : height;
  }

  beginFlush(): ChainFlush {
    this.#flushingBlocks = this.#blocks;
    this.#blocks = new Map();
    this.#flushingNotes = this.#notes;
    this.#notes = new Map();
    return { record: { ...this.record }, state: this.#durable.beginFlush(), blocks: this.#flushingBlocks, notes: this.#flushingNotes, indexedHeight: this.#indexedHeight };
  }

  /** The index holds what `beginFlush` handed over; `record` is what it says of the chain. */
  endFlush({ height, stateBytes, entries, digest, noteDigest }: ChainRecord): void {
    this.#durable.endFlush();
    this.#flushingBlocks = new Map();
    this.#flushingNotes = new Map();
    this.#indexedHeight = height;
    Object.assign(this.record, { stateBytes, entries, digest, noteDigest });
    if (!this.isClean) return;
    this.onClean?.();
    this.onClean = undefined;
  }

  /** Something is on its way to the disk, or somebody looks at its state. */
  get isBusy(): boolean {
    return this.#inFlight > 0 || this.#state.isBusy;
  }

  /** The index has all of it: opened again, it is the same. */
  get isClean(): boolean {
    return this.#blocks.size + this.#flushingBlocks.size + this.#notes.size + this.#flushingNotes.size === 0 && this.#durable.isClean;
  }

  /** Its place in the index is not its own any more: who still looks at its state is told so. */
  end(): void {
    this.#state.end();
  }

  /** Waits until everything handed over is durable or has failed: who committed hears of a failure through their own promise. */
  settled(): Promise<void> {
    return this.#last;
  }

  #frame(kind: Frame['kind'], sequence: number, payload: Uint8Array): Frame {
    return { kind, chain: this.record.number, sequence, payload };
  }

  #append(frames: readonly Frame[], onDurable: (locations: readonly FrameLocation[]) => void, onRefused: () => void = () => this.#onRefused()): Promise<void> {
    const bytes = frames.reduce((sum, frame) => sum + frameBytes(frame), 0);
    const appended = this.#home.log().append(frames, (locations) => {
      this.record.logBytes += bytes;
      onDurable(locations);
      this.#home.onDirty(this, bytes);
    }, onRefused);
    this.#inFlight += 1;
    const landed = (): void => void (this.#inFlight -= 1);
    this.#last = appended.then(landed, landed);
    return appended;
  }

  /** Whoever writes still builds on it, until they hear of it. */
  #onRefused(): void {
    this.#state.dropPending();
    this.#refused = true;
  }

  #setNote(payload: Uint8Array): void {
    const { name, value } = decodeNote(payload);
    this.#notes.set(name, value);
  }

  #indexedLocation(height: number): FrameLocation | undefined {
    const bytes = this.#home.index.get(blockKey(this.record.number, height));
    return bytes === undefined ? undefined : decodeLocation(bytes);
  }
}

/** A note's payload. Throws (a broken invariant) when it is too large. */
export function checkedNote(name: string, value: Uint8Array | undefined): Uint8Array {
  assert((value?.length ?? 0) <= NOTE_BYTES_MAX, `a note has at most ${NOTE_BYTES_MAX} bytes`);
  return encodeNote(name, value);
}
