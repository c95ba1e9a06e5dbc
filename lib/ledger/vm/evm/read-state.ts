import type { StateReader } from '../../core/storage';
import { decodeAccount, type AccountRecord } from './account';
import { accountKey, codeKey, storageKey } from './state-keys';

/** Reads of one account straight from the flat state, without an EVM. */
export function readAccount(state: StateReader, address: Uint8Array): AccountRecord | undefined {
  const bytes = state.get(accountKey(address));
  return bytes === undefined ? undefined : decodeAccount(bytes);
}

/** @returns the slot's value without leading zeros; nothing when it was never set */
export function readStorage(state: StateReader, address: Uint8Array, slot: Uint8Array): Uint8Array {
  return state.get(storageKey(address, slot)) ?? NOTHING;
}

export function readCode(state: StateReader, codeHash: Uint8Array): Uint8Array {
  return state.get(codeKey(codeHash)) ?? NOTHING;
}

const NOTHING = new Uint8Array(0);
