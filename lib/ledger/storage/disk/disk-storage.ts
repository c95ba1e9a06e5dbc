import { assert } from '@/lib/platform/pure/assert';
import { LedgerError } from '../../core/errors';
import type { MachinePorts } from '../../core/ports';
import type { ChainStorage, LedgerStorage, StagedChain, StorageStats } from '../../core/storage';
import { chainId, type ChainId } from '../../core/types';
import { Checkpointer } from './checkpointer';
import { corrupt } from './corrupt';
import { DiskChain, type DiskChainHome } from './disk-chain';
import { DiskStage } from './disk-stage';
import type { FilePort } from './file-port';
import { frameBytes, FrameKind, type Frame, type FrameLocation } from './frame';
import { allOf, chainOfKey, decodeChainRecord, decodePosition, positionKey, type ChainRecord } from './index-keys';
import type { IndexPort } from './index-port';
import { segmentName } from './segment';
import { SegmentLog } from './segment-log';

export interface DiskStorageOptions {
  readonly directory: string;
  readonly files: FilePort;
  /** Opened by whoever calls; closed by the storage. */
  readonly index: IndexPort;
  /** Released last. */
  readonly lock: { release(): Promise<void> };
  readonly newSalt: () => Uint8Array;
  readonly schedule: MachinePorts['schedule'];
  readonly yieldTurn: MachinePorts['yieldTurn'];
  readonly logger: MachinePorts['logger'];
  readonly segmentBytesMax?: number;
  readonly checkpointDelayMs?: number;
}

const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;
const CHECKPOINT_DELAY_MS = 1_000;
const CHAINS_MAX = 1_000_000;

/**
 * Storage on disk: blocks and write sets in the log, one sync per group of commits of all chains; blocks' places and
 * state in the index, which follows by checkpoints and is rolled forward from the log when the directory is opened.
 * Errors: `storage-corrupt`, `storage-format`.
 */
export async function openDiskStorage(options: DiskStorageOptions): Promise<LedgerStorage> {
  const storage = new DiskStorage(options);
  try {
    await storage.recover();
  } catch (error) {
    await options.index.close();
    await options.lock.release();
    throw error;
  }
  return storage;
}

class DiskStorage implements LedgerStorage {
  readonly #options: DiskStorageOptions;
  /** Every chain that exists here; an idle one is this record alone. */
  readonly #records = new Map<ChainId, ChainRecord>();
  readonly #names = new Map<number, ChainId>();
  readonly #open = new Map<ChainId, DiskChain>();
  /** Chains that are being filled, by their numbers. */
  readonly #staged = new Map<number, DiskChain>();
  readonly #home: DiskChainHome;
  readonly #checkpoints: Checkpointer;
  #log: SegmentLog | undefined;
  #nextChain = 1;
  #commits = 0;
  #deadBytes = 0;
  #isClosed = false;

  constructor(options: DiskStorageOptions) {
    this.#options = options;
    this.#checkpoints = new Checkpointer({
      index: options.index,
      schedule: options.schedule,
      logger: options.logger,
      delayMs: options.checkpointDelayMs ?? CHECKPOINT_DELAY_MS,
      position: () => ({ ...this.#requireLog().position, nextChain: this.#nextChain, deadBytes: this.#deadBytes }),
      onFailure: (cause) => this.#requireLog().fail(cause),
    });
    this.#home = {
      index: options.index,
      log: () => this.#requireLog(),
      onDirty: (chain, bytes) => this.#checkpoints.add(chain, bytes),
      onCommit: () => {
        this.#checkOpen();
        this.#commits += 1;
      },
      checkpoint: () => this.#checkpoints.run(),
    };
  }

  /** Reads the index, then what the log holds beyond it. */
  async recover(): Promise<void> {
    const { files, directory, index, newSalt, segmentBytesMax = SEGMENT_BYTES_MAX } = this.#options;
    const bytes = index.get(positionKey);
    const from = bytes === undefined ? undefined : decodePosition(bytes);
    if (bytes !== undefined && from === undefined) {
      throw new LedgerError('storage-format', { file: `${directory}/index` }, `The index of ${directory} is of a format this program does not read. Use the program that wrote it.`);
    }
    this.#nextChain = from?.nextChain ?? 1;
    this.#deadBytes = from?.deadBytes ?? 0;
    for (const { key, value } of index.range({ ...allOf('chain'), limit: CHAINS_MAX })) {
      const record = decodeChainRecord(chainOfKey(key), value);
      if (record.isStaged) this.#staged.set(record.number, new DiskChain(record, this.#home));
      else this.#remember(record);
    }
    this.#log = await SegmentLog.open({
      files,
      directory,
      segmentBytesMax,
      newSalt,
      ...(from === undefined ? {} : { from }),
      onFrame: (frame, location) => this.#replay(frame, location),
      beforeGroup: () => this.#checkpoints.relieve(),
    });
    // Whoever filled them is gone.
    for (const stage of this.#staged.values()) this.#buryStage(stage, 0);
    await this.#checkpoints.sweepLeftovers();
  }

  chains(): readonly ChainId[] {
    return [...this.#records.values()].filter((record) => record.height >= 0).map((record) => record.name);
  }

  open(chain: ChainId): ChainStorage | undefined {
    const opened = this.#open.get(chain);
    if (opened !== undefined) return opened.pendingHeight >= 0 ? opened : undefined;
    const record = this.#records.get(chain);
    return record === undefined ? undefined : this.#openRecord(record);
  }

  create(chain: ChainId): ChainStorage {
    this.#checkOpen();
    const record = this.#records.get(chain) ?? { number: this.#nextChain++, name: chain, height: -1, firstHeight: 0, isStaged: false, logBytes: 0, stateBytes: 0 };
    this.#remember(record);
    return this.#open.get(chain) ?? this.#openRecord(record);
  }

  async stage(chain: ChainId): Promise<StagedChain> {
    this.#checkOpen();
    assert(![...this.#staged.values()].some((stage) => stage.chain === chain), `${chain} is being filled already`);
    const filled = this.#newStage(this.#nextChain++, chain);
    const stage = new DiskStage(filled, {
      log: () => this.#requireLog(),
      settleLive: async () => this.#open.get(chain)?.settled(),
      onFrame: (frame, location) => this.#replayStaged(filled, frame, location),
      onDiscarded: ({ sizeBytes }) => this.#buryStage(filled, sizeBytes),
    });
    await stage.begin();
    return stage;
  }

  async remove(chain: ChainId): Promise<void> {
    this.#checkOpen();
    const opened = this.#open.get(chain);
    await opened?.settled();
    const record = this.#records.get(chain);
    if (record === undefined) return;
    if (record.height < 0) {
      this.#forget(record);
      return;
    }
    const tombstone: Frame = { kind: FrameKind.removed, chain: record.number, sequence: record.height, payload: new Uint8Array(0) };
    await this.#requireLog().append([tombstone], () => this.#bury(record, frameBytes(tombstone)));
    await this.#checkpoints.run();
  }

  sizeBytes(chain: ChainId): number {
    const record = this.#records.get(chain);
    return record === undefined ? 0 : record.logBytes + record.stateBytes;
  }

  verify(): Promise<void> {
    return this.#requireLog().verify(this.#options.yieldTurn);
  }

  stats(): StorageStats {
    const { syncs, bytesWritten, diskBytes } = this.#requireLog();
    return { syncs, commits: this.#commits, bytesWritten, diskBytes, deadBytes: this.#deadBytes };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#requireLog().close();
    await this.#checkpoints.run();
    await this.#options.index.close();
    await this.#options.lock.release();
  }

  #replay(frame: Frame, location: FrameLocation): void {
    if (frame.kind === FrameKind.chain) {
      const name = chainId(Buffer.from(frame.payload).toString('utf8'));
      this.#nextChain = Math.max(this.#nextChain, frame.chain + 1);
      this.#remember({ number: frame.chain, name, height: -1, firstHeight: 0, isStaged: false, logBytes: 0, stateBytes: 0 });
    }
    if (frame.kind === FrameKind.stage) {
      this.#nextChain = Math.max(this.#nextChain, frame.chain + 1);
      this.#newStage(frame.chain, chainId(Buffer.from(frame.payload).toString('utf8')));
    }
    const stage = this.#staged.get(frame.chain);
    if (stage !== undefined) return frame.kind === FrameKind.removed ? this.#buryStage(stage, location.sizeBytes) : this.#replayStaged(stage, frame, location);
    const name = this.#names.get(frame.chain);
    const record = name === undefined ? undefined : this.#records.get(name);
    if (record === undefined) {
      throw corrupt(`${this.#options.directory}/${segmentName(location.segment)}`, location.offset, 'A frame belongs to a sub-chain that was never made');
    }
    if (frame.kind === FrameKind.removed) this.#bury(record, location.sizeBytes);
    else (this.#open.get(record.name) ?? this.#openRecord(record)).replay(frame, location);
  }

  #openRecord(record: ChainRecord): DiskChain {
    const opened = new DiskChain(record, this.#home);
    this.#open.set(record.name, opened);
    return opened;
  }

  #remember(record: ChainRecord): void {
    this.#records.set(record.name, record);
    this.#names.set(record.number, record.name);
  }

  #forget(record: ChainRecord): void {
    this.#records.delete(record.name);
    this.#names.delete(record.number);
    this.#open.delete(record.name);
  }

  /** The tombstone is durable: what the chain has in the log is dead. */
  #bury(record: ChainRecord, tombstoneBytes: number): void {
    this.#deadBytes += record.logBytes + tombstoneBytes;
    this.#checkpoints.remove(record.number, this.#open.get(record.name));
    this.#forget(record);
  }

  #newStage(number: number, name: ChainId): DiskChain {
    const filled = new DiskChain({ number, name, height: -1, firstHeight: 0, isStaged: true, logBytes: 0, stateBytes: 0 }, this.#home);
    this.#staged.set(number, filled);
    return filled;
  }

  #replayStaged(stage: DiskChain, frame: Frame, location: FrameLocation): void {
    stage.replay(frame, location);
    if (frame.kind !== FrameKind.install) return;
    this.#staged.delete(stage.record.number);
    const before = this.#records.get(stage.chain);
    if (before !== undefined) this.#bury(before, 0);
    this.#remember(stage.record);
    this.#open.set(stage.chain, stage);
  }

  #buryStage(stage: DiskChain, tombstoneBytes: number): void {
    const { number, logBytes } = stage.record;
    this.#deadBytes += logBytes + tombstoneBytes;
    this.#checkpoints.remove(number, stage);
    this.#staged.delete(number);
  }

  #requireLog(): SegmentLog {
    assert(this.#log !== undefined, 'the log is open');
    return this.#log;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new LedgerError('closing', {}, 'The storage is closed.');
  }
}
