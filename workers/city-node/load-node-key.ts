import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';

/**
 * The key under which this host keeps what it must be able to read again (peers' and deployers' private keys, link
 * secrets): 32 bytes in `<data>/node.key`, made at first start, readable by its owner only.
 */
export async function loadNodeKey(directory: string): Promise<Uint8Array> {
  const file = path.join(directory, 'node.key');
  const present = await readIfThere(file);
  if (present) {
    if (present.length !== 32) throw new Error(`${file} is not 32 bytes long: put back a copy; without it the keys of this host's peers cannot be read.`);
    return present;
  }
  const key = randomBytes(32);
  const temporary = `${file}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(key);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  const parent = await open(directory, 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
  return new Uint8Array(key);
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
