import { assert } from '@/lib/platform/pure/assert';
import { isLedgerError } from '../../core/errors';
import type { ChainStorage, Notes, StagedChain, StateEntry } from '../../core/storage';
import type { ChainId, Height } from '../../core/types';
import { toOverlay } from '../chain-state';
import { checkedNote, type DiskChain } from './disk-chain';
import { FrameKind, type Frame, type FrameLocation } from './frame';
import { encodeWrites } from './payloads';
import type { SegmentLog } from './segment-log';

/** What a stage asks of the directory it lives in. */
export interface DiskStageHome {
  readonly log: () => SegmentLog;
  /** Waits until nothing of the live chain of the name is under way. */
  readonly settleLive: () => Promise<void>;
  /** A frame of the stage is durable. */
  readonly onFrame: (frame: Frame, location: FrameLocation) => void;
  /** It is gone; bytes of its tombstone in the log, 0 when there was no room for one: a start then finds it out. */
  readonly onDiscarded: (tombstoneBytes: number) => void;
}

/** A chain that is filled aside: its frames lie in the log under a number of their own until one frame gives it its name. */
export class DiskStage implements StagedChain {
  readonly #filled: DiskChain;
  readonly #home: DiskStageHome;
  readonly #heights = new Set<number>();
  #isOver = false;

  constructor(filled: DiskChain, home: DiskStageHome) {
    this.#filled = filled;
    this.#home = home;
  }

  get chain(): ChainId {
    return this.#filled.chain;
  }

  /** Its first frame. */
  begin(): Promise<void> {
    return this.#append([this.#frame(FrameKind.stage, 0, Buffer.from(this.chain, 'utf8'))]);
  }

  async putState(entries: readonly StateEntry[]): Promise<void> {
    // First, for it throws when they are not canonical.
    toOverlay(entries);
    await this.#append([this.#frame(FrameKind.writes, 0, encodeWrites(entries))]);
  }

  async putBlock(height: Height, block: Uint8Array): Promise<void> {
    await this.#append([this.#frame(FrameKind.block, height, Buffer.from(block))]);
    this.#heights.add(height);
  }

  async install({ height, notes }: { readonly height: Height; readonly notes: Notes }): Promise<ChainStorage> {
    assert(this.#heights.has(0) && this.#heights.has(height), `the blocks 0 and ${height} of ${this.chain} were put`);
    const noted = [...notes].map(([name, value]) => this.#frame(FrameKind.note, height, checkedNote(name, value)));
    await this.#home.settleLive();
    const installed = this.#append([...noted, this.#frame(FrameKind.install, height, new Uint8Array(0))]);
    this.#isOver = true;
    await installed;
    return this.#filled;
  }

  async discard(): Promise<void> {
    if (this.#isOver) return;
    const tombstone = this.#frame(FrameKind.removed, 0, new Uint8Array(0));
    this.#isOver = true;
    let bytes = 0;
    try {
      await this.#home.log().append([tombstone], ([location]) => {
        bytes = location?.sizeBytes ?? 0;
      });
    } catch (error) {
      if (!isLedgerError(error, 'storage-full')) throw error;
    }
    this.#home.onDiscarded(bytes);
  }

  #append(frames: readonly Frame[]): Promise<void> {
    assert(!this.#isOver, `what was staged of ${this.chain} is installed or gone`);
    return this.#home.log().append(frames, (locations) => {
      frames.forEach((frame, at) => {
        const location = locations[at];
        if (location !== undefined) this.#home.onFrame(frame, location);
      });
    });
  }

  #frame(kind: Frame['kind'], sequence: number, payload: Uint8Array): Frame {
    return { kind, chain: this.#filled.record.number, sequence, payload };
  }
}
