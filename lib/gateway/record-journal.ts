import { constants } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

/**
 * A small append-only file of JSON records. `append` resolves when its records would survive a power cut; appends that
 * come together are one line with one checksum and share one fdatasync.
 *
 * A bad last line (process or machine died while writing it) is cut off on open, since nobody was told of it; a bad
 * line before the last means that the file was damaged, and opening fails.
 */
export class RecordJournal {
  private queue: Task[] = [];
  private working: Promise<void> | undefined;
  private failure: Error | undefined;
  private tailIsDirty = false;

  private constructor(
    private readonly file: string,
    private handle: FileHandle,
    private durableBytes: number,
  ) {}

  /** Opens or makes the file and hands each record and the offset of its line to `onRecord`, in order. */
  static async open(file: string, onRecord: (record: unknown, offset: number) => void): Promise<RecordJournal> {
    const handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      const end = await scan({ handle, from: 0, file }, (record, offset) => {
        onRecord(record, offset);
        return true;
      });
      await handle.truncate(end);
      await handle.datasync();
      await syncDirectory(file);
      return new RecordJournal(file, handle, end);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes that are durable: the offset of the next line, while nothing is being appended. */
  get sizeBytes(): number {
    return this.durableBytes;
  }

  /**
   * Resolves once all records are durable. Rejects when the disk refuses: then they are not in the file and may be
   * appended again, except after a failed sync, when the journal takes nothing more.
   */
  append(records: readonly unknown[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    return this.enqueue({ records: records.map((record) => JSON.stringify(record)) });
  }

  /**
   * Replaces the whole content, all or nothing. `makeRecords` is asked when everything appended before is durable and
   * those who appended it have heard so (in their own turn, without waiting for anything else).
   */
  rewrite(makeRecords: () => Iterable<unknown>): Promise<void> {
    return this.enqueue({ makeRecords });
  }

  /** Hands durable records from the line at `offset` on to `onRecord` until it answers false. */
  async read(offset: number, onRecord: (record: unknown, offset: number) => boolean): Promise<void> {
    const end = this.durableBytes;
    await scan({ handle: this.handle, from: offset, file: this.file }, (record, at) => at < end && onRecord(record, at));
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.working;
    this.failure ??= new Error(`${path.basename(this.file)} is closed`);
    await this.handle.close();
  }

  private enqueue(work: Work): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.queue.push({ work, resolve, reject });
      this.working ??= this.run();
    });
  }

  private async run(): Promise<void> {
    // Whatever else is said in this turn of the event loop belongs to the same group.
    await Promise.resolve();
    for (let group = this.nextGroup(); group.length > 0; group = this.nextGroup()) {
      try {
        const [first] = group;
        if (first && 'makeRecords' in first.work) {
          await setImmediate();
          await this.replace(first.work.makeRecords());
        }
        else await this.write(encodeLine(group.flatMap((task) => ('records' in task.work ? task.work.records : []))));
        for (const task of group) task.resolve();
      } catch (error) {
        for (const task of group) task.reject(error);
      }
    }
    this.working = undefined;
  }

  /** One rewrite, or the appends up to the next one and up to a size. */
  private nextGroup(): Task[] {
    let count = 0;
    let size = 0;
    for (const { work } of this.queue) {
      if ('makeRecords' in work) {
        if (count === 0) count = 1;
        break;
      }
      count += 1;
      size += work.records.reduce((sum, record) => sum + record.length, 0);
      if (size >= groupBytes) break;
    }
    return this.queue.splice(0, count);
  }

  private async write(line: Buffer): Promise<void> {
    if (this.failure) throw this.failure;
    if (this.tailIsDirty) await this.handle.truncate(this.durableBytes);
    this.tailIsDirty = true;
    await writeAll(this.handle, line, this.durableBytes);
    try {
      await this.handle.datasync();
    } catch (error) {
      // The kernel may have dropped the pages and say yes next time: nothing after this can be believed.
      this.failure = new Error(`${path.basename(this.file)}: the disk refused to sync; restart the process once it is healthy`, { cause: error });
      throw this.failure;
    }
    this.durableBytes += line.length;
    this.tailIsDirty = false;
  }

  private async replace(records: Iterable<unknown>): Promise<void> {
    const temporary = `${this.file}.new`;
    const next = await open(temporary, constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC, 0o600);
    let size = 0;
    try {
      for (const line of linesOf(records)) {
        await writeAll(next, line, size);
        size += line.length;
      }
      await next.datasync();
      await rename(temporary, this.file);
      await syncDirectory(this.file);
    } catch (error) {
      await next.close();
      // Whether the new file took the old one's place is not known.
      this.failure = new Error(`${path.basename(this.file)} could not be rewritten; restart the process once the disk is healthy`, { cause: error });
      throw this.failure;
    }
    const before = this.handle;
    this.handle = next;
    this.durableBytes = size;
    this.tailIsDirty = false;
    await before.close();
  }
}

/** Records are JSON texts already, so that a later change of the object cannot reach the file. */
type Work = { readonly records: readonly string[] } | { readonly makeRecords: () => Iterable<unknown> };

interface Task {
  readonly work: Work;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const readBytes = 256 * 1024;
const groupBytes = 256 * 1024;
const lineBytesMax = 8 * 1024 * 1024;

/** `crc32 [record,record…]\n`. */
function encodeLine(records: readonly string[]): Buffer {
  const json = Buffer.from(`[${records.join(',')}]`);
  return Buffer.concat([Buffer.from(`${checksum(json)} `), json, Buffer.from('\n')]);
}

function decodeLine(line: Buffer): readonly unknown[] | undefined {
  const json = line.subarray(9);
  if (line.length < 10 || line.toString('latin1', 0, 8) !== checksum(json)) return undefined;
  const records: unknown = JSON.parse(json.toString('utf8'));
  return Array.isArray(records) ? records : undefined;
}

function checksum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}

/** Reads lines until the file ends or `onRecord` says false; answers where the last good line ends. */
async function scan(source: { handle: FileHandle; from: number; file: string }, onRecord: (record: unknown, offset: number) => boolean): Promise<number> {
  const chunk = Buffer.alloc(readBytes);
  let rest: Buffer = Buffer.alloc(0);
  let offset = source.from;
  let badLine = false;
  for (let position = source.from; ; ) {
    const { bytesRead } = await source.handle.read(chunk, 0, readBytes, position);
    if (bytesRead === 0) return offset;
    position += bytesRead;
    rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      const records = badLine ? undefined : decodeLine(rest.subarray(0, end));
      if (badLine) throw damaged(source.file, offset);
      if (records) {
        for (const record of records) if (!onRecord(record, offset)) return offset;
        offset += end + 1;
      } else {
        badLine = true;
      }
      rest = rest.subarray(end + 1);
    }
    if (rest.length > lineBytesMax) throw damaged(source.file, offset);
  }
}

const newline = 10;

function damaged(file: string, offset: number): Error {
  return new Error(`${path.basename(file)} is damaged at byte ${offset}: put back a copy of it, or join this host anew`);
}

function* linesOf(records: Iterable<unknown>): Generator<Buffer> {
  let texts: string[] = [];
  let size = 0;
  for (const record of records) {
    const text = JSON.stringify(record);
    texts.push(text);
    size += text.length;
    if (size < groupBytes) continue;
    yield encodeLine(texts);
    texts = [];
    size = 0;
  }
  if (texts.length > 0) yield encodeLine(texts);
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await handle.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
}

async function syncDirectory(file: string): Promise<void> {
  const directory = await open(path.dirname(file), constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
