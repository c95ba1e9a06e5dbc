import { ByteReader, ByteWriter, CodecError } from '../codec';
import { hash as toHash, type Hash } from '../types';
import { decodeMessage, encodeMessage, type Proposal, type Vote } from './messages';

/**
 * What a validator must know again after a crash, before it signs anything: where it was, what it is bound to, and what
 * it said. The write-ahead log of one height; the newest record replaces the one before.
 */
export interface ConsensusRecord {
  readonly height: number;
  readonly round: number;
  readonly step: 'idle' | 'propose' | 'prevote' | 'precommit';
  readonly lockedRound: number;
  readonly lockedHash?: Hash;
  readonly validRound: number;
  readonly validHash?: Hash;
  /** Own proposals (without their blocks) and votes of the latest rounds. */
  readonly own: readonly (Proposal | Vote)[];
  /** The quorum of prevotes that binds it: without it nobody could be shown why. */
  readonly proofOfLock: readonly Vote[];
}

const FORMAT = 1;
const STEPS = ['idle', 'propose', 'prevote', 'precommit'] as const;
const MESSAGES_MAX = 512;
const MESSAGE_BYTES_MAX = 1_024;

export function encodeRecord(record: ConsensusRecord): Uint8Array {
  const writer = new ByteWriter(2_048).string('chainworks/votes').u8(FORMAT).u48(record.height).u32(record.round).u8(STEPS.indexOf(record.step));
  for (const [round, hash] of [[record.lockedRound, record.lockedHash], [record.validRound, record.validHash]] as const) {
    writer.u32(round + 1).u8(hash === undefined ? 0 : 1);
    if (hash !== undefined) writer.hash(hash);
  }
  for (const messages of [record.own, record.proofOfLock]) writer.list(messages, (message) => writer.bytes(encodeMessage(message)));
  return writer.finish();
}

/** Throws CodecError unless the bytes are exactly one record. */
export function decodeRecord(bytes: Uint8Array): ConsensusRecord {
  const reader = new ByteReader(bytes);
  if (reader.string(32) !== 'chainworks/votes') throw new CodecError('not a record of votes');
  const format = reader.u8();
  if (format !== FORMAT) throw new CodecError(`record of votes of format ${format}, this program reads ${FORMAT}`);
  const height = reader.u48();
  const round = reader.u32();
  const step = STEPS[reader.u8()];
  if (step === undefined) throw new CodecError('a step that this program does not know');
  const bound = (): { round: number; hash?: Hash } => {
    const at = reader.u32() - 1;
    return reader.flag() ? { round: at, hash: toHash(reader.hash()) } : { round: at };
  };
  const locked = bound();
  const valid = bound();
  const messages = (): (Proposal | Vote)[] => reader.list(MESSAGES_MAX, () => signed(Uint8Array.from(reader.bytes(MESSAGE_BYTES_MAX))));
  const own = messages();
  const proofOfLock = messages().map((message) => {
    if (message.kind === 'proposal') throw new CodecError('a proposal among votes');
    return message;
  });
  reader.end();
  return {
    height,
    round,
    step,
    lockedRound: locked.round,
    ...(locked.hash === undefined ? {} : { lockedHash: locked.hash }),
    validRound: valid.round,
    ...(valid.hash === undefined ? {} : { validHash: valid.hash }),
    own,
    proofOfLock,
  };
}

function signed(bytes: Uint8Array): Proposal | Vote {
  const message = decodeMessage(bytes);
  if (message.kind === 'proposal' || message.kind === 'prevote' || message.kind === 'precommit') return message;
  throw new CodecError(`a message of kind ${message.kind} in a record of votes`);
}
