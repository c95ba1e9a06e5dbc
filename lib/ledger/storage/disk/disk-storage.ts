import { assert } from '@/lib/platform/pure/assert';
import { LedgerError } from '../../core/errors';
import type { MachinePorts } from '../../core/ports';
import type { ChainStorage, Damage, LedgerStorage, StagedChain, StorageStats } from '../../core/storage';
import { chainId, height, type ChainId, type Height } from '../../core/types';
import { corruptIndex } from './checked-index';
import { Checkpointer } from './checkpointer';
import { cleanUp } from './clean-up';
import { corrupt } from './corrupt';
import { DiskSpace } from './disk-space';
import { DiskChain, type DiskChainHome } from './disk-chain';
import { DiskStage } from './disk-stage';
import type { FilePort } from './file-port';
import { findDamage, type Concerned } from './find-damage';
import { frameBytes, FrameKind, type Frame, type FrameLocation } from './frame';
import type { FrameNote } from './group';
import { newRecord, type ChainRecord, type IndexPosition } from './index-keys';
import type { IndexHome, IndexPort } from './index-port';
import { EMPTY_SUM } from './index-sum';
import type { OpenedIndex } from './open-index';
import { TORN_EVENT, type LogPosition } from './scan-log';
import { segmentName } from './segment';
import { SegmentLog } from './segment-log';
import { verifyIndex } from './verify-index';

export interface DiskStorageOptions {
  readonly directory: string;
  readonly files: FilePort;
  readonly index: IndexHome;
  /** Released last. */
  readonly lock: { release(): Promise<void> };
  readonly newSalt: () => Uint8Array;
  readonly schedule: MachinePorts['schedule'];
  readonly yieldTurn: MachinePorts['yieldTurn'];
  readonly logger: MachinePorts['logger'];
  readonly segmentBytesMax?: number;
  /** Written ahead of the log's groups: see {@link SegmentLog}. */
  readonly roomBytes?: number;
  readonly checkpointDelayMs?: number;
}

const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;
const CHECKPOINT_DELAY_MS = 1_000;

/**
 * Storage on disk: blocks and write sets in the log, one sync per group of commits of all chains; blocks' places and
 * state in the index, which follows by checkpoints and is rolled forward from the log by {@link DiskStorage.recover}.
 */
export class DiskStorage implements LedgerStorage {
  readonly #options: DiskStorageOptions;
  /** Every chain that exists here; an idle one is this record alone. */
  readonly #records = new Map<ChainId, ChainRecord>();
  readonly #names = new Map<number, ChainId>();
  readonly #open = new Map<ChainId, DiskChain>();
  /** Chains that are being filled, by their numbers. */
  readonly #staged = new Map<number, DiskChain>();
  readonly #home: DiskChainHome;
  readonly #checkpoints: Checkpointer;
  readonly #index: IndexPort;
  readonly #space: DiskSpace;
  #log: SegmentLog | undefined;
  /** How far the log was read; while it is opened. */
  #replayed: LogPosition | undefined;
  #nextChain = 1;
  #commits = 0;
  #deadBytes = 0;
  #isClosed = false;

  constructor(options: DiskStorageOptions, { index, position, records }: OpenedIndex) {
    this.#options = options;
    this.#index = index;
    this.#nextChain = position?.nextChain ?? 1;
    this.#deadBytes = position?.deadBytes ?? 0;
    const { files, directory, schedule, logger } = options;
    this.#space = new DiskSpace({ freeBytes: () => files.freeBytes(directory), schedule, logger });
    this.#checkpoints = new Checkpointer({
      index,
      chains: position?.chains ?? EMPTY_SUM,
      schedule: options.schedule,
      logger: options.logger,
      delayMs: options.checkpointDelayMs ?? CHECKPOINT_DELAY_MS,
      position: () => ({ ...(this.#replayed ?? this.#requireLog().position), nextChain: this.#nextChain, deadBytes: this.#deadBytes }),
      onWritten: () => options.index.proven(),
      space: this.#space,
      // While the log is read there is none: whoever opens it is told.
      onFailure: (cause) => this.#log?.fail(cause),
    });
    this.#home = {
      index,
      log: () => this.#requireLog(),
      onDirty: (chain, bytes) => this.#checkpoints.add(chain, bytes),
      onCommit: () => {
        this.#checkOpen();
        this.#commits += 1;
      },
      checkpoint: () => this.#checkpoints.run(),
      fullError: () => this.#space.error(),
      indexDamage: (what) => {
        options.index.distrust();
        return corruptIndex(options.index.path, what);
      },
    };
    for (const record of records) {
      if (record.isStaged) this.#staged.set(record.number, new DiskChain(record, this.#home));
      else this.#remember(record);
    }
  }

  /** Reads what the log holds beyond the index. */
  async recover(from: IndexPosition | undefined): Promise<void> {
    const { files, directory, newSalt, segmentBytesMax = SEGMENT_BYTES_MAX, roomBytes } = this.#options;
    this.#log = await SegmentLog.open({
      files,
      directory,
      segmentBytesMax,
      ...(roomBytes === undefined ? {} : { roomBytes }),
      newSalt,
      ...(from === undefined ? {} : { from }),
      logger: this.#options.logger,
      reader: {
        onFrame: (frame, location) => this.#replay(frame, location),
        onDamage: (note, location) => this.#replayDamage(note, location),
        onTorn: (file, offset, bytes) => this.#options.logger.warn({ file, offset, bytes }, TORN_EVENT),
        onGroup: (position) => {
          this.#replayed = position;
          return this.#checkpoints.relieve();
        },
      },
      beforeGroup: () => this.#checkpoints.relieve(),
      space: this.#space,
    });
    this.#replayed = undefined;
    // Whoever filled them is gone.
    for (const stage of this.#staged.values()) this.#buryStage(stage, 0);
    // What was replayed is in use by nobody yet.
    for (const chain of this.#open.keys()) this.rest(chain);
    await this.#checkpoints.sweepLeftovers();
  }

  chains(): readonly ChainId[] {
    return [...this.#records.values()].filter(({ height, damage }) => height >= 0 || damage !== undefined).map(({ name }) => name);
  }

  open(chain: ChainId): ChainStorage | undefined {
    const record = this.#records.get(chain);
    if (record === undefined || record.damage !== undefined) return undefined;
    const opened = this.#findOpen(chain) ?? this.#openRecord(record);
    return opened.pendingHeight >= 0 ? opened : undefined;
  }

  damageOf(chain: ChainId): LedgerError<'storage-corrupt'> | undefined {
    const damage = this.#records.get(chain)?.damage;
    return damage === undefined ? undefined : corrupt(this.#requireLog().pathOf(damage.segment), damage.offset);
  }

  blockOfDamaged(chain: ChainId, at: Height): Uint8Array | undefined {
    const record = this.#records.get(chain);
    if (record?.damage === undefined || record.height < at) return undefined;
    try {
      return (this.#open.get(chain) ?? new DiskChain(record, this.#home)).block(at);
    } catch {
      // Damaged as well, or not in the index.
      return undefined;
    }
  }

  height(chain: ChainId): number {
    const record = this.#records.get(chain);
    return Math.max(record?.height ?? -1, record?.damage?.height ?? -1);
  }

  firstHeight(chain: ChainId): number {
    return this.#records.get(chain)?.firstHeight ?? 0;
  }

  rest(chain: ChainId): void {
    const opened = this.#open.get(chain);
    if (opened === undefined || opened.isBusy) return;
    if (opened.isClean) this.#open.delete(chain);
    else opened.onClean = () => this.#forgetClean(opened);
  }

  create(chain: ChainId): ChainStorage {
    this.#checkOpen();
    const damage = this.damageOf(chain);
    if (damage !== undefined) throw damage;
    const record = this.#records.get(chain) ?? newRecord(this.#nextChain++, chain);
    this.#remember(record);
    return this.#findOpen(chain) ?? this.#openRecord(record);
  }

  async stage(chain: ChainId): Promise<StagedChain> {
    this.#checkOpen();
    assert(![...this.#staged.values()].some((stage) => stage.chain === chain), `${chain} is being filled already`);
    const filled = this.#newStage(this.#nextChain++, chain);
    const stage = new DiskStage(filled, {
      log: () => this.#requireLog(),
      settleLive: async () => this.#open.get(chain)?.settled(),
      onFrame: (frame, location) => this.#replayStaged(filled, frame, location),
      onDiscarded: (tombstoneBytes) => this.#buryStage(filled, tombstoneBytes),
    });
    try {
      await stage.begin();
    } catch (error) {
      this.#buryStage(filled, 0);
      throw error;
    }
    return stage;
  }

  get isFull(): boolean {
    return this.#space.isFull;
  }

  async remove(chain: ChainId): Promise<void> {
    this.#checkOpen();
    const opened = this.#open.get(chain);
    await opened?.settled();
    const record = this.#records.get(chain);
    if (record === undefined) return;
    if (record.height < 0 && record.damage === undefined) {
      this.#forget(record);
      return;
    }
    const tombstone: Frame = { kind: FrameKind.removed, chain: record.number, sequence: Math.max(0, record.height), payload: new Uint8Array(0) };
    await this.#requireLog().append([tombstone], () => this.#bury(record, frameBytes(tombstone)));
    await this.#checkpoints.run();
  }

  sizeBytes(chain: ChainId): number {
    const record = this.#records.get(chain);
    return record === undefined ? 0 : record.logBytes + record.stateBytes;
  }

  memoryBytes(chain: ChainId): number {
    return this.#open.get(chain)?.memoryBytes ?? 0;
  }

  async verify(): Promise<readonly Damage[]> {
    const { yieldTurn, logger } = this.#options;
    const damages = await findDamage(this.#requireLog(), (note) => this.#concerned(note), yieldTurn);
    damages.push(...(await verifyIndex(this.#index, this.#options.index, yieldTurn)));
    for (const { file, offset, what, isRepaired } of damages) logger.error({ file, offset, isRepaired }, `damage was found: ${what}`);
    return damages;
  }

  stats(): StorageStats {
    const { syncs, bytesWritten, diskBytes } = this.#requireLog();
    return { syncs, openChains: this.#open.size, commits: this.#commits, bytesWritten, diskBytes, deadBytes: this.#deadBytes };
  }

  relax(): Promise<boolean> {
    return this.#checkpoints.relax(() => !this.#isClosed && this.#open.size === 0 && this.#staged.size === 0, this.#options.yieldTurn);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#requireLog().close();
    await this.#checkpoints.close();
    this.#space.close();
    await this.#index.close();
    this.#options.index.closed();
    await this.#options.lock.release();
  }

  /** Lets go of files, index and timers, not of the lock, and writes nothing: it was not opened to the end. Never rejects. */
  async abandon(): Promise<void> {
    this.#isClosed = true;
    const steps = [() => this.#log?.close(), () => this.#checkpoints.abandon(), () => this.#space.close(), () => this.#index.close()];
    await cleanUp(this.#options.logger, ...steps);
  }

  #replay(frame: Frame, location: FrameLocation): void {
    if (frame.kind === FrameKind.chain) {
      const name = chainId(Buffer.from(frame.payload).toString('utf8'));
      this.#nextChain = Math.max(this.#nextChain, frame.chain + 1);
      this.#remember(newRecord(frame.chain, name));
    }
    if (frame.kind === FrameKind.stage) {
      this.#nextChain = Math.max(this.#nextChain, frame.chain + 1);
      this.#newStage(frame.chain, chainId(Buffer.from(frame.payload).toString('utf8')));
    }
    const stage = this.#staged.get(frame.chain);
    if (stage !== undefined) return frame.kind === FrameKind.removed ? this.#buryStage(stage, location.sizeBytes) : this.#replayStaged(stage, frame, location);
    const record = this.#recordOf(frame.chain, location);
    const chain = this.#open.get(record.name) ?? this.#openRecord(record);
    if (frame.kind === FrameKind.removed) this.#bury(record, location.sizeBytes);
    else if (record.damage === undefined) chain.replay(frame, location);
    else chain.markDamaged(frame, location);
  }

  /** A frame cannot be read: that costs a block's bytes, or the chain, and no other chain anything. */
  #replayDamage(note: FrameNote, location: FrameLocation): void {
    const stage = this.#staged.get(note.chain);
    const record = stage?.record ?? this.#recordOf(note.chain, location);
    const chain = stage ?? this.#open.get(record.name) ?? this.#openRecord(record);
    if (note.kind === FrameKind.block && record.damage === undefined) return chain.replayDamagedBlock(note.sequence, location);
    chain.markDamaged(note, location);
    this.#options.logger.error({ chain: record.name, segment: location.segment, offset: location.offset }, 'a sub-chain is damaged');
  }

  #recordOf(number: number, { segment, offset }: FrameLocation): ChainRecord {
    const name = this.#names.get(number);
    const record = name === undefined ? undefined : this.#records.get(name);
    if (record === undefined) throw corrupt(`${this.#options.directory}/${segmentName(segment)}`, offset, 'A frame belongs to a sub-chain that was never made');
    return record;
  }

  /** The chain that a damaged frame concerns; undefined when it has no use any more. */
  #concerned({ chain: number, kind, sequence }: FrameNote): Concerned | undefined {
    const name = this.#names.get(number);
    const record = name === undefined ? undefined : this.#records.get(name);
    if (record === undefined) return undefined;
    if (kind !== FrameKind.block || record.damage !== undefined) return { chain: record.name };
    // Whoever has it open goes on with it; for this look alone nothing stays open.
    const location = (this.#open.get(record.name) ?? new DiskChain(record, this.#home)).locationOf(sequence);
    return { chain: record.name, block: { height: height(sequence), location } };
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

  #findOpen(chain: ChainId): DiskChain | undefined {
    const opened = this.#open.get(chain);
    if (opened !== undefined) opened.onClean = undefined;
    return opened;
  }

  /** What rests is kept until it is in the index, unless it was asked for again meanwhile. */
  #forgetClean(opened: DiskChain): void {
    if (this.#open.get(opened.chain) === opened && !opened.isBusy) this.#open.delete(opened.chain);
  }

  /** The tombstone is durable: what the chain has in the log is dead. */
  #bury(record: ChainRecord, tombstoneBytes: number): void {
    this.#deadBytes += record.logBytes + tombstoneBytes;
    const opened = this.#open.get(record.name);
    opened?.end();
    this.#checkpoints.remove(record.number, opened);
    this.#forget(record);
  }

  #newStage(number: number, name: ChainId): DiskChain {
    const filled = new DiskChain({ ...newRecord(number, name), isStaged: true }, this.#home);
    this.#staged.set(number, filled);
    return filled;
  }

  #replayStaged(stage: DiskChain, frame: Frame, location: FrameLocation): void {
    if (stage.record.damage === undefined || frame.kind === FrameKind.install) stage.replay(frame, location);
    else stage.markDamaged(frame, location);
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
