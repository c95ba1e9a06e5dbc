import { Account, Address } from '@ethereumjs/util';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEvmCrypto, type EvmCrypto } from './crypto';
import { encodeAccount } from './account';
import { EvmState } from './evm-state';
import { MapState } from './map-state';
import { accountKey, codeKey, storageKey } from './state-keys';
import { emptyTrieRoot } from './trie/trie';

let crypto: EvmCrypto;
beforeAll(async () => {
  crypto = await loadEvmCrypto();
});

const addresses = [1, 2, 3].map((byte) => new Address(new Uint8Array(20).fill(byte)));
const slots = [0, 1, 2].map((byte) => new Uint8Array(32).fill(byte));

type Step =
  | { do: 'put'; who: number; balance: bigint }
  | { do: 'store'; who: number; slot: number; value: number }
  | { do: 'delete' | 'clear'; who: number }
  | { do: 'code'; who: number; byte: number }
  | { do: 'checkpoint' | 'commit' | 'revert' };

const who = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('put' as const), who, balance: fc.bigInt({ min: 0n, max: 9n }) }),
  fc.record({ do: fc.constant('store' as const), who, slot: fc.nat({ max: 2 }), value: fc.nat({ max: 3 }) }),
  fc.record({ do: fc.constantFrom('delete' as const, 'clear' as const), who }),
  fc.record({ do: fc.constant('code' as const), who, byte: fc.nat({ max: 3 }) }),
  fc.record({ do: fc.constantFrom('checkpoint' as const, 'commit' as const, 'revert' as const) }),
);

interface Model {
  accounts: (bigint | undefined)[];
  codes: number[];
  storage: number[][];
}
const copy = (model: Model): Model => structuredClone(model);

async function observe(state: EvmState): Promise<Model> {
  const model: Model = { accounts: [], codes: [], storage: [] };
  for (const address of addresses) {
    model.accounts.push((await state.getAccount(address))?.balance);
    model.codes.push((await state.getCode(address))[0] ?? 0);
    const values: number[] = [];
    for (const slot of slots) values.push((await state.getStorage(address, slot))[0] ?? 0);
    model.storage.push(values);
  }
  return model;
}

describe('EvmState', () => {
  it('undoes exactly what was changed since a checkpoint, however calls are nested', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const state = new EvmState(crypto);
        state.attach(baseState());
        let model = await observe(state);
        const saved: Model[] = [];
        for (const one of steps) {
          await apply(state, one, saved.length);
          if (one.do === 'checkpoint') saved.push(copy(model));
          else if (one.do === 'commit') saved.pop();
          else if (one.do === 'revert') model = saved.pop() ?? model;
          else applyToModel(model, one);
          expect(await observe(state)).toEqual(model);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('remembers what a slot held before the transaction, through writes and reverts, and forgets it afterwards', async () => {
    const state = new EvmState(crypto);
    state.attach(baseState());
    const [address, slot] = [addresses[0]!, slots[0]!];
    await state.checkpoint();
    await state.putStorage(address, slot, Uint8Array.of(5));
    await state.checkpoint();
    await state.putStorage(address, slot, Uint8Array.of(6));
    await state.revert();
    expect(await state.originalStorageCache.get(address, slot)).toEqual(Uint8Array.of(7));
    expect(await state.getStorage(address, slot)).toEqual(Uint8Array.of(5));
    await state.commit();
    state.originalStorageCache.clear();
    expect(await state.originalStorageCache.get(address, slot)).toEqual(Uint8Array.of(5));
  });

  it('gives each caller an own account object, because the library changes what it is given', async () => {
    const state = new EvmState(crypto);
    state.attach(baseState());
    const account = await state.getAccount(addresses[0]!);
    account!.balance = 999n;
    expect((await state.getAccount(addresses[0]!))!.balance).toBe(4n);
  });

  it('knows nothing of the state before once it is attached to another', async () => {
    const state = new EvmState(crypto);
    state.attach(baseState());
    await state.putAccount(addresses[1]!, new Account(1n, 1n));
    await state.putStorage(addresses[1]!, slots[1]!, Uint8Array.of(1));
    state.attach(new MapState());
    expect(await observe(state)).toEqual({ accounts: [undefined, undefined, undefined], codes: [0, 0, 0], storage: [[0, 0, 0], [0, 0, 0], [0, 0, 0]] });
  });

  it('answers nothing while it is attached to no state', () => {
    expect(() => new EvmState(crypto).account(addresses[0]!.bytes)).toThrow(/not attached/);
    const state = new EvmState(crypto);
    state.attach(baseState());
    state.detach();
    expect(() => state.account(addresses[0]!.bytes)).toThrow(/not attached/);
  });

  it('stores values in their shortest form and takes zeros for nothing', async () => {
    const state = new EvmState(crypto);
    state.attach(new MapState());
    await state.putStorage(addresses[0]!, slots[0]!, Uint8Array.of(0, 0, 9));
    expect(await state.getStorage(addresses[0]!, slots[0]!)).toEqual(Uint8Array.of(9));
    await state.putStorage(addresses[0]!, slots[0]!, new Uint8Array(32));
    expect(await state.getStorage(addresses[0]!, slots[0]!)).toEqual(new Uint8Array(0));
  });

  it('refuses slots and addresses of a wrong size, and commits and reverts without a checkpoint', async () => {
    const state = new EvmState(crypto);
    state.attach(new MapState());
    await expect(state.getStorage(addresses[0]!, new Uint8Array(31))).rejects.toThrow(/32 bytes/);
    await expect(state.commit()).rejects.toThrow(/never made/);
    await expect(state.revert()).rejects.toThrow(/never made/);
    await expect(state.getStateRoot()).rejects.toThrow();
    await expect(state.setStateRoot()).rejects.toThrow();
  });
});

/** The first account has a balance of 4, code 0x0a and 7 in its first slot. */
function baseState(): MapState {
  const state = new MapState();
  const code = Uint8Array.of(10);
  const account = { nonce: 1n, balance: 4n, storageRoot: emptyTrieRoot(crypto.keccak256), codeHash: crypto.keccak256(code) };
  state.apply([
    { key: accountKey(addresses[0]!.bytes), value: encodeAccount(account) },
    { key: codeKey(account.codeHash), value: code },
    { key: storageKey(addresses[0]!.bytes, slots[0]!), value: Uint8Array.of(7) },
  ]);
  return state;
}

async function apply(state: EvmState, one: Step, depth: number): Promise<void> {
  switch (one.do) {
    case 'put': {
      const account = (await state.getAccount(addresses[one.who]!)) ?? new Account();
      account.balance = one.balance;
      return state.putAccount(addresses[one.who]!, account);
    }
    case 'store':
      return state.putStorage(addresses[one.who]!, slots[one.slot]!, one.value === 0 ? new Uint8Array(0) : Uint8Array.of(one.value));
    case 'delete':
      return state.deleteAccount(addresses[one.who]!);
    case 'clear':
      return state.clearStorage(addresses[one.who]!);
    case 'code':
      return state.putCode(addresses[one.who]!, one.byte === 0 ? new Uint8Array(0) : Uint8Array.of(one.byte));
    case 'checkpoint':
      return state.checkpoint();
    case 'commit':
      return depth > 0 ? state.commit() : undefined;
    case 'revert':
      return depth > 0 ? state.revert() : undefined;
  }
}

function applyToModel(model: Model, one: Step): void {
  if (one.do === 'put') model.accounts[one.who] = one.balance;
  if (one.do === 'store') model.storage[one.who]![one.slot] = one.value;
  if (one.do === 'delete' || one.do === 'clear') model.storage[one.who] = [0, 0, 0];
  if (one.do === 'delete') {
    model.accounts[one.who] = undefined;
    model.codes[one.who] = 0;
  }
  if (one.do === 'code') {
    model.codes[one.who] = one.byte;
    model.accounts[one.who] ??= 0n;
  }
}
