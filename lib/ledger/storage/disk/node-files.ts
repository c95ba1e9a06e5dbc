import fs from 'node:fs';
import { promisify } from 'node:util';
import { assert } from '@/lib/platform/pure/assert';
import type { FileHandle, FilePort } from './file-port';

const fdatasync = promisify(fs.fdatasync);
const fsync = promisify(fs.fsync);

/**
 * The real file system. Writes go to the page cache at once (a system call, no wait); only syncs wait, on the thread
 * pool, so that the next blocks execute meanwhile.
 */
export const nodeFiles: FilePort = {
  makeDirectory: (path) => void fs.mkdirSync(path, { recursive: true, mode: 0o700 }),
  list: (directory) => fs.readdirSync(directory),
  exists: (path) => fs.existsSync(path),
  open: (path) => new NodeFile(fs.openSync(path, 'r+')),
  create: (path) => new NodeFile(fs.openSync(path, 'wx+', 0o600)),
  rename: (from, to) => fs.renameSync(from, to),
  unlink: (path) => fs.rmSync(path, { force: true }),
  freeBytes: (directory) => {
    const { bavail, bsize } = fs.statfsSync(directory);
    return bavail * bsize;
  },
  syncDirectory: async (path) => {
    const fd = fs.openSync(path, 'r');
    try {
      await fsync(fd);
    } finally {
      fs.closeSync(fd);
    }
  },
};

class NodeFile implements FileHandle {
  readonly #fd: number;
  #size: number;

  constructor(fd: number) {
    this.#fd = fd;
    this.#size = fs.fstatSync(fd).size;
  }

  sizeBytes(): number {
    return this.#size;
  }

  read(offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.#size - offset));
    const buffer = Buffer.allocUnsafe(wanted);
    let done = 0;
    while (done < wanted) {
      const count = fs.readSync(this.#fd, buffer, done, wanted - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return buffer.subarray(0, done);
  }

  append(bytes: Uint8Array): void {
    this.#write(this.#size, bytes);
    this.#size += bytes.length;
  }

  overwrite(offset: number, bytes: Uint8Array): void {
    assert(offset + bytes.length <= this.#size, 'what is written over is there');
    this.#write(offset, bytes);
  }

  #write(offset: number, bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) done += fs.writeSync(this.#fd, bytes, done, bytes.length - done, offset + done);
  }

  truncate(length: number): void {
    fs.ftruncateSync(this.#fd, length);
    this.#size = length;
  }

  sync(): Promise<void> {
    return fdatasync(this.#fd);
  }

  close(): void {
    fs.closeSync(this.#fd);
  }
}
