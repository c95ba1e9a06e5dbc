import { encodeBody, hashBody, hashHeader, type BlockBody } from './block';
import type { ChainRules } from './consensus/rules';
import { attestationStatement } from './consensus/statements';
import { sha256Hex, type Signer, type VerifySignature } from './crypto';
import type { ExecutedBlock } from './framework';
import type { BlockHeader, BlockSignature } from './host-types';
import { nameOfRules } from './rules-history';
import type { ChainId, Hash, Height, TimeMs } from './types';

/** What a block says besides what its execution gave. */
export interface BlockPlace {
  readonly chain: ChainId;
  readonly height: Height;
  readonly previousHash: Hash;
  readonly time: TimeMs;
  readonly proposer: Uint8Array;
  /** What it is judged by, and what the next block is. */
  readonly rules: ChainRules;
  readonly nextRules: ChainRules;
  /** The encoded rules of a block that changes them. */
  readonly change?: Uint8Array;
  readonly genesis?: Uint8Array;
}

/** An executed block that is not final yet: what validators agree on, and what becomes of the state. */
export interface BlockDraft {
  readonly header: BlockHeader;
  readonly hash: Hash;
  /** `encodeBody`. */
  readonly body: Uint8Array;
  readonly executed: ExecutedBlock;
  readonly nextRules: ChainRules;
  readonly isChange: boolean;
}

/** Two peers that executed alike draft the same bytes. */
export function draftBlock(place: BlockPlace, executed: ExecutedBlock): BlockDraft {
  const { chain, height, previousHash, time, proposer, rules, nextRules, change, genesis } = place;
  const transactions = executed.transactions.map(({ bytes }) => bytes);
  const content = { transactions, ...(change === undefined ? {} : { change }), ...(genesis === undefined ? {} : { genesis }) };
  const header: BlockHeader = {
    chain,
    height,
    previousHash,
    transactionRoot: executed.transactionRoot,
    receiptRoot: executed.receiptRoot,
    eventRoot: executed.eventRoot,
    stateRoot: executed.stateRoot,
    frameworkHeaderHash: sha256Hex(executed.frameworkHeader),
    bodyHash: hashBody(content),
    time,
    engineVersion: rules.engineVersion,
    proposer,
    validators: nameOfRules(rules),
    nextValidators: nameOfRules(nextRules),
  };
  const block: BlockBody = { header, frameworkHeader: executed.frameworkHeader, ...content };
  return { header, hash: hashHeader(header), body: encodeBody(block), executed, nextRules, isChange: change !== undefined };
}

/** The peer's word that it executed the block and keeps it. */
export function attestBlock(chain: ChainId, height: number, hash: Hash, signer: Signer): BlockSignature {
  return { publicKey: signer.publicKey, signature: signer.sign(attestationStatement(chain, height, hash)) };
}

/** True when the attestation is that key's for this block. */
export function isAttested(header: BlockHeader, { publicKey, signature }: BlockSignature, verify: VerifySignature): boolean {
  return verify(publicKey, attestationStatement(header.chain, header.height, hashHeader(header)), signature);
}

const ROOTS = ['transactionRoot', 'receiptRoot', 'eventRoot', 'stateRoot', 'frameworkHeaderHash'] as const;

/** Names the first thing in which an own execution differs from the header, with both values; undefined when alike. */
export function findDifference(header: BlockHeader, own: BlockHeader): string | undefined {
  for (const root of ROOTS) {
    if (header[root] !== own[root]) return `${root} is ${own[root]} here and ${header[root]} in the block`;
  }
  return hashHeader(header) === hashHeader(own) ? undefined : 'the header differs in a field besides the roots';
}
