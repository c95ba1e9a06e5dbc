import { ByteReader, ByteWriter, CodecError } from '../codec';
import { hash as toHash, ZERO_HASH, type ChainId, type Hash } from '../types';
import { answerStatement, precommitStatement, prevoteStatement, proposalStatement, questionStatement } from './statements';

/** A vote for nothing in this round. */
export const NIL = ZERO_HASH;

export type VoteKind = 'prevote' | 'precommit';

/** Fields of every signed message: `sender` is a place among the validators of the height. */
export interface Proposal {
  readonly kind: 'proposal';
  readonly sender: number;
  readonly height: number;
  readonly round: number;
  /** Round in which a quorum prevoted for this block; -1: it is new. */
  readonly validRound: number;
  readonly hash: Hash;
  readonly block: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Vote {
  readonly kind: VoteKind;
  readonly sender: number;
  readonly height: number;
  readonly round: number;
  /** {@link NIL}: for no block. */
  readonly hash: Hash;
  readonly signature: Uint8Array;
}

/** "I have this height": a hint to whoever spoke of an older one. Not signed: the blocks themselves are certified. */
export interface HeadHint {
  readonly kind: 'head';
  readonly height: number;
}

/** From a peer that lost its memory of what it signed. */
export interface Question {
  readonly kind: 'question';
  readonly sender: number;
  readonly nonce: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Answer {
  readonly kind: 'answer';
  readonly sender: number;
  readonly nonce: Uint8Array;
  /** Last height that is final at the sender. */
  readonly height: number;
  readonly signature: Uint8Array;
}

export type SignedMessage = Proposal | Vote | Question | Answer;
export type ConsensusMessage = SignedMessage | HeadHint;

export const NONCE_BYTES = 16;
export const MESSAGE_BLOCK_BYTES_MAX = 16 * 1024 * 1024;
const SIGNATURE_BYTES_MAX = 128;
const FORMAT = 1;
const CODES = { proposal: 1, prevote: 2, precommit: 3, head: 4, question: 5, answer: 6 } as const satisfies Record<ConsensusMessage['kind'], number>;

export function statementOf(chain: ChainId, message: Omit<Proposal, 'signature' | 'block'> | Omit<Vote, 'signature'> | Omit<Question, 'signature'> | Omit<Answer, 'signature'>): Uint8Array {
  switch (message.kind) {
    case 'proposal':
      return proposalStatement(chain, message.height, message.round, message.validRound, message.hash);
    case 'prevote':
      return prevoteStatement(chain, message.height, message.round, message.hash);
    case 'precommit':
      return precommitStatement(chain, message.height, message.round, message.hash);
    case 'question':
      return questionStatement(chain, message.nonce);
    case 'answer':
      return answerStatement(chain, message.nonce, message.height);
  }
}

export function encodeMessage(message: ConsensusMessage): Uint8Array {
  const writer = new ByteWriter(message.kind === 'proposal' ? 256 + message.block.length : 192).u8(FORMAT).u8(CODES[message.kind]);
  if (message.kind === 'head') return writer.u48(message.height).finish();
  writer.u8(message.sender);
  switch (message.kind) {
    case 'question':
      writer.raw(message.nonce);
      break;
    case 'answer':
      writer.raw(message.nonce).u48(message.height);
      break;
    case 'proposal':
      writer.u48(message.height).u32(message.round).u32(message.validRound + 1).hash(message.hash).bytes(message.block);
      break;
    default:
      writer.u48(message.height).u32(message.round).hash(message.hash);
  }
  return writer.bytes(message.signature).finish();
}

/** Throws CodecError unless the bytes are exactly one message. Signatures are the caller's to check. */
export function decodeMessage(bytes: Uint8Array): ConsensusMessage {
  const reader = new ByteReader(bytes);
  const format = reader.u8();
  if (format !== FORMAT) throw new CodecError(`message of format ${format}, this program reads ${FORMAT}`);
  const message = readMessage(reader, reader.u8());
  reader.end();
  return message;
}

function readMessage(reader: ByteReader, code: number): ConsensusMessage {
  if (code === CODES.head) return { kind: 'head', height: reader.u48() };
  const sender = reader.u8();
  const signature = (): Uint8Array => reader.bytes(SIGNATURE_BYTES_MAX);
  switch (code) {
    case CODES.proposal:
      return {
        kind: 'proposal',
        sender,
        height: reader.u48(),
        round: reader.u32(),
        validRound: reader.u32() - 1,
        hash: toHash(reader.hash()),
        block: reader.bytes(MESSAGE_BLOCK_BYTES_MAX),
        signature: signature(),
      };
    case CODES.prevote:
    case CODES.precommit:
      return { kind: code === CODES.prevote ? 'prevote' : 'precommit', sender, height: reader.u48(), round: reader.u32(), hash: toHash(reader.hash()), signature: signature() };
    case CODES.question:
      return { kind: 'question', sender, nonce: reader.raw(NONCE_BYTES), signature: signature() };
    case CODES.answer:
      return { kind: 'answer', sender, nonce: reader.raw(NONCE_BYTES), height: reader.u48(), signature: signature() };
    default:
      throw new CodecError(`message of kind ${code}, which this program does not know`);
  }
}
