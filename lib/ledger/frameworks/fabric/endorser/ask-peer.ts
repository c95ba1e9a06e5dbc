import { proposalResponse, ProposalRefused, type ProposalResponse } from '../protocol';
import type { ChaincodeInterest } from './chaincode-interest';
import { GATEWAY_CODES, type GatewayCode } from './gateway-refused';
import type { EndorserPorts } from './ports';
import { processProposal, type ProposalRequest } from './process-proposal';

/** How a gateway takes a peer's answer. */
export type PeerOutcome =
  | { readonly isGood: true; readonly mspId: string; readonly answer: ProposalResponse; readonly interest: readonly ChaincodeInterest[] }
  /** `isRetried`: another peer may come to a better answer. */
  | { readonly isGood: false; readonly mspId: string; readonly code: GatewayCode; readonly message: string; readonly isRetried: boolean };

/** Asks the peer of one organisation, and judges its answer (internal/pkg/gateway/apiutils.go, responseStatus). */
export async function askPeer(request: ProposalRequest, ports: EndorserPorts): Promise<PeerOutcome> {
  const { mspId } = request;
  try {
    const { bytes, interest } = await processProposal(request, ports);
    const answer = proposalResponse.decode(bytes);
    const { status, message } = answer.response ?? { status: 0, message: '' };
    if (status >= 200 && status < 400) return { isGood: true, mspId, answer, interest };
    // Without a payload it is the peer that failed, not the chaincode.
    if (status === 500 && answer.payload.length === 0) return { isGood: false, mspId, code: GATEWAY_CODES.ABORTED, message, isRetried: true };
    return { isGood: false, mspId, code: GATEWAY_CODES.UNKNOWN, message: `chaincode response ${status}, ${message}`, isRetried: false };
  } catch (error) {
    if (!(error instanceof ProposalRefused)) throw error;
    const isStale = error.code === 'stale';
    return { isGood: false, mspId, code: isStale ? GATEWAY_CODES.UNAVAILABLE : GATEWAY_CODES.FAILED_PRECONDITION, message: error.message, isRetried: isStale };
  }
}
