import { assert } from '@/lib/platform/pure/assert';
import { isLedgerError, LedgerError } from '../../core/errors';
import type { MachinePorts } from '../../core/ports';
import { cleanUp } from './clean-up';
import { corrupt } from './corrupt';
import type { DiskSpace } from './disk-space';
import type { FilePort } from './file-port';
import { frameBytes, readFrame, writeFrame, type Frame, type FrameLocation } from './frame';
import { groupHead } from './group';
import { scanLog, verifyLog, type LogPosition, type LogReader } from './scan-log';
import { createSegment, SEGMENT_HEAD_BYTES, type Segment } from './segment';
import { SegmentFiles } from './segment-files';

export interface SegmentLogOptions {
  readonly files: FilePort;
  readonly directory: string;
  /** A segment that has reached this size is followed by a new one. */
  readonly segmentBytesMax: number;
  /** Zeros that are written ahead of the groups at a time. */
  readonly roomBytes?: number;
  /** 16 unpredictable bytes, asked for once in a directory's life. */
  readonly newSalt: () => Uint8Array;
  /** Everything before this was applied already. Absent: nothing was. */
  readonly from?: LogPosition;
  readonly reader: LogReader;
  /** Awaited before each group is written: where the log lets the index catch up. May reject with `storage-full`. */
  readonly beforeGroup?: () => Promise<void>;
  readonly space: DiskSpace;
  readonly logger: MachinePorts['logger'];
}

interface Entry {
  readonly frames: readonly Frame[];
  readonly onDurable: (locations: readonly FrameLocation[]) => void;
  readonly onRefused: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const GROUP_BYTES_MAX = 16 * 1024 * 1024;
const ROOM_BYTES = 256 * 1024;

/**
 * The append-only log of one directory: what arrives while a sync runs gathers into the next group, and a group is one
 * write and one fdatasync for all chains. Group n+1 is written only after group n is safe: so whatever is unreadable
 * with a good group behind it is damage, and without one is the tail a power cut tore.
 *
 * Groups are written over zeros that the last segment holds ahead of them: a sync that makes a file no longer has only
 * its bytes to write, not the file system's journal. A segment that is followed by another one has no such room.
 */
export class SegmentLog {
  readonly #options: SegmentLogOptions;
  readonly #segments: SegmentFiles;
  readonly #salt: Uint8Array;
  #active: Segment;
  #offset: number;
  #group: number;
  #waiting: Entry[] = [];
  #isRunning = false;
  #idle: Promise<void> = Promise.resolve();
  #failure: LedgerError | undefined;
  syncs = 0;
  bytesWritten = 0;
  diskBytes: number;

  private constructor(options: SegmentLogOptions, segments: SegmentFiles, active: Segment, salt: Uint8Array, position: LogPosition) {
    this.#options = options;
    this.#segments = segments;
    this.#active = active;
    this.#salt = salt;
    this.#offset = position.offset;
    this.#group = position.group;
    this.diskBytes = segments.diskBytes() - (active.file.sizeBytes() - position.offset);
  }

  /** Scans from `options.from`, tells the reader, cuts off a torn tail, makes the first segment. Errors: `storage-corrupt`, `storage-format`. */
  static async open(options: SegmentLogOptions): Promise<SegmentLog> {
    const { files, directory } = options;
    const segments = new SegmentFiles(files, directory);
    try {
      const end = await scanLog(options.from, options.reader, segments);
      if (end !== undefined) return new SegmentLog(options, segments, segments.get(end.segment), end.salt, end);
      const salt = Uint8Array.from(options.newSalt());
      const first = await createSegment(files, directory, 1, salt);
      segments.add(first);
      return new SegmentLog(options, segments, first, salt, { segment: 1, offset: SEGMENT_HEAD_BYTES, group: 0, salt });
    } catch (error) {
      await cleanUp(options.logger, () => segments.close());
      throw error;
    }
  }

  /** Everything before it is durable. */
  get position(): LogPosition {
    return { segment: this.#active.number, offset: this.#offset, group: this.#group, salt: this.#salt };
  }

  get failure(): LedgerError | undefined {
    return this.#failure;
  }

  /**
   * Appends the frames together. `onDurable` runs right after their sync, in the order of the calls; then the promise
   * resolves. Rejects with `storage-full` after `onRefused` when there is no room: nothing of it was written, nor of what
   * was appended after it. Rejects with `storage-failed`, as does every later call, when what the disk holds is unknown.
   */
  append(frames: readonly Frame[], onDurable: Entry['onDurable'], onRefused: Entry['onRefused'] = () => undefined): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#options.space.isFull) {
      onRefused();
      return Promise.reject(this.#options.space.error());
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frames, onDurable, onRefused, resolve, reject });
      if (this.#isRunning) return;
      this.#isRunning = true;
      this.#idle = this.#run();
    });
  }

  /** The frame at a location that `append` or `onFrame` named. Error `storage-corrupt` when it is not as it was written. */
  read(location: FrameLocation): Frame {
    const { path, file } = this.#segments.get(location.segment);
    const bytes = Buffer.from(file.read(location.offset, location.sizeBytes));
    const frame = readFrame(bytes, 0, { salt: this.#salt, segment: location.segment, offset: location.offset });
    if (frame === undefined || bytes.length !== frameBytes(frame)) throw corrupt(path, location.offset);
    return frame;
  }

  /** Reads everything that is durable once more and tells the reader. Errors as {@link scanLog}. */
  verify(reader: LogReader, yieldTurn: () => Promise<void>): Promise<void> {
    return verifyLog(this.position, reader, this.#segments, yieldTurn);
  }

  /** Writes bytes where they belong, in place: those that are there are damaged. */
  async restore({ segment, offset }: FrameLocation, bytes: Uint8Array): Promise<void> {
    const { file } = this.#segments.get(segment);
    file.overwrite(offset, bytes);
    await file.sync();
    this.syncs += 1;
  }

  pathOf(segment: number): string {
    return this.#segments.path(segment);
  }

  /** Waits for what was appended, then closes the files. */
  async close(): Promise<void> {
    await this.#idle;
    if (this.#failure === undefined) this.#giveRoomBack();
    this.#failure ??= new LedgerError('storage-failed', {}, 'The storage is closed.');
    this.#segments.close();
  }

  async #run(): Promise<void> {
    // A microtask later, so that commits of one turn share a group.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      let group: Entry[] = [];
      try {
        await this.#options.beforeGroup?.();
        group = this.#takeGroup();
        await this.#writeGroup(group);
      } catch (error) {
        await this.#onError(error, group);
      }
    }
    this.#isRunning = false;
  }

  async #onError(error: unknown, group: readonly Entry[]): Promise<void> {
    const { space } = this.#options;
    if (isLedgerError(error, 'storage-full')) return this.#refuse(error, group);
    const size = group.reduce((sum, { frames }) => frames.reduce((inner, frame) => inner + frameBytes(frame), sum), 0);
    if (!space.isCause(error, size) || !(await this.#takeBack())) return this.#fail(error, group);
    space.ranOut(size);
    this.#refuse(space.error(error), group);
  }

  /** Removes what of a group may have arrived: true when the log ends again where it did before. */
  async #takeBack(): Promise<boolean> {
    try {
      this.#active.file.truncate(this.#offset);
      await this.#active.file.sync();
      return true;
    } catch {
      // The first failure is the one to be told.
      return false;
    }
  }

  /** All of it, also what came later: it builds on what was refused. */
  #refuse(error: LedgerError, group: readonly Entry[]): void {
    const refused = [...group, ...this.#waiting.splice(0)];
    for (const entry of refused) entry.onRefused();
    for (const entry of refused) entry.reject(error);
  }

  #takeGroup(): Entry[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.#waiting) {
      bytes += entry.frames.reduce((sum, frame) => sum + frameBytes(frame), 0);
      if (count > 0 && bytes > GROUP_BYTES_MAX) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #writeGroup(group: readonly Entry[]): Promise<void> {
    if (this.#offset >= this.#options.segmentBytesMax) await this.#roll();
    const head = groupHead(this.#group + 1, group.flatMap(({ frames }) => frames));
    const size = group.reduce((sum, { frames }) => frames.reduce((inner, frame) => inner + frameBytes(frame), sum), frameBytes(head));
    const buffer = Buffer.allocUnsafe(size);
    let at = 0;
    const write = (frame: Frame): FrameLocation => {
      const offset = this.#offset + at;
      at = writeFrame(buffer, at, frame, { salt: this.#salt, segment: this.#active.number, offset });
      return { segment: this.#active.number, offset, sizeBytes: frameBytes(frame) };
    };
    write(head);
    const locations = group.map(({ frames }) => frames.map(write));
    assert(at === buffer.length, 'a group is as long as it was measured');
    this.#makeRoom(buffer.length);
    this.#active.file.overwrite(this.#offset, buffer);
    await this.#active.file.sync();
    this.syncs += 1;
    this.bytesWritten += buffer.length;
    this.diskBytes += buffer.length;
    this.#offset += buffer.length;
    this.#group += 1;
    group.forEach((entry, index) => entry.onDurable(locations[index] ?? []));
    for (const entry of group) entry.resolve();
  }

  /** So that `length` bytes fit behind the last group. */
  #makeRoom(length: number): void {
    const missing = this.#offset + length - this.#active.file.sizeBytes();
    if (missing > 0) this.#active.file.append(Buffer.alloc(missing + (this.#options.roomBytes ?? ROOM_BYTES)));
  }

  /** The file ends where its groups do. That need not be safe: a reader knows room by its zeros. */
  #giveRoomBack(): void {
    try {
      if (this.#active.file.sizeBytes() > this.#offset) this.#active.file.truncate(this.#offset);
    } catch {
      // The log is whole with its room, too.
    }
  }

  async #roll(): Promise<void> {
    const { files, directory } = this.#options;
    if (this.#active.file.sizeBytes() > this.#offset) {
      // Safe before there is a next one: only the last segment may have room.
      this.#active.file.truncate(this.#offset);
      await this.#active.file.sync();
      this.syncs += 1;
    }
    const next = await createSegment(files, directory, this.#active.number + 1, this.#salt);
    this.#segments.add(next);
    this.#active = next;
    this.#offset = SEGMENT_HEAD_BYTES;
    this.syncs += 1;
    this.diskBytes += SEGMENT_HEAD_BYTES;
  }

  /** Takes no more groups: what waits and what comes is rejected. */
  fail(cause: unknown): void {
    this.#fail(cause, []);
  }

  /** What the disk holds after a failed write or sync is unknown: no later group may come behind it. */
  #fail(cause: unknown, group: readonly Entry[]): void {
    this.#failure ??= new LedgerError('storage-failed', {}, 'Writing to disk failed; open the ledger again once the disk is well.', { cause });
    for (const entry of [...group, ...this.#waiting.splice(0)]) entry.reject(this.#failure);
  }
}
