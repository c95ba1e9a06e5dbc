import { Bloom } from '@ethereumjs/vm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEvmCrypto, type EvmCrypto } from '../../vm/evm';
import { bloomMayHold, bloomOf, mergeBloom } from './bloom';

let crypto: EvmCrypto;
beforeAll(async () => {
  crypto = await loadEvmCrypto();
});

const log = fc.record({ address: fc.uint8Array({ minLength: 20, maxLength: 20 }), topics: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 4 }), data: fc.uint8Array({ maxLength: 10 }) });

describe('bloom', () => {
  it('sets the bits that the library sets, and finds everything that was put in', () => {
    fc.assert(
      fc.property(fc.array(log, { maxLength: 8 }), (logs) => {
        const expected = new Bloom();
        for (const { address, topics } of logs) for (const item of [address, ...topics]) expected.add(item);
        const bloom = bloomOf(crypto.keccak256, logs);
        expect(bloom).toEqual(expected.bitvector);
        for (const { address, topics } of logs) for (const item of [address, ...topics]) expect(bloomMayHold(crypto.keccak256, bloom, item)).toBe(true);
      }),
    );
  });

  it('lets most of what is not in it be skipped', () => {
    const bloom = bloomOf(crypto.keccak256, [{ address: new Uint8Array(20).fill(1), topics: [], data: new Uint8Array(0) }]);
    const hits = Array.from({ length: 1_000 }, (_, index) => bloomMayHold(crypto.keccak256, bloom, Uint8Array.of(index & 255, index >> 8))).filter(Boolean);
    expect(hits.length).toBeLessThan(5);
  });

  it('holds after merging what either held', () => {
    const [one, two] = [1, 2].map((byte) => ({ address: new Uint8Array(20).fill(byte), topics: [], data: new Uint8Array(0) }));
    const sum = bloomOf(crypto.keccak256, [one!]);
    mergeBloom(sum, bloomOf(crypto.keccak256, [two!]));
    expect(sum).toEqual(bloomOf(crypto.keccak256, [one!, two!]));
  });
});
