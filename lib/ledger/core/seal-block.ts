import { hashHeader, hashValidators, signedStatement } from './block';
import { sha256Hex, type Signer, type VerifySignature } from './crypto';
import type { ExecutedBlock } from './framework';
import type { BlockHeader, BlockSignature } from './host-types';
import type { ChainId, Hash, Height, TimeMs } from './types';

/** What a block says besides what its execution gave. */
export interface BlockPlace {
  readonly chain: ChainId;
  readonly height: Height;
  readonly previousHash: Hash;
  readonly time: TimeMs;
  readonly engineVersion: number;
  readonly proposer: Uint8Array;
  /** Public keys of all peers, in the order of the genesis document. */
  readonly validators: readonly Uint8Array[];
}

/** The header of an executed block. Two peers that executed alike build the same bytes. */
export function buildHeader(place: BlockPlace, executed: ExecutedBlock): BlockHeader {
  const validators = hashValidators(place.validators);
  return {
    chain: place.chain,
    height: place.height,
    previousHash: place.previousHash,
    transactionRoot: executed.transactionRoot,
    receiptRoot: executed.receiptRoot,
    eventRoot: executed.eventRoot,
    stateRoot: executed.stateRoot,
    frameworkHeaderHash: sha256Hex(executed.frameworkHeader),
    time: place.time,
    engineVersion: place.engineVersion,
    proposer: place.proposer,
    validators,
    nextValidators: validators,
  };
}

export function signBlock(header: BlockHeader, hash: Hash, signer: Signer): BlockSignature {
  return { publicKey: signer.publicKey, signature: signer.sign(signedStatement(header.chain, header.height, 0, hash)) };
}

/** True when the signature is that key's over this block. */
export function verifyBlockSignature(header: BlockHeader, signature: BlockSignature, verify: VerifySignature): boolean {
  const statement = signedStatement(header.chain, header.height, 0, hashHeader(header));
  return verify(signature.publicKey, statement, signature.signature);
}

const ROOTS = ['transactionRoot', 'receiptRoot', 'eventRoot', 'stateRoot', 'frameworkHeaderHash'] as const;

/** Names the first thing in which an own execution differs from the header, with both values; undefined when alike. */
export function findDifference(header: BlockHeader, own: BlockHeader): string | undefined {
  for (const root of ROOTS) {
    if (header[root] !== own[root]) return `${root} is ${own[root]} here and ${header[root]} in the block`;
  }
  return hashHeader(header) === hashHeader(own) ? undefined : 'the header differs in a field besides the roots';
}
