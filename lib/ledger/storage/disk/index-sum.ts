import { crc32c } from './crc32c';

/** What a set of index entries adds up to, in whatever order: entries that vanish or come from nowhere change it. */
export interface IndexSum {
  readonly entries: number;
  readonly digest: number;
}

export const EMPTY_SUM: IndexSum = { entries: 0, digest: 0 };
const DIGESTS = 2 ** 48;

/** Checksum of one entry, also kept beside its value. */
export function entryChecksum(key: Uint8Array, value: Uint8Array): number {
  return crc32c(value, crc32c(key));
}

/** The sum after an entry changed; `undefined` stands for none. */
export function replaceInSum({ entries, digest }: IndexSum, key: Uint8Array, old: Uint8Array | undefined, value: Uint8Array | undefined): IndexSum {
  const [without, added] = [old === undefined ? 0 : entryChecksum(key, old), value === undefined ? 0 : entryChecksum(key, value)];
  return {
    entries: entries - (old === undefined ? 0 : 1) + (value === undefined ? 0 : 1),
    digest: (digest - without + added + DIGESTS) % DIGESTS,
  };
}

export function isSameSum(a: IndexSum, b: IndexSum): boolean {
  return a.entries === b.entries && a.digest === b.digest;
}
