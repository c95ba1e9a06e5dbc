import { proposalResponse, type Response } from '../messages';
import { endorse, type IdentitySigner } from './endorse';

/** From here on a chaincode's answer is no success, and nobody endorses it. */
const ERROR_THRESHOLD = 400;
/** What the shim answers for an error. */
const ERROR = 500;

/**
 * Bytes of the endorser's ProposalResponse (core/endorser/endorser.go, ProcessProposalSuccessfullyOrError): endorsed
 * for a status below 400; with the payload but without endorsement from 500; the bare response otherwise, and for a
 * proposal without channel. `interest`: bytes of a ChaincodeInterest.
 */
export function answerProposal(answer: {
  readonly channelId: string;
  readonly response: Response;
  readonly responsePayload: Uint8Array;
  readonly interest?: Uint8Array | undefined;
  readonly signer: IdentitySigner;
}): Uint8Array {
  const { channelId, response, responsePayload, interest, signer } = answer;
  if (response.status >= ERROR) return proposalResponse.encode({ response, payload: responsePayload, interest });
  if (channelId === '' || response.status >= ERROR_THRESHOLD) return proposalResponse.encode({ response });
  return proposalResponse.encode({ version: 1, response, payload: responsePayload, endorsement: endorse(responsePayload, signer), interest });
}

/** Bytes of the ProposalResponse for what went wrong in the peer itself: status 500, the words, no payload. */
export function refuseProposal(message: string): Uint8Array {
  return proposalResponse.encode({ response: { status: ERROR, message, payload: new Uint8Array(0) } });
}
