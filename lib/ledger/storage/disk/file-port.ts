/**
 * Every file operation of the disk storage, so that a test can forget what a power cut would. What counts: bytes are
 * safe after `sync` of their file, names (new, renamed, removed) after `syncDirectory` of their directory.
 * All paths are whole. Failures are thrown as they come from the system.
 */
export interface FilePort {
  /** Makes the directory and its parents, for its owner alone; fine when it exists. */
  makeDirectory(path: string): void;
  /** Names in the directory, in no order. */
  list(directory: string): readonly string[];
  exists(path: string): boolean;
  /** Opens for reading and appending; the file must be there. */
  open(path: string): FileHandle;
  /** Makes a new file, readable by its owner alone; throws when the name is taken. */
  create(path: string): FileHandle;
  rename(from: string, to: string): void;
  /** Removes a name; fine when it is gone. */
  unlink(path: string): void;
  syncDirectory(path: string): Promise<void>;
  /** Bytes that this process may still write to the file system of that directory. */
  freeBytes(directory: string): number;
}

export interface FileHandle {
  sizeBytes(): number;
  /** At most `length` bytes from `offset`: fewer at the end of the file. */
  read(offset: number, length: number): Uint8Array;
  /** Writes all bytes at the end. Not safe before `sync`. */
  append(bytes: Uint8Array): void;
  /** Writes over bytes that are there. Not safe before `sync`. */
  overwrite(offset: number, bytes: Uint8Array): void;
  /** Cuts the file off. Not safe before `sync`. */
  truncate(length: number): void;
  /** fdatasync: resolves when all bytes and the length would survive a power cut. */
  sync(): Promise<void>;
  close(): void;
}
