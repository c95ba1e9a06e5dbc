/** A path in a trie: one half byte (0 to 15) per element. */
export type Nibbles = Uint8Array;

export function bytesToNibbles(bytes: Uint8Array): Nibbles {
  const nibbles = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    nibbles[2 * i] = bytes[i]! >> 4;
    nibbles[2 * i + 1] = bytes[i]! & 15;
  }
  return nibbles;
}

/** Yellow paper, appendix C: two nibbles per byte, the first half byte says odd or even and leaf or extension. */
export function nibblesToCompact(nibbles: Nibbles, isLeaf: boolean): Uint8Array {
  const odd = nibbles.length % 2;
  const out = new Uint8Array(1 + (nibbles.length - odd) / 2);
  out[0] = (isLeaf ? 0x20 : 0) | (odd === 1 ? 0x10 | nibbles[0]! : 0);
  for (let i = odd, at = 1; i < nibbles.length; i += 2, at++) out[at] = (nibbles[i]! << 4) | nibbles[i + 1]!;
  return out;
}

export function compactToNibbles(compact: Uint8Array): { nibbles: Nibbles; isLeaf: boolean } {
  const first = compact[0];
  if (first === undefined || first > 0x3f) throw new Error('a trie node has a path that is not compact-encoded');
  const all = bytesToNibbles(compact);
  return { nibbles: all.subarray((first & 0x10) === 0 ? 2 : 1), isLeaf: (first & 0x20) !== 0 };
}

export function commonPrefixLength(a: Nibbles, b: Nibbles): number {
  const max = Math.min(a.length, b.length);
  let i = 0;
  while (i < max && a[i] === b[i]) i++;
  return i;
}

export function joinNibbles(...parts: readonly Uint8Array[]): Nibbles {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
