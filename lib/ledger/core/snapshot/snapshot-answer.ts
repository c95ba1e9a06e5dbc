import { ByteReader, ByteWriter, CodecError } from '../codec';
import { snapshotStatement, type SnapshotFacts } from '../consensus/statements';
import { quorumOf, type ChainRules } from '../consensus/rules';
import type { VerifySignature } from '../crypto';
import { CHANGES_MAX } from '../rules-history';
import { chainId, hash, type ChainId, type Hash } from '../types';
import { RANGES_MAX } from './ranges';

/** What a peer says when it is asked for a snapshot at a height. None of it is believed: signatures are counted. */
export type SnapshotAnswer =
  /** It is beyond that height already; `changes`: heights of the blocks that changed the rules, ascending. */
  | { readonly state: 'passed'; readonly height: number; readonly genesisHash: Hash; readonly changes: readonly number[] }
  /** It is not there yet, or still describes its state there. */
  | { readonly state: 'waiting' | 'making'; readonly height: number }
  /** It holds as many snapshots as it may. */
  | { readonly state: 'busy'; readonly height: number }
  /** It holds it and gives its ranges. */
  | { readonly state: 'ready'; readonly height: number; readonly signed: SignedSnapshot };

export interface SignedSnapshot {
  readonly facts: SnapshotFacts;
  /** Of the peer, DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Over `snapshotStatement`. */
  readonly signature: Uint8Array;
}

const CODES = { passed: 1, waiting: 2, making: 3, busy: 4, ready: 5 } as const satisfies Record<SnapshotAnswer['state'], number>;
const STATES = new Map<number, SnapshotAnswer['state']>(Object.entries(CODES).map(([state, code]) => [code, state as SnapshotAnswer['state']]));
const FORMAT = 1;
/** Largest encoded answer. */
export const SNAPSHOT_ANSWER_BYTES_MAX = 16 * 1024;

export function encodeSnapshotAnswer(answer: SnapshotAnswer): Uint8Array {
  const writer = new ByteWriter(512).u8(FORMAT).u8(CODES[answer.state]).u48(answer.height);
  if (answer.state === 'passed') writer.hash(answer.genesisHash).list(answer.changes, (height) => writer.u48(height));
  if (answer.state === 'ready') {
    const { facts, publicKey, signature } = answer.signed;
    writer.string(facts.chain).u48(facts.height).hash(facts.blockHash).hash(facts.stateHash).u32(facts.ranges).u48(facts.bytes).bytes(publicKey).bytes(signature);
  }
  return writer.finish();
}

/** Throws CodecError unless the bytes are exactly one answer. Signatures are the caller's to check. */
export function decodeSnapshotAnswer(bytes: Uint8Array): SnapshotAnswer {
  if (bytes.length > SNAPSHOT_ANSWER_BYTES_MAX) throw new CodecError(`an answer of ${bytes.length} bytes`);
  const reader = new ByteReader(bytes);
  const format = reader.u8();
  if (format !== FORMAT) throw new CodecError(`an answer of format ${format}, this program reads ${FORMAT}`);
  const state = STATES.get(reader.u8());
  if (state === undefined) throw new CodecError('an answer of an unknown kind');
  const height = reader.u48();
  const answer = readRest(state, height, reader);
  reader.end();
  return answer;
}

function readRest(state: SnapshotAnswer['state'], height: number, reader: ByteReader): SnapshotAnswer {
  if (state === 'passed') {
    const genesisHash = hash(reader.hash());
    const changes = reader.list(CHANGES_MAX, () => reader.u48());
    if (changes.some((at, index) => at <= (changes[index - 1] ?? 0))) throw new CodecError('the heights of changes ascend');
    return { state, height, genesisHash, changes };
  }
  if (state !== 'ready') return { state, height };
  const facts = { chain: readChain(reader), height: reader.u48(), blockHash: hash(reader.hash()), stateHash: hash(reader.hash()), ranges: reader.u32(), bytes: reader.u48() };
  if (facts.ranges > RANGES_MAX) throw new CodecError(`a snapshot of ${facts.ranges} ranges`);
  return { state, height, signed: { facts, publicKey: Uint8Array.from(reader.bytes(256)), signature: Uint8Array.from(reader.bytes(128)) } };
}

function readChain(reader: ByteReader): ChainId {
  const name = reader.string(64);
  try {
    return chainId(name);
  } catch (error) {
    throw new CodecError('not the name of a sub-chain', { cause: error });
  }
}

/**
 * The facts that a quorum of the validators signed alike, and who of all signed them; undefined while there are none.
 * `rules`: of the height after the snapshot's. Solo: the one that orders is the quorum.
 */
export function findCertified<S extends { readonly signed: SignedSnapshot }>(signed: readonly S[], rules: ChainRules, verify: VerifySignature): { readonly facts: SnapshotFacts; readonly signers: readonly S[] } | undefined {
  const quorum = quorumOf(rules.finality, rules.validators.length);
  const groups = new Map<string, S[]>();
  for (const one of signed) {
    const { facts, publicKey, signature } = one.signed;
    const statement = snapshotStatement(facts);
    if (!verify(publicKey, statement, signature)) continue;
    const name = Buffer.from(statement).toString('latin1');
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  for (const signers of groups.values()) {
    const keys = new Set(signers.map((one) => Buffer.from(one.signed.publicKey).toString('hex')));
    const count = rules.validators.filter((validator) => keys.has(Buffer.from(validator.publicKey).toString('hex'))).length;
    const [first] = signers;
    if (count >= quorum && first !== undefined) return { facts: first.signed.facts, signers };
  }
  return undefined;
}
