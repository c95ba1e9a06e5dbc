import { createRequire } from 'node:module';
import fc from 'fast-check';
import { keccak256 as keccakOfViem } from 'viem';
import { describe, expect, it } from 'vitest';
import { bytesToHex } from '@/lib/platform/pure/bytes';
import { loadEvmCrypto } from './crypto';

const require = createRequire(import.meta.url);
const slow = require('secp256k1/elliptic') as {
  publicKeyCreate(key: Uint8Array, compressed: boolean): Uint8Array;
  ecdsaSign(hash: Uint8Array, key: Uint8Array): { signature: Uint8Array; recid: number };
};
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => bytes.some((byte) => byte > 0) && bytes[0]! < 0xff);

describe('loadEvmCrypto', () => {
  it('says which secp256k1 is active: the C library where it has a prebuilt binary', async () => {
    const { recoverImplementation, keccakImplementation } = await loadEvmCrypto();
    const hasPrebuilt = ['linux-x64', 'darwin-arm64', 'win32-x64'].includes(`${process.platform}-${process.arch}`);
    expect(recoverImplementation).toBe(hasPrebuilt ? 'native' : 'javascript');
    expect(keccakImplementation).toBe('wasm');
  });

  it('is loaded once per process', async () => {
    expect(await loadEvmCrypto()).toBe(await loadEvmCrypto());
  });
});

describe('keccak256', () => {
  it('has the published value of nothing', async () => {
    const { keccak256 } = await loadEvmCrypto();
    expect(bytesToHex(keccak256(new Uint8Array(0)))).toBe('c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
  });

  it('agrees with another implementation for all lengths round the block size', async () => {
    const { keccak256 } = await loadEvmCrypto();
    for (let length = 0; length <= 420; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) & 0xff);
      expect(`0x${bytesToHex(keccak256(bytes))}`, `${length} bytes`).toBe(keccakOfViem(bytes));
    }
  });

  it('gives each caller an own array: the next hash must not change the last one', async () => {
    const { keccak256 } = await loadEvmCrypto();
    const first = keccak256(Uint8Array.of(1));
    const before = bytesToHex(first);
    keccak256(Uint8Array.of(2));
    expect(bytesToHex(first)).toBe(before);
  });

  it('reads a view into a larger buffer, not the buffer', async () => {
    const { keccak256 } = await loadEvmCrypto();
    const large = Uint8Array.from({ length: 100 }, (_, index) => index);
    expect(keccak256(large.subarray(10, 20))).toEqual(keccak256(large.slice(10, 20)));
  });
});

describe('recoverPublicKey', () => {
  it('finds the key that signed, whichever it was', async () => {
    const { recoverPublicKey } = await loadEvmCrypto();
    fc.assert(
      fc.property(bytes32, bytes32, (key, hash) => {
        const { signature, recid } = slow.ecdsaSign(hash, key);
        expect(bytesToHex(recoverPublicKey(hash, signature, recid))).toBe(bytesToHex(slow.publicKeyCreate(key, false).slice(1)));
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['r is zero', new Uint8Array(64).fill(1, 32)],
    ['s is zero', new Uint8Array(64).fill(1, 0, 32)],
    ['both are beyond the group order', new Uint8Array(64).fill(0xff)],
  ])('throws when %s', async (_name, signature) => {
    const { recoverPublicKey } = await loadEvmCrypto();
    expect(() => recoverPublicKey(new Uint8Array(32).fill(5), signature, 0)).toThrow();
  });
});
