import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256, sha256Hex } from './crypto';
import { merkleProof, merkleRoot, verifyMerkleProof } from './merkle';
import { hash, ZERO_HASH } from './types';

const item = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const items = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 40 });

describe('Merkle tree', () => {
  it('has the hash of nothing for an empty list', () => {
    expect(merkleRoot([])).toBe(ZERO_HASH);
  });

  it('hashes leaves under 0 with index and count, nodes under 1, and lifts an odd node', () => {
    const leaf = (index: number, value: string) => sha256(Buffer.from([0, 0, 0, 0, index, 0, 0, 0, 3]), item(value));
    const left = sha256(Uint8Array.of(1), leaf(0, 'a'), leaf(1, 'b'));
    expect(merkleRoot(['a', 'b', 'c'].map(item))).toBe(sha256Hex(Uint8Array.of(1), left, leaf(2, 'c')));
  });

  it('proves every item of every list', () => {
    fc.assert(
      fc.property(items, (list) => {
        const root = merkleRoot(list);
        list.forEach((value, index) => expect(verifyMerkleProof(root, value, merkleProof(list, index))).toBe(true));
      }),
    );
  });

  it('proves no other item, place, count, path or root', () => {
    fc.assert(
      fc.property(items, fc.nat(), fc.nat(), (list, at, flip) => {
        const index = at % list.length;
        const root = merkleRoot(list);
        const proof = merkleProof(list, index);
        const value = list[index] ?? new Uint8Array(0);
        expect(verifyMerkleProof(root, Buffer.concat([value, Uint8Array.of(0)]), proof)).toBe(false);
        expect(verifyMerkleProof(root, value, { ...proof, index: index + 1 })).toBe(false);
        expect(verifyMerkleProof(root, value, { ...proof, count: proof.count + 1 })).toBe(false);
        expect(verifyMerkleProof(root, value, { ...proof, siblings: [...proof.siblings, new Uint8Array(32)] })).toBe(false);
        expect(verifyMerkleProof(ZERO_HASH, value, proof)).toBe(false);
        if (proof.siblings.length === 0) return;
        const siblings = proof.siblings.map((sibling) => Uint8Array.from(sibling));
        const sibling = siblings[flip % siblings.length];
        if (sibling !== undefined) sibling[flip % 32] = (sibling[flip % 32] ?? 0) ^ 1;
        expect(verifyMerkleProof(root, value, { ...proof, siblings })).toBe(false);
        expect(verifyMerkleProof(root, value, { ...proof, siblings: proof.siblings.slice(1) })).toBe(false);
      }),
    );
  });

  it('gives lists that differ in anything different roots', () => {
    const roots = [['a'], ['a', 'a'], ['a', 'b'], ['b', 'a'], ['ab'], ['a', 'b', 'b'], ['', 'ab'], ['a', 'b', '']].map((list) => merkleRoot(list.map(item)));
    expect(new Set(roots).size).toBe(roots.length);
  });

  it('does not take an inner node for a leaf', () => {
    const list = ['a', 'b'].map(item);
    const proof = merkleProof(list, 0);
    const inner = Buffer.concat([sha256(Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 2]), item('a')), proof.siblings[0] ?? new Uint8Array(0)]);
    expect(verifyMerkleProof(merkleRoot(list), inner, { index: 0, count: 1, siblings: [] })).toBe(false);
  });

  it('answers no for senseless proofs, and throws for a place that is not there', () => {
    const root = hash(merkleRoot([item('a')]));
    for (const proof of [{ index: -1, count: 1, siblings: [] }, { index: 0.5, count: 1, siblings: [] }, { index: 0, count: 0, siblings: [] }, { index: 0, count: 2 ** 40, siblings: [] }, { index: 0, count: 2, siblings: [new Uint8Array(31)] }]) {
      expect(verifyMerkleProof(root, item('a'), proof)).toBe(false);
    }
    expect(() => merkleProof([item('a')], 1)).toThrow(RangeError);
    expect(() => merkleProof([], 0)).toThrow(RangeError);
  });
});
