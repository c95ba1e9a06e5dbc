import { message, repeatedBytes, repeatedMessages, string, uint32, uint64 } from '@/lib/platform/pure/wire';
import type { StateReader } from '../../../core/storage';
import type { ChainId } from '../../../core/types';
import type { Channel } from '../channel';
import { openStatement, peerStatement, readOrRefuse, signStatement } from '../channel-peers';
import { readDefinitions } from '../definitions';
import { isMember } from '../policy/is-member';
import { FabricRefusal } from '../msp/refusal';
import type { IdentitySigner } from '../protocol';
import { FabricReadError } from '../read/read-error';
import { privateWriteSetKey, type PrivatePosition } from '../state';

/** Positions of one request, and what an answer may carry. */
export const ASKED_MAX = 64;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
const BLOCK_MAX = 2n ** 48n - 1n;

const position = message('PrivatePosition', { block: uint64(1), transaction: uint32(2), namespace: string(3), collection: string(4) });
const memberRequest = message('MemberRequest', { chain: string(1), hostId: string(2), positions: repeatedMessages(3, ASKED_MAX, position) });
const memberAnswer = message('MemberAnswer', { plaintexts: repeatedBytes(1, ASKED_MAX) });

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
  return peerStatement.encode(signStatement('private-data/1', request, signer));
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
 * Bytes of the answer: plaintext of collections that the asking peer is a member of, by today's definition, as far
 * as this peer has it. Throws `request-denied` for whoever is no peer of the channel.
 */
export function answerMember(chain: ChainId, channel: Channel, { signed, hostId, nowMs }: Asker, state: StateReader): Uint8Array {
  const { asked, identity } = orDenied(() => {
    const said = readOrRefuse(() => peerStatement.decode(signed));
    const request = readOrRefuse(() => memberRequest.decode(said.statement));
    if (request.chain !== chain || request.hostId !== hostId) throw new FabricRefusal('not-allowed', 'it was signed for another sub-chain or host');
    return { asked: request, identity: openStatement('private-data/1', said, channel.msps, nowMs) };
  });
  const { memberPolicyOf } = readDefinitions(channel, state);
  let room = ANSWER_BYTES_MAX;
  const plaintexts = asked.positions.map(({ block, transaction, namespace, collection }) => {
    const policy = block <= BLOCK_MAX ? memberPolicyOf(namespace, collection) : undefined;
    const isTheirs = policy !== undefined && isMember(policy, identity);
    const found = isTheirs ? state.get(privateWriteSetKey(Number(block), transaction, namespace, collection)) : undefined;
    // What finds no room is asked for again.
    if (found === undefined || found.length > room) return new Uint8Array(0);
    room -= found.length;
    return found;
  });
  return memberAnswer.encode({ plaintexts });
}

function orDenied<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FabricRefusal) throw new FabricReadError('request-denied', `a request for private data is not answered: ${error.message}`);
    throw error;
  }
}
