import { PeerUnavailable, type RemotePeer } from '../channel-peers';
import { proposalResponse, ProposalRefused, type ProposalResponse } from '../protocol';
import { readInterest, type ChaincodeInterest } from './chaincode-interest';
import type { GatewayCall } from './gateway-peers';
import { GATEWAY_CODES, type GatewayCode } from './gateway-refused';
import { processProposal } from './process-proposal';

/** How a gateway takes a peer's answer. */
export type PeerOutcome =
  | { readonly isGood: true; readonly answer: ProposalResponse; readonly interest: readonly ChaincodeInterest[] }
  /** `isRetried`: another peer may come to a better answer. */
  | { readonly isGood: false; readonly code: GatewayCode; readonly message: string; readonly isRetried: boolean };

/** Asks the peer of an organisation on this city node. */
export function askHere(mspId: string, { signedProposal, view, ports }: GatewayCall): Promise<PeerOutcome> {
  return judged(async () => proposalResponse.decode((await processProposal({ signedProposal, mspId, view }, ports)).bytes));
}

/** Asks a peer on another host; it simulates on its own state, which is to be no older than the one here. */
export function askThere(peer: RemotePeer, { signedProposal, view, signal }: GatewayCall): Promise<PeerOutcome> {
  return judged(() => peer.propose(signedProposal, view.height, signal));
}

/** Judges an answer (internal/pkg/gateway/apiutils.go, responseStatus). */
async function judged(ask: () => Promise<ProposalResponse>): Promise<PeerOutcome> {
  try {
    const answer = await ask();
    const { status, message } = answer.response ?? { status: 0, message: '' };
    if (status >= 200 && status < 400) return { isGood: true, answer, interest: readInterest(answer.interest) };
    // Without a payload it is the peer that failed, not the chaincode.
    if (status === 500 && answer.payload.length === 0) return { isGood: false, code: GATEWAY_CODES.ABORTED, message, isRetried: true };
    return { isGood: false, code: GATEWAY_CODES.UNKNOWN, message: `chaincode response ${status}, ${message}`, isRetried: false };
  } catch (error) {
    if (error instanceof PeerUnavailable) return { isGood: false, code: GATEWAY_CODES.UNAVAILABLE, message: error.message, isRetried: true };
    if (!(error instanceof ProposalRefused)) throw error;
    const isStale = error.code === 'stale';
    return { isGood: false, code: isStale ? GATEWAY_CODES.UNAVAILABLE : GATEWAY_CODES.FAILED_PRECONDITION, message: error.message, isRetried: isStale };
  }
}
