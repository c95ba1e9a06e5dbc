import { ByteWriter } from '../codec';
import type { ChainId, Hash } from '../types';

/**
 * What is signed. Each kind begins with a prefix of its own and names its sub-chain, so that a signature means nothing
 * anywhere else.
 */
function statement(kind: string, chain: ChainId): ByteWriter {
  return new ByteWriter(160).string(`chainworks/${kind}/1`).string(chain);
}

export function proposalStatement(chain: ChainId, height: number, round: number, validRound: number, hash: Hash): Uint8Array {
  return statement('proposal', chain).u48(height).u32(round).u32(validRound + 1).hash(hash).finish();
}

export function prevoteStatement(chain: ChainId, height: number, round: number, hash: Hash): Uint8Array {
  return statement('prevote', chain).u48(height).u32(round).hash(hash).finish();
}

/** What a quorum of signatures over makes a block final. */
export function precommitStatement(chain: ChainId, height: number, round: number, hash: Hash): Uint8Array {
  return statement('finality', chain).u48(height).u32(round).hash(hash).finish();
}

/** A peer's word that it executed the block and keeps it. Counts for nothing in a certificate. */
export function attestationStatement(chain: ChainId, height: number, hash: Hash): Uint8Array {
  return statement('attestation', chain).u48(height).hash(hash).finish();
}

/** A peer that lost its memory asks the others how far they are. */
export function questionStatement(chain: ChainId, nonce: Uint8Array): Uint8Array {
  return statement('question', chain).raw(nonce).finish();
}

export function answerStatement(chain: ChainId, nonce: Uint8Array, height: number): Uint8Array {
  return statement('answer', chain).raw(nonce).u48(height).finish();
}

/** What a quorum of signatures over makes a snapshot of the state certified. */
export function snapshotStatement({ chain, height, blockHash, stateHash, ranges, bytes }: SnapshotFacts): Uint8Array {
  return statement('snapshot', chain).u48(height).hash(blockHash).hash(stateHash).u32(ranges).u48(bytes).finish();
}

/** The state of a sub-chain after a block. */
export interface SnapshotFacts {
  readonly chain: ChainId;
  readonly height: number;
  readonly blockHash: Hash;
  /** Merkle root over the ranges of the state, in key order. */
  readonly stateHash: Hash;
  readonly ranges: number;
  /** Of all keys and values. */
  readonly bytes: number;
}
