import fs from 'node:fs';
import os from 'node:os';

/** A fresh directory of the real file system, and how to get rid of it. */
export function createTemporaryDirectory(): { readonly path: string; remove(): void } {
  const path = fs.mkdtempSync(`${os.tmpdir()}/chainworks-ledger-`);
  return { path, remove: () => fs.rmSync(path, { recursive: true, force: true }) };
}
