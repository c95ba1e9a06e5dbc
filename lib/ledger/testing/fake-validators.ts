import { ByteReader, ByteWriter } from '../core/codec';
import type { ConsensusHead, ConsensusPorts, NamedBlock } from '../core/consensus/effects';
import type { ChainRules, Finality, Validator } from '../core/consensus/rules';
import { sha256, sha256Hex, type VerifySignature } from '../core/crypto';
import { hash, type Hash } from '../core/types';

/**
 * Validators whose signatures are keyed hashes: thousands of votes cost nothing, and one cannot be taken for another's.
 * For tests of the agreement alone; anybody who knows the public key can forge.
 */
export function fakeValidator(name: string): Validator {
  return { name, publicKey: Buffer.from(`key of ${name}`) };
}

/** Validators V0, V1, …, in this order. */
export function fakeRules(finality: Finality, count: number): ChainRules {
  return { finality, validators: Array.from({ length: count }, (_, at) => fakeValidator(`V${at}`)), engineVersion: 1 };
}

export function fakeSign(publicKey: Uint8Array, statement: Uint8Array): Uint8Array {
  return sha256(publicKey, statement);
}

export const fakeVerify: VerifySignature = (publicKey, statement, signature) => Buffer.compare(fakeSign(publicKey, statement), signature) === 0;

/** A block that says its place and a text, and nothing that could be executed. */
export function fakeBlock(head: ConsensusHead, text: string): NamedBlock {
  const block = new ByteWriter(128).u48(head.height + 1).hash(head.hash).string(text).finish();
  return { hash: sha256Hex(block), block };
}

export const inspectFakeBlock: ConsensusPorts['inspect'] = (block) => {
  try {
    const reader = new ByteReader(block);
    const place: { height: number; previousHash: Hash; hash: Hash } = { height: reader.u48(), previousHash: hash(reader.hash()), hash: sha256Hex(block) };
    reader.string();
    reader.end();
    return place;
  } catch {
    // Whatever it is, it is no block.
    return undefined;
  }
};
