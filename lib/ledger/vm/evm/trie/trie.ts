import { assert } from '@/lib/platform/pure/assert';
import { bytesEqual } from '@/lib/platform/pure/bytes';
import { encodeRlpBytes } from '../rlp';
import { bytesToNibbles, commonPrefixLength, joinNibbles, type Nibbles } from './nibbles';
import { decodeNode, encodeNode, HASH_LENGTH, hashToReference, type BranchNode, type ExtensionNode, type LeafNode, type TrieNode } from './node';

/** Where a trie's nodes lie, by their path from the root. */
export interface TrieNodeStore {
  get(path: Nibbles): Uint8Array | undefined;
}

export interface TrieNodeWrite {
  readonly path: Nibbles;
  /** Absent: there is no node at this path any more. */
  readonly node?: Uint8Array;
}

type Keccak256 = (bytes: Uint8Array) => Uint8Array;
type LoadedNode = LeafNode | ExtensionNode | BranchNode;

/**
 * Ethereum's Merkle-Patricia trie, synchronous and hashed once per block.
 *
 * Nodes are stored under their path, not under their hash: a block overwrites exactly the nodes that it replaces, so
 * the store holds one version of the trie and never needs a sweep. The price is that historical roots cannot be read.
 * Every node that is read is checked against the hash by which its parent names it.
 *
 * Keys must not be prefixes of one another. One instance serves one block: put and delete, then {@link Trie.commit}.
 */
export class Trie {
  private root: TrieNode | undefined;
  /** Paths of stored nodes that were read: those that no longer exist at the end are deleted. */
  private readonly loaded = new Map<string, Nibbles>();

  constructor(
    private readonly keccak256: Keccak256,
    private readonly store: TrieNodeStore,
    rootHash: Uint8Array,
  ) {
    const empty = bytesEqual(rootHash, emptyTrieRoot(keccak256));
    this.root = empty ? undefined : { kind: 'stored', reference: hashToReference(rootHash) };
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const nibbles = bytesToNibbles(key);
    let node = this.root;
    let at = 0;
    while (node !== undefined) {
      const here = this.load(node, nibbles.subarray(0, at));
      if (here.kind === 'leaf') return pathMatches(here.path, nibbles, at) && here.path.length === nibbles.length - at ? here.value : undefined;
      if (here.kind === 'extension') {
        if (!pathMatches(here.path, nibbles, at)) return undefined;
        at += here.path.length;
        node = here.child;
      } else {
        node = here.children[nibbles[at]!];
        at += 1;
      }
    }
    return undefined;
  }

  put(key: Uint8Array, value: Uint8Array): void {
    assert(value.length > 0, 'a trie holds no empty values: delete the key instead');
    this.root = this.insert(this.root, bytesToNibbles(key), 0, value);
  }

  delete(key: Uint8Array): void {
    this.root = this.remove(this.root, bytesToNibbles(key), 0);
  }

  /** Hashes what changed. */
  commit(): { readonly root: Uint8Array; readonly writes: readonly TrieNodeWrite[] } {
    const writes: TrieNodeWrite[] = [];
    const alive = new Set<string>();
    let root = emptyTrieRoot(this.keccak256);
    if (this.root !== undefined) {
      const reference = this.hash(this.root, new Uint8Array(0), writes, alive);
      root = reference.subarray(1);
    }
    for (const [key, path] of this.loaded) if (!alive.has(key)) writes.push({ path });
    return { root, writes };
  }

  private hash(node: TrieNode, path: Nibbles, writes: TrieNodeWrite[], alive: Set<string>): Uint8Array {
    if (node.kind === 'stored') return node.reference;
    if (node.kind === 'extension') this.hash(node.child, joinNibbles(path, node.path), writes, alive);
    if (node.kind === 'branch') {
      node.children.forEach((child, index) => {
        if (child !== undefined && child.kind !== 'stored') this.hash(child, joinNibbles(path, Uint8Array.of(index)), writes, alive);
      });
    }
    const isRoot = path.length === 0;
    if (node.reference === undefined) {
      const encoded = encodeNode(node, (index) => referenceOf(node.kind === 'branch' ? node.children[index] : node.kind === 'extension' ? node.child : undefined));
      const inline = encoded.length < HASH_LENGTH && !isRoot;
      node.reference = inline ? encoded : hashToReference(this.keccak256(encoded));
      if (!inline) writes.push({ path, node: encoded });
    }
    // A reference of 33 bytes is a hash; such a node has a place of its own in the store.
    if (node.reference.length === HASH_LENGTH + 1) alive.add(pathKey(path));
    return node.reference;
  }

  private load(node: TrieNode, path: Nibbles): LoadedNode {
    if (node.kind !== 'stored') return node;
    const bytes = this.store.get(path);
    assert(bytes !== undefined, 'a trie node is missing from the store');
    assert(bytesEqual(this.keccak256(bytes), node.reference.subarray(1)), 'a trie node does not have the hash by which its parent names it');
    this.loaded.set(pathKey(path), path.slice());
    return decodeNode(bytes, node.reference);
  }

  private insert(node: TrieNode | undefined, key: Nibbles, at: number, value: Uint8Array): TrieNode {
    if (node === undefined) return { kind: 'leaf', path: key.slice(at), value };
    const here = this.load(node, key.subarray(0, at));
    if (here.kind === 'branch') {
      const index = key[at]!;
      const child = this.insert(here.children[index], key, at + 1, value);
      here.children[index] = child;
      if (child.reference === undefined) here.reference = undefined;
      return here;
    }
    const rest = key.subarray(at);
    const common = commonPrefixLength(here.path, rest);
    if (common === here.path.length) {
      if (here.kind === 'leaf') {
        assert(common === rest.length, 'a trie key is a prefix of another');
        if (bytesEqual(here.value, value)) return here;
        here.value = value;
        here.reference = undefined;
        return here;
      }
      here.child = this.insert(here.child, key, at + common, value);
      if (here.child.reference === undefined) here.reference = undefined;
      return here;
    }
    return split(here, common, { kind: 'leaf', path: rest.slice(common + 1), value }, rest[common]!);
  }

  private remove(node: TrieNode | undefined, key: Nibbles, at: number): TrieNode | undefined {
    if (node === undefined) return undefined;
    const here = this.load(node, key.subarray(0, at));
    if (here.kind === 'leaf') return here.path.length === key.length - at && pathMatches(here.path, key, at) ? undefined : here;
    if (here.kind === 'extension') {
      if (!pathMatches(here.path, key, at)) return here;
      const child = this.remove(here.child, key, at + here.path.length);
      assert(child !== undefined, 'a trie extension lost its child');
      here.child = child;
      return child.reference === undefined ? prefixNode(here.path, child) : here;
    }
    const index = key[at]!;
    const child = this.remove(here.children[index], key, at + 1);
    const existed = here.children[index] !== undefined;
    here.children[index] = child;
    if (child !== undefined) {
      if (child.reference === undefined) here.reference = undefined;
      return here;
    }
    if (!existed) return here;
    here.reference = undefined;
    return this.collapse(here, key.subarray(0, at));
  }

  /** A branch with one child left is no branch: its child takes its place. */
  private collapse(branch: BranchNode, path: Nibbles): TrieNode {
    const left = branch.children.flatMap((child, index) => (child === undefined ? [] : [{ child, index }]));
    const only = left[0];
    if (left.length !== 1 || only === undefined) return branch;
    const step = Uint8Array.of(only.index);
    return prefixNode(step, this.load(only.child, joinNibbles(path, step)));
  }
}

/** Root of a trie made of `entries` alone, kept nowhere. */
export function trieRootOf(keccak256: Keccak256, entries: Iterable<readonly [key: Uint8Array, value: Uint8Array]>): Uint8Array {
  const trie = new Trie(keccak256, { get: () => undefined }, emptyTrieRoot(keccak256));
  for (const [key, value] of entries) trie.put(key, value);
  return trie.commit().root;
}

/** Root of the trie that holds nothing. */
export function emptyTrieRoot(keccak256: Keccak256): Uint8Array {
  emptyRoot ??= keccak256(encodeRlpBytes(new Uint8Array(0)));
  return emptyRoot;
}

let emptyRoot: Uint8Array | undefined;

function split(node: LeafNode | ExtensionNode, common: number, added: LeafNode, addedIndex: number): TrieNode {
  const children = Array.from({ length: 16 }, (): TrieNode | undefined => undefined);
  children[node.path[common]!] = shorten(node, common + 1);
  children[addedIndex] = added;
  const branch: BranchNode = { kind: 'branch', children };
  return common === 0 ? branch : { kind: 'extension', path: node.path.slice(0, common), child: branch };
}

function shorten(node: LeafNode | ExtensionNode, by: number): TrieNode {
  if (node.kind === 'leaf') return { kind: 'leaf', path: node.path.slice(by), value: node.value };
  return by === node.path.length ? node.child : { kind: 'extension', path: node.path.slice(by), child: node.child };
}

function prefixNode(prefix: Nibbles, node: TrieNode): TrieNode {
  switch (node.kind) {
    case 'leaf':
      return { kind: 'leaf', path: joinNibbles(prefix, node.path), value: node.value };
    case 'extension':
      return { kind: 'extension', path: joinNibbles(prefix, node.path), child: node.child };
    case 'branch':
    case 'stored':
      return { kind: 'extension', path: prefix, child: node };
  }
}

function referenceOf(node: TrieNode | undefined): Uint8Array {
  assert(node?.reference !== undefined, 'a trie node is encoded before its children');
  return node.reference;
}

function pathMatches(path: Nibbles, key: Nibbles, at: number): boolean {
  if (key.length - at < path.length) return false;
  for (let i = 0; i < path.length; i++) if (path[i] !== key[at + i]) return false;
  return true;
}

function pathKey(path: Nibbles): string {
  return Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString('latin1');
}
