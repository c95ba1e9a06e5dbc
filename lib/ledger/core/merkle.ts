import { sha256Text } from './crypto';
import { ZERO_HASH, type Hash } from './types';

/**
 * Merkle tree over a list. Leaves and nodes hash under different first bytes, so that no node can pose as a leaf; each
 * leaf carries its index and the count, so that a proof for the last index also proves that nothing follows.
 * An odd node moves up unchanged.
 */
const LEAF = 0;
const NODE = 1;
/** First byte, index and count of a leaf. */
const leafHead = Buffer.allocUnsafeSlow(9);
leafHead[0] = LEAF;
/** First byte and two hashes. */
const node = Buffer.allocUnsafeSlow(1 + 32 + 32);
node[0] = NODE;

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
    root: top === undefined ? ZERO_HASH : (toBytes(top).toString('hex') as Hash),
    proofOf: (index) => {
      if (!Number.isInteger(index) || index < 0 || index >= count) throw new RangeError(`no item ${index}`);
      const siblings: Uint8Array[] = [];
      let at = index;
      for (const level of levels) {
        const sibling = level[at ^ 1];
        if (sibling !== undefined) siblings.push(toBytes(sibling));
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
  let hashed = leafHash(item, index, count);
  let at = index;
  let width = count;
  let used = 0;
  while (width > 1) {
    if ((at ^ 1) < width) {
      const sibling = siblings[used];
      if (sibling === undefined || sibling.length !== 32) return false;
      hashed = at % 2 === 0 ? nodeHash(hashed, toText(sibling)) : nodeHash(toText(sibling), hashed);
      used += 1;
    }
    at = Math.floor(at / 2);
    width = Math.ceil(width / 2);
  }
  return used === siblings.length && toBytes(hashed).toString('hex') === root;
}

/** Hashes as text, from the leaves upward: a tree over a block's transactions makes thousands, and all but one go. */
function merkleLevels(items: readonly Uint8Array[]): string[][] {
  if (items.length === 0) return [];
  let level = items.map((item, index) => leafHash(item, index, items.length));
  const levels = [level];
  while (level.length > 1) {
    const above: string[] = [];
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

function leafHash(item: Uint8Array, index: number, count: number): string {
  leafHead.writeUInt32BE(index, 1);
  leafHead.writeUInt32BE(count, 5);
  return sha256Text(leafHead, item);
}

function nodeHash(left: string, right: string): string {
  node.write(left, 1, 32, 'latin1');
  node.write(right, 33, 32, 'latin1');
  return sha256Text(node);
}

function toBytes(hashed: string): Buffer {
  return Buffer.from(hashed, 'latin1');
}

function toText(hashed: Uint8Array): string {
  return Buffer.from(hashed.buffer, hashed.byteOffset, hashed.byteLength).toString('latin1');
}
