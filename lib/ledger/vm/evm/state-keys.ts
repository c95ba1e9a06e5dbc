import type { Nibbles } from './trie/nibbles';

/**
 * Where the EVM keeps what in a sub-chain's key-value state. The first byte is the name space; 0x01 to 0x0f are the
 * EVM's, everything above belongs to the framework around it.
 *
 * Accounts and slots lie flat (one read each) beside the nodes of the tries that commit to them.
 */
const ACCOUNT = 0x01;
const STORAGE = 0x02;
const CODE = 0x03;
const ACCOUNT_TRIE = 0x04;
const STORAGE_TRIE = 0x05;

/** → RLP [nonce, balance, storage root, code hash]. */
export function accountKey(address: Uint8Array): Uint8Array {
  return key(ACCOUNT, address);
}

/** → the slot's value, big-endian without leading zeros. */
export function storageKey(address: Uint8Array, slot: Uint8Array): Uint8Array {
  return key(STORAGE, address, slot);
}

/** → the contract's code. Codes are shared between contracts and never deleted. */
export function codeKey(codeHash: Uint8Array): Uint8Array {
  return key(CODE, codeHash);
}

/** → an encoded node of the trie over all accounts. */
export function accountTrieKey(path: Nibbles): Uint8Array {
  return key(ACCOUNT_TRIE, path);
}

/** → an encoded node of one account's storage trie. */
export function storageTrieKey(address: Uint8Array, path: Nibbles): Uint8Array {
  return key(STORAGE_TRIE, address, path);
}

/** All slots, or all trie nodes, of one account: from (inclusive) and to (exclusive). */
export function storageRange(address: Uint8Array): { from: Uint8Array; to: Uint8Array } {
  return { from: key(STORAGE, address), to: afterPrefix(key(STORAGE, address)) };
}

export function storageTrieRange(address: Uint8Array): { from: Uint8Array; to: Uint8Array } {
  return { from: key(STORAGE_TRIE, address), to: afterPrefix(key(STORAGE_TRIE, address)) };
}

function key(space: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 1;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  out[0] = space;
  let at = 1;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The least key that is greater than every key with this prefix. The name space byte is never 0xff, so there is one. */
function afterPrefix(prefix: Uint8Array): Uint8Array {
  const out = prefix.slice();
  for (let i = out.length - 1; ; i--) {
    if (out[i] !== 0xff) {
      out[i] = out[i]! + 1;
      return out.subarray(0, i + 1);
    }
  }
}
