import type { EvmCrypto } from './crypto';
import { bytes, type EvmState } from './evm-state';
import { accountTrieKey, storageTrieKey } from './state-keys';
import { bytesToNibbles, type Nibbles } from './trie/nibbles';

/** Nodes from the root down; a trie of a million leaves is five deep. */
const DEPTH = 5;

/** Where the nodes lie that the commit of a block's changes will probably read, for a state whose reads are journeys. */
export function listTrieKeys({ keccak256 }: EvmCrypto, state: EvmState): Uint8Array[] {
  const keys: Uint8Array[] = [];
  const addPath = (hash: Uint8Array, keyOf: (path: Nibbles) => Uint8Array): void => {
    const nibbles = bytesToNibbles(hash);
    for (let depth = 0; depth < DEPTH; depth++) keys.push(keyOf(nibbles.subarray(0, depth)));
  };
  for (const account of state.accounts.keys()) addPath(keccak256(bytes(account)), accountTrieKey);
  for (const [account, { cleared, slots }] of state.storages) {
    const address = bytes(account);
    addPath(keccak256(address), accountTrieKey);
    if (cleared) continue;
    for (const slot of slots.keys()) addPath(keccak256(bytes(slot)), (path) => storageTrieKey(address, path));
  }
  return keys;
}
