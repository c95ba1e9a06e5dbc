import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { MerkleStateManager } from '@ethereumjs/statemanager';
import { Account, Address } from '@ethereumjs/util';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex } from '@/lib/platform/pure/bytes';
import { commitState } from './commit-state';
import { loadEvmCrypto, type EvmCrypto } from './crypto';
import { EvmState } from './evm-state';
import { MapState } from './map-state';
import { storageRange, storageTrieRange } from './state-keys';
import { emptyTrieRoot } from './trie/trie';

let crypto: EvmCrypto;
beforeAll(async () => {
  crypto = await loadEvmCrypto();
});

const addresses = Array.from({ length: 6 }, (_, index) => new Address(new Uint8Array(20).fill(index + 1)));
const slotOf = (slot: number): Uint8Array => new Uint8Array(32).fill(slot);

type Step = { who: number } & ({ do: 'put'; nonce: bigint; balance: bigint } | { do: 'store'; slot: number; value: Uint8Array } | { do: 'delete' } | { do: 'code'; code: Uint8Array });
const who = fc.nat({ max: addresses.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ who, do: fc.constant('put' as const), nonce: fc.bigInt({ min: 0n, max: 3n }), balance: fc.bigInt({ min: 1n, max: 2n ** 128n }) }),
  fc.record({ who, do: fc.constant('store' as const), slot: fc.nat({ max: 9 }), value: fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ minLength: 1, maxLength: 32 })) }),
  fc.record({ who, do: fc.constant('delete' as const) }),
  fc.record({ who, do: fc.constant('code' as const), code: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
);

/** A block's changes, in the order in which an execution may make them: storage only of accounts that exist. */
async function change(target: EvmState | MerkleStateManager, one: Step): Promise<void> {
  const address = addresses[one.who]!;
  const exists = (await target.getAccount(address)) !== undefined;
  if (one.do === 'put') {
    const account = (await target.getAccount(address)) ?? new Account();
    account.nonce = one.nonce;
    account.balance = one.balance;
    await target.putAccount(address, account);
  }
  if (one.do === 'code') await target.putCode(address, one.code);
  if (one.do === 'store' && exists) await target.putStorage(address, slotOf(one.slot), one.value);
  if (one.do === 'delete' && exists) {
    await target.clearStorage(address);
    await target.deleteAccount(address);
  }
}

describe('commitState', () => {
  it('has the roots of the library\'s state manager over random blocks, and keeps nothing that a fresh state would not have', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 25 }), { minLength: 1, maxLength: 6 }), async (blocks) => {
        const oracle = new MerkleStateManager({ common: createCustomCommon({}, Mainnet, { hardfork: Hardfork.Prague }) });
        const store = new MapState();
        const state = new EvmState(crypto);
        let root = emptyTrieRoot(crypto.keccak256);
        for (const steps of blocks) {
          state.attach(store);
          await oracle.checkpoint();
          for (const one of steps) {
            await change(state, one);
            await change(oracle, one);
          }
          await oracle.commit();
          const committed = commitState(crypto, state, store, root);
          store.apply(committed.writes);
          root = committed.stateRoot;
          expect(bytesToHex(root)).toBe(bytesToHex(await oracle.getStateRoot()));
          const keys = committed.writes.map(({ key }) => bytesToHex(key));
          expect(keys).toEqual([...new Set(keys)].sort());
        }
        await expectNothingLeftOver(state, store, root);
      }),
      { numRuns: 50 },
    );
  });

  it('writes nothing for a block that changes nothing, also when it writes what was there before', async () => {
    const store = new MapState();
    const state = new EvmState(crypto);
    state.attach(store);
    await change(state, { who: 0, do: 'put', nonce: 1n, balance: 5n });
    await change(state, { who: 0, do: 'store', slot: 1, value: Uint8Array.of(9) });
    const first = commitState(crypto, state, store, emptyTrieRoot(crypto.keccak256));
    store.apply(first.writes);
    state.attach(store);
    await change(state, { who: 0, do: 'put', nonce: 2n, balance: 6n });
    await change(state, { who: 0, do: 'put', nonce: 1n, balance: 5n });
    await change(state, { who: 0, do: 'store', slot: 1, value: Uint8Array.of(8) });
    await change(state, { who: 0, do: 'store', slot: 1, value: Uint8Array.of(9) });
    expect(commitState(crypto, state, store, first.stateRoot)).toEqual({ stateRoot: first.stateRoot, writes: [] });
  });

  it('forgets every slot of an account that goes away, also more than are read at once', async () => {
    const store = new MapState();
    const state = new EvmState(crypto);
    state.attach(store);
    const address = addresses[0]!;
    await change(state, { who: 0, do: 'put', nonce: 1n, balance: 5n });
    for (let slot = 0; slot < 1_500; slot++) await state.putStorage(address, crypto.keccak256(Uint8Array.of(slot & 255, slot >> 8)), Uint8Array.of(1));
    const first = commitState(crypto, state, store, emptyTrieRoot(crypto.keccak256));
    store.apply(first.writes);
    state.attach(store);
    await change(state, { who: 0, do: 'delete' });
    const second = commitState(crypto, state, store, first.stateRoot);
    store.apply(second.writes);
    expect(second.stateRoot).toEqual(emptyTrieRoot(crypto.keccak256));
    for (const range of [storageRange(address.bytes), storageTrieRange(address.bytes)]) expect(store.range({ ...range, limit: 10 })).toEqual([]);
  });

  it('refuses to build on a state that is not the one of the parent root', async () => {
    const store = new MapState();
    const state = new EvmState(crypto);
    state.attach(store);
    await change(state, { who: 0, do: 'put', nonce: 1n, balance: 5n });
    expect(() => commitState(crypto, state, store, new Uint8Array(32).fill(1))).toThrow(/missing from the store/);
  });
});

/** Rebuilds accounts and slots in an empty store: it must end with the same keys, codes aside (they are never deleted). */
async function expectNothingLeftOver(read: EvmState, store: MapState, root: Uint8Array): Promise<void> {
  read.attach(store);
  const fresh = new MapState();
  const rebuilt = new EvmState(crypto);
  rebuilt.attach(fresh);
  for (const address of addresses) {
    const account = await read.getAccount(address);
    if (account === undefined) continue;
    await rebuilt.putAccount(address, account);
    const code = await read.getCode(address);
    if (code.length > 0) await rebuilt.putCode(address, code);
    for (let slot = 0; slot <= 9; slot++) {
      const value = await read.getStorage(address, slotOf(slot));
      if (value.length > 0) await rebuilt.putStorage(address, slotOf(slot), value);
    }
  }
  const again = commitState(crypto, rebuilt, fresh, emptyTrieRoot(crypto.keccak256));
  fresh.apply(again.writes);
  expect(bytesToHex(again.stateRoot)).toBe(bytesToHex(root));
  const CODE = 3;
  const everything = { from: Uint8Array.of(0), to: Uint8Array.of(255), limit: 100_000 };
  const withoutCodes = (state: MapState): string[] => state.range(everything).filter(({ key }) => key[0] !== CODE).map(({ key, value }) => `${bytesToHex(key)}=${bytesToHex(value)}`);
  expect(withoutCodes(store)).toEqual(withoutCodes(fresh));
}
