import { ByteWriter } from './codec';
import { sha256 } from './crypto';
import { ZERO_HASH, type Hash } from './types';

/**
 * Merkle tree over a list. Leaves and nodes hash under different first bytes, so that no node can pose as a leaf; each
 * leaf carries its index and the count, so that a proof for the last index also proves that nothing follows.
 * An odd node moves up unchanged.
 */
const LEAF = 0;
const NODE = 1;
const NODE_PREFIX = Uint8Array.of(NODE);

/** Root over the items; the hash of nothing (zeros) for an empty list. */
export function merkleRoot(items: readonly Uint8Array[]): Hash {
  return merkleTree(items).root;
}

export interface MerkleProof {
  readonly index: number;
  readonly count: number;
  /** Siblings from the leaf upward, 32 bytes each; levels where the node moves up alone have none. */
  readonly siblings: readonly Uint8Array[];
}

/** Path from item `index` to the root. Throws RangeError when there is no such item. */
export function merkleProof(items: readonly Uint8Array[], index: number): MerkleProof {
  return merkleTree(items).proofOf(index);
}

/** The tree itself, for who gives many proofs of it: 64 bytes an item. */
export interface MerkleTree {
  readonly root: Hash;
  /** As {@link merkleProof}. */
  proofOf(index: number): MerkleProof;
}

export function merkleTree(items: readonly Uint8Array[]): MerkleTree {
  const levels = merkleLevels(items);
  const count = items.length;
  const top = levels.at(-1)?.[0];
  return {
    root: top === undefined ? ZERO_HASH : toHash(top),
    proofOf: (index) => {
      if (!Number.isInteger(index) || index < 0 || index >= count) throw new RangeError(`no item ${index}`);
      const siblings: Uint8Array[] = [];
      let at = index;
      for (const level of levels) {
        const sibling = level[at ^ 1];
        if (sibling !== undefined) siblings.push(sibling);
        at >>= 1;
      }
      return { index, count, siblings };
    },
  };
}

/** True when `item` is number `proof.index` of the `proof.count` items under `root`. False for malformed proofs. */
export function verifyMerkleProof(root: Hash, item: Uint8Array, proof: MerkleProof): boolean {
  const { index, count, siblings } = proof;
  if (!Number.isInteger(count) || count > 0xffff_ffff || !Number.isInteger(index) || index < 0 || index >= count) return false;
  let node = leafHash(item, index, count);
  let at = index;
  let width = count;
  let used = 0;
  while (width > 1) {
    if ((at ^ 1) < width) {
      const sibling = siblings[used];
      if (sibling === undefined || sibling.length !== 32) return false;
      node = at % 2 === 0 ? nodeHash(node, sibling) : nodeHash(sibling, node);
      used += 1;
    }
    at = Math.floor(at / 2);
    width = Math.ceil(width / 2);
  }
  return used === siblings.length && toHash(node) === root;
}

function merkleLevels(items: readonly Uint8Array[]): Uint8Array[][] {
  if (items.length === 0) return [];
  let level = items.map((item, index) => leafHash(item, index, items.length));
  const levels = [level];
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const left = level[index];
      const right = level[index + 1];
      if (left !== undefined) above.push(right === undefined ? left : nodeHash(left, right));
    }
    level = above;
    levels.push(level);
  }
  return levels;
}

function leafHash(item: Uint8Array, index: number, count: number): Uint8Array {
  return sha256(new ByteWriter(9).u8(LEAF).u32(index).u32(count).finish(), item);
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE_PREFIX, left, right);
}

function toHash(bytes: Uint8Array): Hash {
  return Buffer.from(bytes).toString('hex') as Hash;
}
