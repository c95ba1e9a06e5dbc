import { decodeRlp, encodeRlp, encodeRlpBytes, encodeRlpList, type RlpItem } from '../rlp';
import { compactToNibbles, nibblesToCompact, type Nibbles } from './nibbles';

/**
 * A node of a Merkle-Patricia trie whose keys are never prefixes of one another (hashed keys, RLP indices), which is
 * why a branch carries no value.
 *
 * `reference` is how the parent names the node: the node's own encoding when shorter than 32 bytes, else its hash.
 * Absent while the node has changes that are not hashed yet.
 */
export type TrieNode = LeafNode | ExtensionNode | BranchNode | StoredNode;

export interface LeafNode {
  readonly kind: 'leaf';
  path: Nibbles;
  value: Uint8Array;
  reference?: Uint8Array;
}

export interface ExtensionNode {
  readonly kind: 'extension';
  path: Nibbles;
  child: TrieNode;
  reference?: Uint8Array;
}

export interface BranchNode {
  readonly kind: 'branch';
  readonly children: (TrieNode | undefined)[];
  reference?: Uint8Array;
}

/** A node that nobody has looked at yet: only its hash is known. */
export interface StoredNode {
  readonly kind: 'stored';
  readonly reference: Uint8Array;
}

export const HASH_LENGTH = 32;

const NOTHING = encodeRlpBytes(new Uint8Array(0));

/** The node's encoding, given its children's references. */
export function encodeNode(node: LeafNode | ExtensionNode | BranchNode, childReference: (index: number) => Uint8Array): Uint8Array {
  switch (node.kind) {
    case 'leaf':
      return encodeRlpList([encodeRlpBytes(nibblesToCompact(node.path, true)), encodeRlpBytes(node.value)]);
    case 'extension':
      return encodeRlpList([encodeRlpBytes(nibblesToCompact(node.path, false)), childReference(0)]);
    case 'branch': {
      const parts = node.children.map((child, index) => (child === undefined ? NOTHING : childReference(index)));
      parts.push(NOTHING);
      return encodeRlpList(parts);
    }
  }
}

export function hashToReference(hash: Uint8Array): Uint8Array {
  return encodeRlpBytes(hash);
}

/** Reads a stored node; the caller has checked its hash and gives the reference under which it was asked for. */
export function decodeNode(bytes: Uint8Array, reference: Uint8Array): LeafNode | ExtensionNode | BranchNode {
  return itemToNode(decodeRlp(bytes), reference);
}

function itemToNode(item: RlpItem, reference: Uint8Array): LeafNode | ExtensionNode | BranchNode {
  if (item instanceof Uint8Array) throw new Error('a trie node is not a list');
  if (item.length === 17) {
    const children = item.slice(0, 16).map(itemToChild);
    return { kind: 'branch', children, reference };
  }
  const [compact, rest] = item;
  if (item.length !== 2 || !(compact instanceof Uint8Array) || rest === undefined) throw new Error('a trie node has neither 2 nor 17 items');
  const { nibbles, isLeaf } = compactToNibbles(compact);
  if (isLeaf) {
    if (!(rest instanceof Uint8Array)) throw new Error('a trie leaf has no value');
    return { kind: 'leaf', path: nibbles, value: rest, reference };
  }
  const child = itemToChild(rest);
  if (child === undefined) throw new Error('a trie extension has no child');
  return { kind: 'extension', path: nibbles, child, reference };
}

function itemToChild(item: RlpItem): TrieNode | undefined {
  if (!(item instanceof Uint8Array)) return itemToNode(item, encodeRlp(item));
  if (item.length === 0) return undefined;
  if (item.length !== HASH_LENGTH) throw new Error('a trie node names a child by something that is not a hash');
  return { kind: 'stored', reference: hashToReference(item) };
}
