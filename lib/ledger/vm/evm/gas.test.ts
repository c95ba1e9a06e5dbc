import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { createFeeMarket1559Tx, getCalldataFloorGas } from '@ethereumjs/tx';
import { Address } from '@ethereumjs/util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floorGas, intrinsicGas } from './gas';

const common = createCustomCommon({}, Mainnet, { hardfork: Hardfork.Prague });
const address = fc.uint8Array({ minLength: 20, maxLength: 20 });
const entry = fc.record({ address, slots: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 3 }) });
const data = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.array(fc.constantFrom(0, 1), { maxLength: 300 }).map((bytes) => Uint8Array.from(bytes)));

describe('gas before the first instruction', () => {
  it('is what the library computes, for transfers and creations with access lists', () => {
    fc.assert(
      fc.property(fc.option(address, { nil: undefined }), data, fc.array(entry, { maxLength: 3 }), (to, bytes, accessList) => {
        const transaction = createFeeMarket1559Tx({ ...(to === undefined ? {} : { to: new Address(to) }), data: bytes, accessList: accessList.map((one): [Uint8Array, Uint8Array[]] => [one.address, one.slots]), gasLimit: 30_000_000n }, { common });
        const costed = { to, data: bytes, accessList };
        expect(intrinsicGas(costed)).toBe(transaction.getIntrinsicGas());
        expect(floorGas(costed)).toBe(getCalldataFloorGas(transaction, new Address(new Uint8Array(20))));
      }),
    );
  });

  it('is 21,000 for a plain transfer', () => {
    expect(intrinsicGas({ to: new Uint8Array(20), data: new Uint8Array(0), accessList: [] })).toBe(21_000n);
    expect(floorGas({ to: new Uint8Array(20), data: new Uint8Array(0), accessList: [] })).toBe(21_000n);
  });
});
