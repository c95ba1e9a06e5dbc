import { bytesEqual } from '@/lib/platform/pure/bytes';
import type { StateReader, StateWrite } from '../../core/storage';
import type { EvmStateReader } from './evm';
import { encodeAccount } from './account';
import type { EvmCrypto } from './crypto';
import { bytes, type EvmState, type StorageChanges } from './evm-state';
import { encodeRlpBytes } from './rlp';
import { accountKey, accountTrieKey, codeKey, storageKey, storageRange, storageTrieKey, storageTrieRange } from './state-keys';
import { listTrieKeys } from './list-trie-keys';
import { emptyTrieRoot, Trie } from './trie/trie';
import { WriteSet } from './write-set';

/**
 * Turns what a block changed into the new Merkle-Patricia root and the writes that make it durable.
 *
 * @param state the block's changes, on top of `base`
 * @param parentRoot the root that `base` has; the first trie node read is checked against it
 */
export function commitState(crypto: EvmCrypto, state: EvmState, base: EvmStateReader, parentRoot: Uint8Array): { stateRoot: Uint8Array; writes: StateWrite[] } {
  const { keccak256 } = crypto;
  base.prefetch?.(listTrieKeys(crypto, state));
  const writes = new WriteSet();
  const accounts = new Trie(keccak256, { get: (path) => base.get(accountTrieKey(path)) }, parentRoot);

  for (const key of new Set([...state.accounts.keys(), ...state.storages.keys()])) {
    const address = bytes(key);
    const before = state.baseAccount(key);
    const after = state.account(address);
    const changes = state.storages.get(key);
    if (after === undefined) {
      if (before === undefined) continue;
      writes.delete(accountKey(address));
      accounts.delete(keccak256(address));
      forgetStorage(base, address, writes);
      continue;
    }
    const storageRoot = changes === undefined ? (before?.storageRoot ?? emptyTrieRoot(keccak256)) : commitStorage(crypto, state, base, key, changes, writes);
    if (!(before !== undefined && bytesEqual(before.codeHash, after.codeHash))) {
      const code = state.code(after.codeHash);
      if (code.length > 0) writes.put(codeKey(after.codeHash), code);
    }
    const encoded = encodeAccount({ ...after, storageRoot });
    if (before !== undefined && bytesEqual(encodeAccount(before), encoded)) continue;
    writes.put(accountKey(address), encoded);
    accounts.put(keccak256(address), encoded);
  }

  const { root, writes: nodes } = accounts.commit();
  for (const { path, node } of nodes) writes.set(accountTrieKey(path), node);
  return { stateRoot: root, writes: writes.sorted() };
}

function commitStorage(crypto: EvmCrypto, state: EvmState, base: StateReader, key: string, changes: StorageChanges, writes: WriteSet): Uint8Array {
  const { keccak256 } = crypto;
  const address = bytes(key);
  const before = state.baseAccount(key)?.storageRoot ?? emptyTrieRoot(keccak256);
  const fresh = changes.cleared || bytesEqual(before, emptyTrieRoot(keccak256));
  if (changes.cleared && !bytesEqual(before, emptyTrieRoot(keccak256))) forgetStorage(base, address, writes);
  const trie = fresh
    ? new Trie(keccak256, { get: () => undefined }, emptyTrieRoot(keccak256))
    : new Trie(keccak256, { get: (path) => base.get(storageTrieKey(address, path)) }, before);
  for (const [slotKey, value] of changes.slots) {
    const slot = bytes(slotKey);
    if (!fresh && bytesEqual(state.baseSlot(key, slotKey), value)) continue;
    if (value.length > 0) {
      writes.put(storageKey(address, slot), value);
      trie.put(keccak256(slot), encodeRlpBytes(value));
    } else if (!fresh) {
      writes.delete(storageKey(address, slot));
      trie.delete(keccak256(slot));
    }
  }
  const { root, writes: nodes } = trie.commit();
  for (const { path, node } of nodes) writes.set(storageTrieKey(address, path), node);
  return root;
}

/** An account that is made anew keeps nothing of its slots. Since EIP-6780 this never meets many of them. */
function forgetStorage(base: StateReader, address: Uint8Array, writes: WriteSet): void {
  for (const { from, to } of [storageRange(address), storageTrieRange(address)]) {
    let next = from;
    for (;;) {
      const entries = base.range({ from: next, to, limit: RANGE_LIMIT });
      for (const { key } of entries) writes.delete(key);
      const last = entries.at(-1);
      if (last === undefined || entries.length < RANGE_LIMIT) break;
      // The least key after the last one.
      next = new Uint8Array(last.key.length + 1);
      next.set(last.key);
    }
  }
}

const RANGE_LIMIT = 1_000;
