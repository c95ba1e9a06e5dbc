import { PackageInvalid } from './errors';

export interface TarFile {
  /** Clean: relative, with `/`, without `.` and `..`. */
  readonly path: string;
  readonly bytes: Buffer;
}

export interface TarLimits {
  readonly entriesMax: number;
  readonly pathCharsMax: number;
}

const BLOCK = 512;
/** A header in which a long name or its like lies. */
const headerBytesMax = 64 * 1024;

const invalid = (what: string) => new PackageInvalid(`The package cannot be read: ${what}. Make it with \`peer lifecycle chaincode package\`.`);

/**
 * The regular files of a tar archive (ustar, pax, GNU long names), in memory. Links, devices and paths that leave the archive are
 * refused, not skipped. Throws `PackageInvalid`.
 */
export function readTar(archive: Buffer, limits: TarLimits): TarFile[] {
  const files = new Map<string, Buffer>();
  let entries = 0;
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    if (!hasChecksum(header)) throw invalid('a header of its archive is damaged');
    if (++entries > limits.entriesMax) throw invalid(`it has more than ${limits.entriesMax} entries`);
    const size = readOctal(header.subarray(124, 136));
    const from = at + BLOCK;
    if (size > archive.length - from) throw invalid('it is cut off');
    const bytes = archive.subarray(from, from + size);
    at = from + Math.ceil(size / BLOCK) * BLOCK;

    const kind = String.fromCharCode(header[156] ?? 0);
    if (kind === 'x' || kind === 'L') {
      if (size > headerBytesMax) throw invalid('a name in it is too long');
      longName = kind === 'L' ? textUntilZero(bytes) : (readPax(bytes) ?? longName);
      continue;
    }
    if (kind === 'g') continue;
    const path = longName ?? nameOf(header);
    longName = undefined;
    if (kind === '5') {
      cleanPath(path, limits);
      continue;
    }
    if (kind !== '0' && kind !== '\0') throw invalid(`"${path.slice(0, 200)}" is no regular file (links and devices are not allowed)`);
    const clean = cleanPath(path, limits);
    if (files.has(clean)) throw invalid(`"${clean}" is in it twice`);
    files.set(clean, bytes);
  }
  for (const path of files.keys()) {
    const above = path.split('/').slice(0, -1);
    const blocked = above.map((_, index) => above.slice(0, index + 1).join('/')).find((folder) => files.has(folder));
    if (blocked !== undefined) throw invalid(`"${blocked}" is in it as a file and as a folder`);
  }
  return [...files].map(([path, bytes]) => ({ path, bytes }));
}

function cleanPath(path: string, limits: TarLimits): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const isBad = path.startsWith('/') || path.includes('\\') || path.includes('\0') || parts.length === 0 || parts.includes('..');
  if (isBad && !/^\.?\/?$/.test(path)) throw invalid(`the path "${path.slice(0, 200)}" leaves it`);
  if (path.length > limits.pathCharsMax) throw invalid(`a path in it has more than ${limits.pathCharsMax} characters`);
  return parts.join('/');
}

function nameOf(header: Buffer): string {
  const name = textUntilZero(header.subarray(0, 100));
  const isUstar = header.subarray(257, 262).toString('latin1') === 'ustar' && header[262] === 0;
  const prefix = isUstar ? textUntilZero(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** The path among pax records: "<length> path=<value>\n". Sizes over 8 GiB, which pax is for, are over every limit anyway. */
function readPax(bytes: Buffer): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(bytes.subarray(at, space).toString('latin1'));
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length) throw invalid('an extended header is damaged');
    const record = bytes.subarray(space + 1, at + length - 1).toString('utf8');
    const equals = record.indexOf('=');
    const key = record.slice(0, equals);
    if (key === 'path') path = record.slice(equals + 1);
    if (key === 'size' || key.startsWith('GNU.sparse')) throw invalid('it has a sparse or very large file');
    at += length;
  }
  return path;
}

function textUntilZero(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end < 0 ? bytes.length : end).toString('utf8');
}

function readOctal(bytes: Buffer): number {
  const text = bytes.toString('latin1').replace(/[\0 ]+$/, '').trimStart();
  if (!/^[0-7]*$/.test(text)) throw invalid('a header of its archive is damaged');
  return text === '' ? 0 : Number.parseInt(text, 8);
}

/** The sum of all bytes, with the checksum's own taken as spaces. */
function hasChecksum(header: Buffer): boolean {
  let sum = 0;
  for (let index = 0; index < BLOCK; index++) sum += index >= 148 && index < 156 ? 0x20 : (header[index] ?? 0);
  const text = header.subarray(148, 156).toString('latin1').replace(/[\0 ]+/g, ' ').trim();
  return /^[0-7]+$/.test(text) && Number.parseInt(text, 8) === sum;
}
