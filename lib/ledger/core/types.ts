declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** Engine-wide name of a sub-chain: lower-case letters, digits and hyphens, 3 to 63 characters. */
export type ChainId = Branded<string, 'ChainId'>;
/** 32 bytes as 64 lower-case hexadecimal digits, without prefix. */
export type Hash = Branded<string, 'Hash'>;
/** Block number; genesis is 0. Safe integer. */
export type Height = Branded<number, 'Height'>;
/** Milliseconds since 1970-01-01T00:00:00Z. Safe integer. */
export type TimeMs = Branded<number, 'TimeMs'>;

/** The hash of nothing: roots of empty lists, and the parent of a genesis document. */
export const ZERO_HASH = '0'.repeat(64) as Hash;

/** Checks and brands a sub-chain's name; throws TypeError on anything else. */
export function chainId(value: string): ChainId {
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(value)) {
    throw new TypeError(`not a sub-chain name (3 to 63 of a-z, 0-9 and hyphen): ${JSON.stringify(value.slice(0, 80))}`);
  }
  return value as ChainId;
}

/** Checks and brands 64 lower-case hexadecimal digits; throws TypeError on anything else. */
export function hash(value: string): Hash {
  if (!/^[0-9a-f]{64}$/.test(value)) throw new TypeError('not a hash: 64 lower-case hexadecimal digits are wanted');
  return value as Hash;
}

/** Checks and brands a block number: a safe integer from 0; throws RangeError on anything else. */
export function height(value: number): Height {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a block height: ${String(value)}`);
  return value as Height;
}

/** Checks and brands a time in milliseconds: a safe integer from 0; throws RangeError on anything else. */
export function timeMs(value: number): TimeMs {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a time in milliseconds: ${String(value)}`);
  return value as TimeMs;
}
