import { WireError } from '@/lib/platform/pure/wire';
import type { ChainId } from '../../../core/types';
import type { Identity } from '../msp/msp';
import { endorsementStatement, proposalResponse, type ProposalResponse, type SignedProposal } from '../protocol';
import { verifySignature } from '../msp/verify-signature';
import { bytesEqual } from '@/lib/platform/pure/bytes';
import type { IntroducedPeer } from './introduction';
import type { PeerStatement } from './peer-statement';
import { peerTask, peerTaskAnswer, toProposalRefused, type PeerTask } from './peer-tasks';

/** A way to another host that carries peers of a channel. Both reject with whatever says why there was no answer. */
export interface HostLink {
  readonly hostId: string;
  /** The name or address by which clients reach it. */
  readonly hostname: string;
  /** A task that may run a chaincode. */
  run(task: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
  /** One that is done at once: it is waited for a few seconds. */
  runShort(task: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}

/** A peer on another host gave no answer that can be used. The message is for the client. */
export class PeerUnavailable extends Error {
  override readonly name = 'PeerUnavailable';
}

/** A peer of the channel on another host. */
export interface RemotePeer {
  readonly hostId: string;
  readonly mspId: string;
  readonly identity: Identity;
  /** `host:port` under which clients know it: stands in errors. */
  readonly address: string;
  /** Blocks of the channel there, when it introduced itself. */
  readonly height: number;
  /** Names of chaincodes that it runs. */
  readonly chaincodes: ReadonlySet<string>;
  /** Bytes of the discovery.Peer by which it describes itself to clients; unread. */
  readonly description: Uint8Array;
  /** What it answers to a proposal, once it has so many blocks of the channel. Rejects with `ProposalRefused`, {@link PeerUnavailable}. */
  propose(proposal: SignedProposal, height: number, signal: AbortSignal): Promise<ProposalResponse>;
  /** Resolves when it has private data durably. Rejects with {@link PeerUnavailable}. */
  keep(makeOffer: (to: { readonly chain: ChainId; readonly hostId: string }) => PeerStatement, signal: AbortSignal): Promise<void>;
}

export function createRemotePeer(chain: ChainId, link: HostLink, { identity, serialized, height, port, chaincodes, description }: IntroducedPeer): RemotePeer {
  return {
    hostId: link.hostId,
    mspId: identity.msp.id,
    identity,
    address: `${link.hostname}:${port}`,
    height,
    chaincodes,
    description,
    async propose(proposal, atLeast, signal) {
      const task = peerTask.encode({ propose: { mspId: identity.msp.id, height: BigInt(atLeast), proposal } });
      const { response, refusal } = await runTask((bytes) => link.run(bytes, signal), task);
      if (refusal !== undefined) throw toProposalRefused(refusal) ?? unavailable(refusal.message);
      return readResponse(response, identity, serialized);
    },
    async keep(makeOffer, signal) {
      const task = peerTask.encode({ keep: makeOffer({ chain, hostId: link.hostId }) });
      const { isKept, refusal } = await runTask((bytes) => link.runShort(bytes, signal), task);
      if (!isKept) throw unavailable(refusal?.message ?? 'it did not say that it keeps the private data');
    },
  };
}

/** Asks who is there: what each of its peers says, unread. Rejects with {@link PeerUnavailable}. */
export async function askIntroductions(link: HostLink, nonce: Uint8Array, signal: AbortSignal): Promise<readonly PeerStatement[]> {
  const task: Partial<PeerTask> = { introduce: nonce };
  return (await runTask((bytes) => link.runShort(bytes, signal), peerTask.encode(task))).introductions;
}

async function runTask(run: (task: Uint8Array) => Promise<Uint8Array>, task: Uint8Array) {
  const answer = await run(task).catch((error: unknown) => {
    throw unavailable(error instanceof Error ? error.message : 'no answer', error);
  });
  return orUnavailable(() => peerTaskAnswer.decode(answer));
}

/** Nothing is believed that changes what a client gets: what a peer says it signed must bear the signature of the peer that introduced itself. */
function readResponse(bytes: Uint8Array | undefined, identity: Identity, serialized: Uint8Array): ProposalResponse {
  const response = orUnavailable(() => proposalResponse.decode(bytes ?? new Uint8Array(0)));
  const { endorsement, payload } = response;
  const status = response.response?.status;
  if (status === undefined) throw unavailable('the answer is no answer to a proposal');
  if (endorsement === undefined) {
    // A result that nobody answers for is none; that it went wrong may be said unsigned.
    if (status >= 200 && status < 400) throw unavailable('it answered without an endorsement');
    return response;
  }
  const isTheirs = bytesEqual(endorsement.endorser, serialized) && verifySignature(identity, endorsementStatement(payload, endorsement.endorser), endorsement.signature) === undefined;
  if (!isTheirs) throw unavailable('its endorsement is not signed by the peer that was asked');
  return response;
}

function orUnavailable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) throw unavailable(`the answer cannot be read: ${error.message}`, error);
    throw error;
  }
}

/** In the words in which gRPC tells a gateway that a peer is away. */
function unavailable(why: string, cause?: unknown): PeerUnavailable {
  return new PeerUnavailable(`rpc error: code = Unavailable desc = ${why}`, { cause });
}
