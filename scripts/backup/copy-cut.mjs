// The files of one instant, copied while their owners go on.
import { closeSync, ftruncateSync, mkdirSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { formatBytes } from './space.mjs';

const chunkBytes = 4 * 1024 * 1024;

/** Below `directory`, as `takeCut` found them; gives a note. */
export function copyCut({ files }, directory) {
  let bytes = 0;
  for (const file of files) {
    const target = path.join(directory, file.path);
    mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
    if (file.content) writeFileSync(target, file.content, { mode: 0o600 });
    else copyHandle(file, target);
    bytes += file.bytes;
  }
  return `${files.length} files, ${formatBytes(bytes)}`;
}

/** What was written in an open file when everything stood still. The zeros behind it are written over meanwhile. */
function copyHandle({ path: name, handle, bytes, written }, target) {
  const output = openSync(target, 'wx', 0o600);
  const buffer = Buffer.allocUnsafe(chunkBytes);
  try {
    for (let at = 0; at < written; ) {
      const count = readSync(handle, buffer, 0, Math.min(chunkBytes, written - at), at);
      if (count === 0) throw new Error(`${name} became shorter while it was copied: no backup was made. Try again.`);
      for (let done = 0; done < count; ) done += writeSync(output, buffer, done, count - done);
      at += count;
    }
    ftruncateSync(output, bytes);
  } finally {
    closeSync(output);
  }
}
