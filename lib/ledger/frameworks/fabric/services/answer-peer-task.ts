import { WireError } from '@/lib/platform/pure/wire';
import type { ChainId } from '../../../core/types';
import { CHAINCODES_MAX, INTRODUCTIONS_MAX, introduce, peerTask, peerTaskAnswer, type PeerStatement, type PeerTask } from '../channel-peers';
import { describeHere } from '../discovery';
import { processProposal } from '../endorser';
import { ProposalRefused, unpackProposal, type SignedProposal } from '../protocol';
import { FabricReadError } from '../read/read-error';
import { FabricStateError } from '../state';
import type { ServicePorts } from './ports';
import { admitProposal } from './propose';
import { ServiceRefused } from './service-refused';

/** What a host does for others that carry peers of one of its channels. */
export interface PeerTaskPorts extends Pick<ServicePorts, 'findChannel' | 'endorser' | 'addressOf' | 'nowMs' | 'takeLocalRequest'> {
  readonly chain: ChainId;
  readonly channelId: string;
  /** Of an organisation's peer, at the door for Fabric's clients; 0: there is none. */
  portOf(mspId: string): number;
  /** Resolves when the channel has so many blocks here, or when they did not come for some seconds. */
  reach(blocks: number, signal: AbortSignal): Promise<void>;
  /** Looks at an offer, and keeps what it brings for good. Rejects with FabricReadError, FabricStateError. */
  keepOffered(offer: PeerStatement, hostId: string): Promise<void>;
}

export interface PeerTaskCall {
  /** Bytes of a PeerTask. */
  readonly task: Uint8Array;
  /** The host that asks, as its connection proves it. */
  readonly hostId: string;
  /** True for a task that must not run a chaincode. */
  readonly isShort: boolean;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
}

type Answer = Parameters<typeof peerTaskAnswer.encode>[0];

/**
 * Bytes of a PeerTaskAnswer. A proposal is looked at as if its client had come here with it: who signed it, whether it may,
 * and the channel's quota. What is refused is an answer; what is broken here is thrown.
 */
export async function answerPeerTask(ports: PeerTaskPorts, { task, hostId, isShort, signal }: PeerTaskCall): Promise<Uint8Array> {
  try {
    return peerTaskAnswer.encode(await answer(ports, peerTask.decode(task), { hostId, isShort, signal }));
  } catch (error) {
    if (error instanceof ProposalRefused) return refused(error.code, error.message);
    if (error instanceof WireError) return refused('task', `it cannot be read: ${error.message}`);
    if (error instanceof FabricReadError || error instanceof FabricStateError || error instanceof ServiceRefused) return refused('task', error.message);
    throw error;
  }
}

async function answer(ports: PeerTaskPorts, { introduce: nonce, propose, keep }: PeerTask, { hostId, isShort, signal }: Omit<PeerTaskCall, 'task'>): Promise<Answer> {
  if (propose?.proposal !== undefined && !isShort) return { response: await endorse(ports, propose, propose.proposal, signal) };
  if (keep !== undefined && isShort) {
    await ports.keepOffered(keep, hostId);
    return { isKept: true };
  }
  if (nonce.length >= 16 && nonce.length <= 64 && isShort) return { introductions: await introductionsOf(ports, nonce) };
  return { refusal: { code: 'task', message: 'no such task' } };
}

async function endorse(ports: PeerTaskPorts, { mspId, height }: NonNullable<PeerTask['propose']>, signedProposal: SignedProposal, signal: AbortSignal): Promise<Uint8Array> {
  // Who carries a peer of this channel asks about this channel.
  if (unpackProposal(signedProposal).channelId !== ports.channelId) throw new ProposalRefused('invalid', `the proposal is for another channel than '${ports.channelId}'`);
  const { isMembers } = admitProposal(ports, signedProposal, '');
  // A stranger is refused at once.
  if (isMembers) await ports.reach(Number(height), signal);
  signal.throwIfAborted();
  return (await processProposal({ signedProposal, mspId }, ports.endorser)).bytes;
}

async function introductionsOf(ports: PeerTaskPorts, nonce: Uint8Array): Promise<PeerStatement[]> {
  const { endorser, chain, channelId, portOf } = ports;
  const view = await endorser.openView(channelId);
  if (view === undefined) return [];
  try {
    const here = view.organisations.flatMap(({ mspId }) => {
      const signer = endorser.signerOf(mspId);
      return signer === undefined ? [] : [{ mspId, signer }];
    });
    return await Promise.all(
      here.slice(0, INTRODUCTIONS_MAX).map(async ({ mspId, signer }) => {
        const { chaincodes, bytes } = await describeHere(ports, view, mspId, signer);
        return introduce({ chain, hostId: endorser.hostId, nonce, height: view.height, port: portOf(mspId), chaincodes: [...chaincodes.keys()].slice(0, CHAINCODES_MAX), description: bytes }, signer);
      }),
    );
  } finally {
    view.release();
  }
}

function refused(code: string, words: string): Uint8Array {
  return peerTaskAnswer.encode({ refusal: { code, message: words } });
}
