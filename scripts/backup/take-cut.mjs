// One instant of everything that an installation keeps in files: which there are, and how long each is.
import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { dataLayout, hostDirectory } from '../supervisor/project.mjs';
import { whilePaused } from './pause-processes.mjs';

/** Up to here a file is read on the spot. Of a longer one an open file and lengths are enough: what is written in it stays. */
const smallBytes = 64 * 1024;
const filesMax = 1_000_000;

/** Made again from the log, from chaincode's packages, or of one process alone. */
const leftOut = new Set(['index', 'index.aside', 'unpacked', 'lock.json']);
const halfMade = /\.(new|partial|tmp)$/;

/** Directories of this machine's city-node processes, `host` first. */
export function listHostDirectories(data) {
  const further = path.join(data, 'hosts');
  const numbers = existsSync(further) ? readdirSync(further).map(Number).filter((number) => Number.isInteger(number) && number > 1) : [];
  return [1, ...numbers.sort((a, b) => a - b)].map((number) => hostDirectory(data, number)).filter((directory) => existsSync(directory));
}

/** Directories below a host's with the log of a city node, or of a peer in a process of its own (`<city node>.<sub-chain>`). */
export function listLedgerDirectories(host) {
  const names = readdirSync(host, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.filter((name) => readdirSync(path.join(host, name)).some((file) => /^segment-\d+\.log$/.test(file))).sort();
}

function* walk(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (leftOut.has(entry.name) || halfMade.test(entry.name)) continue;
    if (entry.isDirectory()) yield* walk(file);
    else if (entry.isFile()) yield file;
  }
}

function* listFiles(data, hosts) {
  const { secrets, adminPassword } = dataLayout(data);
  for (const file of [secrets, adminPassword]) if (existsSync(file)) yield file;
  for (const host of hosts) yield* walk(host);
}

/** Bytes of all these files just now. */
export function measureFiles(data) {
  let bytes = 0;
  for (const file of listFiles(data, listHostDirectories(data))) {
    const handle = openIfThere(file);
    if (handle === undefined) continue;
    bytes += fstatSync(handle).size;
    closeSync(handle);
  }
  return bytes;
}

/** A journal may be put in place of the one before while we look: nobody is paused here. */
function openIfThere(file) {
  try {
    return openSync(file, constants.O_RDONLY);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The processes that have one of these directories open, a peer's own process too. */
function listHolders(hosts) {
  const pids = new Set();
  for (const host of hosts) {
    const names = readdirSync(host, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => path.join(host, entry.name));
    for (const directory of [host, ...names]) {
      const holder = readHolder(path.join(directory, 'lock.json'));
      if (holder !== undefined) pids.add(holder);
    }
  }
  return [...pids];
}

/** As lib/ledger writes it; of a process that ended it says nothing. */
function readHolder(file) {
  try {
    const { pid, startedAt } = JSON.parse(readFileSync(file, 'utf8'));
    if (!Number.isInteger(pid) || pid <= 1) return undefined;
    process.kill(pid, 0);
    if (!existsSync('/proc/self/stat')) return pid;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] === startedAt ? pid : undefined;
  } catch (error) {
    if (error.code === 'EPERM') throw error;
    return undefined; // no lock, or its holder is gone
  }
}

/**
 * All files as they are at one instant. The city-node processes stand still meanwhile: what one of them has said is then
 * in its own files, and nothing that another has heard is missing there, as if the power went for all of them together.
 * @param {string} data
 * @returns {Promise<{ files: { path: string, bytes: number, content?: Buffer, handle?: number, written?: number }[], pausedMs: number,
 *   processes: number, close: () => void }>} paths are relative to the data directory; behind
 *   `written` bytes there are zeros up to `bytes`
 */
export async function takeCut(data) {
  const hosts = listHostDirectories(data);
  for (let attempt = 0; ; attempt++) {
    const pids = listHolders(hosts);
    const files = [];
    const close = () => {
      for (const { handle } of files.splice(0)) if (handle !== undefined) closeSync(handle);
    };
    try {
      const { result: isSame, pausedMs } = await whilePaused(pids, () => {
        for (const file of listFiles(data, hosts)) {
          if (files.length >= filesMax) throw new Error(`There are more than ${filesMax} files below ${data}.`);
          files.push({ path: path.relative(data, file), ...look(file) });
        }
        // A process that was started meanwhile was not paused.
        return String(listHolders(hosts)) === String(pids);
      });
      if (isSame) return { files, pausedMs, processes: pids.length, close };
      if (attempt === 9) throw new Error('City-node processes come and go all the time: no instant of them could be taken.');
    } catch (error) {
      close();
      throw error;
    }
    close();
  }
}

function look(file) {
  const handle = openSync(file, constants.O_RDONLY);
  const { size } = fstatSync(handle);
  if (size > smallBytes) return { bytes: size, handle, written: writtenBytes(handle, size) };
  try {
    const content = readFileSync(handle);
    return { bytes: content.length, content };
  } finally {
    closeSync(handle);
  }
}

/** A log is written over zeros that lie ahead of it: up to where it is not zero. What lies behind may be another group in a moment. */
function writtenBytes(handle, size) {
  const buffer = Buffer.allocUnsafe(smallBytes);
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - buffer.length);
    const count = readSync(handle, buffer, 0, end - from, from);
    for (let at = count - 1; at >= 0; at--) if (buffer[at] !== 0) return from + at + 1;
    end = from;
  }
  return 0;
}
