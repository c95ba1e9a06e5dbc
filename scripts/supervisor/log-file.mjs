// A process's output in a file of bounded size: `<name>.log`, and the one before it as `<name>.log.1`.
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';

const defaultSizeBytesMax = 16 * 1024 * 1024;

/** Opens `<directory>/<name>.log` for appending, readable by its owner only. */
export function openLogFile(directory, name, sizeBytesMax = defaultSizeBytesMax) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, `${name}.log`);
  let descriptor = openSync(file, 'a', 0o600);
  let sizeBytes = fstatSync(descriptor).size;
  return {
    file,
    write(chunk) {
      if (sizeBytes > sizeBytesMax) {
        closeSync(descriptor);
        renameSync(file, `${file}.1`);
        descriptor = openSync(file, 'a', 0o600);
        sizeBytes = 0;
      }
      sizeBytes += writeSync(descriptor, chunk);
    },
    close: () => closeSync(descriptor),
  };
}

/** The last lines of a log file, for a message on the terminal. */
export function lastLines(file, count = 25) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}
