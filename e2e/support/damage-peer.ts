import { readFileSync, readdirSync } from 'node:fs';
import { open, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Damages one peer's copy on disk as a failing disk would: one byte of its genesis document, which is read whenever the
 * sub-chain is opened, while the process does not run. The process is then killed; the supervisor starts it again.
 */
export async function damagePeer(data: string, cityNode: string, subChain: string): Promise<void> {
  const host = path.join(data, 'host');
  const pid = processOf(host);
  process.kill(pid, 'SIGSTOP');
  try {
    const directory = path.join(host, cityNode);
    for (const name of (await readdir(directory)).filter((file) => file.startsWith('segment-'))) {
      const at = genesisOf(await readFile(path.join(directory, name)), subChain);
      if (at >= 0) return await flipByte(path.join(directory, name), at);
    }
    throw new Error(`${cityNode} holds nothing of ${subChain}`);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
}

/** Place of the name in its genesis document: after the document's mark, a format's number and a length. */
function genesisOf(bytes: Buffer, subChain: string): number {
  const mark = 'chainworks/genesis';
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    const name = at + mark.length + 5;
    if (bytes.toString('utf8', name, name + subChain.length) === subChain) return name;
  }
  return -1;
}

async function flipByte(file: string, position: number): Promise<void> {
  const handle = await open(file, 'r+');
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, position);
  byte.writeUInt8(byte.readUInt8() ^ 1);
  await handle.write(byte, 0, 1, position);
  await handle.close();
}

/** The city-node process that works in this directory: the bundled program that the supervisor starts. */
function processOf(directory: string): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const words = commandOf(name);
    if (words.some((word) => path.basename(word) === 'city-node-main.mjs') && words.includes(directory)) return Number(name);
  }
  throw new Error(`no city node works in ${directory}`);
}

function commandOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch (error) {
    // It ended while the list was read.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return [];
    throw error;
  }
}
