import { bytes, message, repeatedBytes, repeatedMessages, string, uint32, uint64, WireError } from '@/lib/platform/pure/wire';
import type { StateReader } from '../../../core/storage';
import type { ChainId } from '../../../core/types';
import type { Channel } from '../channel';
import { readDefinitions } from '../definitions';
import { checkExpiry } from '../msp/check-expiry';
import { checkNodeRole } from '../msp/check-node-role';
import type { Identity } from '../msp/msp';
import { FabricRefusal } from '../msp/refusal';
import { validateIdentity } from '../msp/validate-identity';
import { verifySignature } from '../msp/verify-signature';
import type { IdentitySigner } from '../protocol';
import { FabricReadError } from '../read/read-error';
import { privateWriteSetKey, type PrivatePosition } from '../state';

/** Positions of one request, and what an answer may carry. */
export const ASKED_MAX = 64;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
const BLOCK_MAX = 2n ** 48n - 1n;

const position = message('PrivatePosition', { block: uint64(1), transaction: uint32(2), namespace: string(3), collection: string(4) });
const memberRequest = message('MemberRequest', { chain: string(1), hostId: string(2), positions: repeatedMessages(3, ASKED_MAX, position) });
const signedRequest = message('SignedMemberRequest', { request: bytes(1), identity: bytes(2), signature: bytes(3) });
const memberAnswer = message('MemberAnswer', { plaintexts: repeatedBytes(1, ASKED_MAX) });

/** So that the signature is good for nothing else. */
const PREFIX = Buffer.from('chainworks/private-data/1\0', 'utf8');

/** An organisation's peer asks another peer of the channel for private data of old blocks. */
export interface MemberRequest {
  readonly chain: ChainId;
  /** The host that asks: what is signed is of use to nobody else. */
  readonly hostId: string;
  /** At most {@link ASKED_MAX}. */
  readonly positions: readonly PrivatePosition[];
}

/** Bytes of the request, signed by the peer of a member. */
export function encodeMemberRequest({ chain, hostId, positions }: MemberRequest, signer: IdentitySigner): Uint8Array {
  const request = memberRequest.encode({ chain, hostId, positions: positions.map((one) => ({ ...one, block: BigInt(one.block) })) });
  return signedRequest.encode({ request, identity: signer.serialized, signature: signer.sign(Buffer.concat([PREFIX, request])) });
}

/** By position what the other peer gave, undefined where it gave nothing. Nothing of it is believed before it has the promised hash. Throws WireError. */
export function decodeMemberAnswer(answer: Uint8Array, count: number): readonly (Uint8Array | undefined)[] {
  const { plaintexts } = memberAnswer.decode(answer);
  return Array.from({ length: count }, (_, index) => (plaintexts[index]?.length === 0 ? undefined : plaintexts[index]));
}

/** Who asks, as far as the connection and the clock say it. */
export interface Asker {
  readonly signed: Uint8Array;
  /** Proved by the connection. */
  readonly hostId: string;
  readonly nowMs: number;
}

/**
 * Bytes of the answer: plaintext of collections that the asking organisation is a member of, by today's definition, as far
 * as this peer has it. Throws `request-denied` for whoever is no peer of the channel.
 */
export function answerMember(chain: ChainId, channel: Channel, { signed, hostId, nowMs }: Asker, state: StateReader): Uint8Array {
  const { request, identity, signature } = decode(() => signedRequest.decode(signed));
  const asked = decode(() => memberRequest.decode(request));
  if (asked.chain !== chain || asked.hostId !== hostId) throw denied('it was signed for another sub-chain or host');
  const peer = decode(() => channel.msps.deserializeIdentity(identity));
  const fault = validateIdentity(peer) ?? verifySignature(peer, Buffer.concat([PREFIX, request]), signature) ?? checkExpiry(peer, nowMs) ?? roleFault(peer);
  if (fault !== undefined) throw denied(fault);
  const { membersOf } = readDefinitions(channel, state);
  let room = ANSWER_BYTES_MAX;
  const plaintexts = asked.positions.map(({ block, transaction, namespace, collection }) => {
    const isTheirs = block <= BLOCK_MAX && membersOf(namespace, collection).has(peer.msp.id);
    const found = isTheirs ? state.get(privateWriteSetKey(Number(block), transaction, namespace, collection)) : undefined;
    // What finds no room is asked for again.
    if (found === undefined || found.length > room) return new Uint8Array(0);
    room -= found.length;
    return found;
  });
  return memberAnswer.encode({ plaintexts });
}

function roleFault(peer: Identity): string | undefined {
  return peer.msp.nodeUnits === undefined ? undefined : checkNodeRole(peer, 'peer');
}

function decode<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError || error instanceof FabricRefusal) throw denied(error.message);
    throw error;
  }
}

function denied(why: string): FabricReadError {
  return new FabricReadError('request-denied', `a request for private data is not answered: ${why}`);
}
