import { createMPT } from '@ethereumjs/mpt';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '@/lib/platform/pure/bytes';
import { loadEvmCrypto, type EvmCrypto } from '../crypto';
import { encodeRlp, uintToBytes } from '../rlp';
import { emptyTrieRoot, Trie, trieRootOf, type TrieNodeStore } from './trie';
import type { Nibbles } from './nibbles';

let crypto: EvmCrypto;
beforeAll(async () => {
  crypto = await loadEvmCrypto();
});

/** A store that is what a peer's state would be after each block. */
class Nodes implements TrieNodeStore {
  readonly byPath = new Map<string, Uint8Array>();
  get(path: Nibbles): Uint8Array | undefined {
    return this.byPath.get(bytesToHex(path));
  }
  apply(writes: ReturnType<Trie['commit']>['writes']): void {
    for (const { path, node } of writes) {
      if (node === undefined) this.byPath.delete(bytesToHex(path));
      else this.byPath.set(bytesToHex(path), node);
    }
  }
}

type Change = { key: Uint8Array; value: Uint8Array | undefined };

/** Few distinct key bytes make long shared paths, which is where splits and collapses happen. */
function changesOf(keyBytes: fc.Arbitrary<number>, keyLength: number): fc.Arbitrary<Change[][]> {
  const change = fc.record({
    key: fc.array(keyBytes, { minLength: keyLength, maxLength: keyLength }).map((bytes) => Uint8Array.from(bytes)),
    value: fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: undefined, freq: 3 }),
  });
  return fc.array(fc.array(change, { maxLength: 12 }), { minLength: 1, maxLength: 8 });
}

async function agrees(blocks: Change[][]): Promise<void> {
  const oracle = await createMPT();
  const nodes = new Nodes();
  const content = new Map<string, Uint8Array>();
  let root = emptyTrieRoot(crypto.keccak256);
  for (const block of blocks) {
    const trie = new Trie(crypto.keccak256, nodes, root);
    for (const { key, value } of block) {
      if (value === undefined) {
        trie.delete(key);
        content.delete(bytesToHex(key));
        await oracle.del(key);
      } else {
        trie.put(key, value);
        content.set(bytesToHex(key), value);
        await oracle.put(key, value);
      }
    }
    const committed = trie.commit();
    nodes.apply(committed.writes);
    root = committed.root;
    expect(bytesToHex(root)).toBe(bytesToHex(oracle.root()));
  }
  const reader = new Trie(crypto.keccak256, nodes, root);
  for (const [key, value] of content) expect(reader.get(hexToBytes(key))).toEqual(value);
  // Nothing is left over: rebuilding from the content alone needs exactly the nodes that the store holds.
  const fresh = new Nodes();
  const rebuilt = new Trie(crypto.keccak256, fresh, emptyTrieRoot(crypto.keccak256));
  for (const [key, value] of content) rebuilt.put(hexToBytes(key), value);
  fresh.apply(rebuilt.commit().writes);
  expect(nodes.byPath).toEqual(fresh.byPath);
}

describe('Trie', () => {
  it('has the published root of the empty trie', () => {
    expect(bytesToHex(emptyTrieRoot(crypto.keccak256))).toBe('56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421');
  });

  it('has the roots of @ethereumjs/mpt and leaves no stale node behind, with short colliding keys', async () => {
    await fc.assert(fc.asyncProperty(changesOf(fc.constantFrom(0x00, 0x01, 0x10, 0x11, 0xff), 3), agrees), { numRuns: 150, verbose: 0 });
  });

  it('has the roots of @ethereumjs/mpt and leaves no stale node behind, with hashed keys', async () => {
    await fc.assert(fc.asyncProperty(changesOf(fc.constantFrom(0xaa, 0xab, 0x00), 32), agrees), { numRuns: 60, verbose: 0 });
  });

  it('has the roots of @ethereumjs/mpt for tries over RLP indices, whose keys differ in length', async () => {
    for (const count of [0, 1, 2, 16, 17, 127, 128, 129, 300]) {
      const oracle = await createMPT();
      const entries: [Uint8Array, Uint8Array][] = [];
      for (let i = 0; i < count; i++) entries.push([encodeRlp(uintToBytes(i)), crypto.keccak256(uintToBytes(i + 1)).slice(0, 1 + (i % 32))]);
      for (const [key, value] of entries) await oracle.put(key, value);
      expect(bytesToHex(trieRootOf(crypto.keccak256, entries)), `${count} entries`).toBe(bytesToHex(oracle.root()));
    }
  });

  it('stops on a stored node that was altered, instead of building on it', () => {
    const nodes = new Nodes();
    const trie = new Trie(crypto.keccak256, nodes, emptyTrieRoot(crypto.keccak256));
    for (let i = 0; i < 50; i++) trie.put(crypto.keccak256(uintToBytes(i)), Uint8Array.of(i + 1));
    const { root, writes } = trie.commit();
    nodes.apply(writes);
    for (const [path, node] of nodes.byPath) nodes.byPath.set(path, node.map((byte, index) => (index === node.length - 1 ? byte ^ 1 : byte)));
    expect(() => new Trie(crypto.keccak256, nodes, root).get(crypto.keccak256(uintToBytes(3)))).toThrow(/hash by which its parent names it/);
    nodes.byPath.clear();
    expect(() => new Trie(crypto.keccak256, nodes, root).get(crypto.keccak256(uintToBytes(3)))).toThrow(/missing from the store/);
  });

  it('refuses values that the encoding cannot tell from absence', () => {
    const trie = new Trie(crypto.keccak256, new Nodes(), emptyTrieRoot(crypto.keccak256));
    expect(() => trie.put(new Uint8Array(32), new Uint8Array(0))).toThrow(/empty values/);
  });
});
