import { ByteReader, ByteWriter, CodecError } from '../codec';
import type { VerifySignature } from '../crypto';
import { hash as toHash, type ChainId, type Hash } from '../types';
import { statementOf, type Proposal, type Vote } from './messages';

/** Two things that one validator signed where it may sign one. Proves itself: anybody can check both signatures. */
export interface Evidence {
  readonly kind: 'proposal' | 'prevote' | 'precommit';
  readonly height: number;
  readonly round: number;
  /** Public key of the validator, so that it can be read when the validators are others. */
  readonly culprit: Uint8Array;
  readonly first: SignedHash;
  readonly second: SignedHash;
}

export interface SignedHash {
  readonly hash: Hash;
  /** Proposals alone: part of what was signed. */
  readonly validRound: number;
  readonly signature: Uint8Array;
}

const FORMAT = 1;
const KINDS = ['proposal', 'prevote', 'precommit'] as const;

export function evidenceOf(culprit: Uint8Array, first: Proposal | Vote, second: Proposal | Vote): Evidence {
  const signed = (message: Proposal | Vote): SignedHash => ({
    hash: message.hash,
    validRound: message.kind === 'proposal' ? message.validRound : -1,
    // A copy: a proposal's signature is a view of a message with a whole block.
    signature: Uint8Array.from(message.signature),
  });
  return { kind: first.kind, height: first.height, round: first.round, culprit, first: signed(first), second: signed(second) };
}

/** True when both signatures are the culprit's, for one place and two blocks. */
export function isEvidence(chain: ChainId, evidence: Evidence, verify: VerifySignature): boolean {
  const { kind, height, round, culprit, first, second } = evidence;
  if (first.hash === second.hash) return false;
  const isSigned = ({ hash, validRound, signature }: SignedHash): boolean => {
    const place = { sender: 0, height, round, hash };
    return verify(culprit, statementOf(chain, kind === 'proposal' ? { kind, ...place, validRound } : { kind, ...place }), signature);
  };
  return isSigned(first) && isSigned(second);
}

export function encodeEvidence({ kind, height, round, culprit, first, second }: Evidence): Uint8Array {
  const writer = new ByteWriter(512).u8(FORMAT).u8(KINDS.indexOf(kind)).u48(height).u32(round).bytes(culprit);
  for (const { hash, validRound, signature } of [first, second]) writer.hash(hash).u32(validRound + 1).bytes(signature);
  return writer.finish();
}

export function decodeEvidence(bytes: Uint8Array): Evidence {
  const reader = new ByteReader(bytes);
  if (reader.u8() !== FORMAT) throw new CodecError('evidence of another format');
  const kind = KINDS[reader.u8()];
  if (kind === undefined) throw new CodecError('evidence of an unknown kind');
  const place = { kind, height: reader.u48(), round: reader.u32(), culprit: Uint8Array.from(reader.bytes(256)) };
  const signed = (): SignedHash => ({ hash: toHash(reader.hash()), validRound: reader.u32() - 1, signature: Uint8Array.from(reader.bytes(128)) });
  const evidence = { ...place, first: signed(), second: signed() };
  reader.end();
  return evidence;
}
