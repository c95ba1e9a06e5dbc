import type { StateReader } from '../../core/storage';
import { sha256Hex } from '../../core/crypto';
import type { Hash } from '../../core/types';
import type { Channel } from './channel';
import type { Memory } from './memory';
import type { Identity } from './msp/msp';
import { validIdentities } from './policy/valid-identities';
import { channelHeader, computeTxId, ENVELOPE_BYTES_MAX, envelope, HEADER_TYPES, payload, signatureHeader, type ChannelHeader } from './protocol';
import { WireError, type MessageType } from '@/lib/platform/pure/wire';
import { refuseEnvelope } from './refusals';
import { findTransaction } from './state';

/** An envelope that may stand in a block of the channel. Whether it is valid is another question. */
export interface OrderableEnvelope {
  /** SHA-256 of its bytes: two envelopes of one transaction are two. */
  readonly id: Hash;
  readonly txId: string;
  /** Whose signature over the payload was verified. No bytes of the envelope: it is remembered longer than those. */
  readonly identity: Identity;
}

/** Envelopes whose creator was found to be a writer: what follows from bytes and configuration alone. */
export type KnownWriters = Memory<Hash, OrderableEnvelope>;
export const KNOWN_WRITERS_MAX = 2_000;

/**
 * What a Fabric orderer asks before it orders (orderer/common/broadcast/broadcast.go, orderer/common/msgprocessor): the
 * channel, the kind of message, its size, and that `/Channel/Writers` takes its signer. Here each validator asks it again
 * of every block, so that nobody fills blocks with what no writer signed. Two rules are stricter than an orderer's: the
 * envelope is canonical and bears the name that follows from its nonce and creator, as each published client makes it, and
 * no earlier block has that name. Throws `TransactionRefused`.
 */
export function checkEnvelope(channel: Channel, bytes: Uint8Array, state: StateReader, known: KnownWriters): OrderableEnvelope {
  if (bytes.length > ENVELOPE_BYTES_MAX) throw refuseEnvelope('bad-request', tooLarge(bytes.length, channel.envelopeBytesMax));
  const id = sha256Hex(bytes);
  const orderable = known.get(id) ?? checkWriter(channel, bytes, id);
  known.set(id, orderable);
  if (findTransaction(state, orderable.txId) !== undefined) throw refuseEnvelope('duplicate-txid', `duplicate transaction found [${orderable.txId}]`);
  return orderable;
}

function checkWriter(channel: Channel, bytes: Uint8Array, id: Hash): OrderableEnvelope {
  const outer = decode(envelope, bytes, 'could not determine channel ID');
  if (outer.payload.length === 0) throw refuseEnvelope('bad-request', 'could not determine channel ID: envelope is missing payload');
  const { header } = decode(payload, outer.payload, 'could not determine channel ID');
  if (header === undefined) throw refuseEnvelope('bad-request', 'could not determine channel ID: missing header');
  const channelPart = decode(channelHeader, header.channelHeader, 'could not determine channel ID');
  checkKind(channel, channelPart);
  const size = outer.payload.length + outer.signature.length;
  if (size > channel.envelopeBytesMax) throw refuseEnvelope('bad-request', tooLarge(size, channel.envelopeBytesMax));
  if (Buffer.compare(envelope.encode(outer), bytes) !== 0) throw refuseEnvelope('bad-request', 'the envelope does not match its raw form');
  const { creator, nonce } = decode(signatureHeader, header.signatureHeader, 'could not convert message to signedData');
  const [identity] = validIdentities([{ data: outer.payload, identity: creator, signature: outer.signature }], channel.msps);
  const reason = channel.writers.evaluate(identity === undefined ? [] : [identity]);
  if (identity === undefined || reason !== undefined) throw refuseEnvelope('forbidden', `${reason ?? 'nobody signed'}: permission denied`);
  const txId = computeTxId(nonce, creator);
  if (channelPart.txId !== txId) throw refuseEnvelope('bad-request', `invalid txid. got [${channelPart.txId}], expected [${txId}]`);
  return { id, txId, identity };
}

/** A channel's configuration is that of block 0. */
function checkKind(channel: Channel, { channelId, type }: ChannelHeader): void {
  if (channelId !== channel.id) throw refuseEnvelope('not-found', 'channel does not exist');
  if (type === HEADER_TYPES.ENDORSER_TRANSACTION) return;
  if (type === HEADER_TYPES.CONFIG_UPDATE) throw refuseEnvelope('bad-request', 'the configuration of this channel is that of its first block');
  throw refuseEnvelope('bad-request', type === HEADER_TYPES.CONFIG ? 'message is of type that cannot be processed directly' : 'message is of type that is no longer supported');
}

function tooLarge(size: number, max: number): string {
  return `message payload is ${size} bytes and exceeds maximum allowed ${max} bytes`;
}

function decode<T>(type: MessageType<T>, bytes: Uint8Array, where: string): T {
  try {
    return type.decode(bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw refuseEnvelope('bad-request', `${where}: error unmarshalling ${type.name}: proto: ${error.message}`);
  }
}
