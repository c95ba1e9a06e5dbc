import type { TarFile } from './read-tar';

const BLOCK = 512;
const NAME_BYTES_MAX = 100;

/**
 * A tar archive (ustar, with pax headers for long paths) that depends on the files' paths and bytes alone: sorted, without
 * times and owners.
 */
export function writeTar(files: readonly TarFile[]): Buffer {
  const named = files.map(({ path, bytes }) => ({ name: Buffer.from(path), bytes }));
  named.sort((one, other) => Buffer.compare(one.name, other.name));
  const parts = named.flatMap(({ name, bytes }) => {
    const header = name.length > NAME_BYTES_MAX ? entry(Buffer.from('PaxHeaders.0/path'), 'x', paxPath(name)) : [];
    return [...header, ...entry(name.subarray(0, NAME_BYTES_MAX), '0', bytes)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function entry(name: Buffer, kind: string, bytes: Buffer): Buffer[] {
  const header = Buffer.alloc(BLOCK);
  name.copy(header);
  // Fabric refuses packages with files that may be executed.
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(kind, 156);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)];
}

/** A record counts its own length, whose digits it has. */
function paxPath(name: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(' path='), name, Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length > length) length += 1;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
