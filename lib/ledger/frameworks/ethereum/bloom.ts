import type { EvmLog } from '../../vm/evm';

type Keccak256 = (bytes: Uint8Array) => Uint8Array;

export const BLOOM_BYTES = 256;

/** The 2,048-bit filter of addresses and topics in logs (yellow paper, M3:2048). */
export function bloomOf(keccak256: Keccak256, logs: readonly EvmLog[]): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const { address, topics } of logs) {
    for (const item of [address, ...topics]) {
      for (const bit of bitsOf(keccak256, item)) bloom[byteOf(bit)]! |= 1 << (bit % 8);
    }
  }
  return bloom;
}

/** False: the item is in none of the logs that the filter was made of. True: it may be. */
export function bloomMayHold(keccak256: Keccak256, bloom: Uint8Array, item: Uint8Array): boolean {
  return bitsOf(keccak256, item).every((bit) => (bloom[byteOf(bit)]! & (1 << (bit % 8))) !== 0);
}

/** Adds what `bloom` holds to `sum`. */
export function mergeBloom(sum: Uint8Array, bloom: Uint8Array): void {
  for (let i = 0; i < BLOOM_BYTES; i++) sum[i]! |= bloom[i]!;
}

function bitsOf(keccak256: Keccak256, item: Uint8Array): number[] {
  const hash = keccak256(item);
  return [0, 2, 4].map((at) => ((hash[at]! << 8) | hash[at + 1]!) & 0x7ff);
}

function byteOf(bit: number): number {
  return BLOOM_BYTES - 1 - (bit >> 3);
}
