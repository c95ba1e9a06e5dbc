import { ENDORSEMENTS_MAX } from '../limits';
import { chaincodeActionPayload, payload, transaction, type Endorsement } from '../messages';
import type { UnpackedProposal } from '../proposal/unpack-proposal';

/** One endorser's answer. */
export interface EndorsedResponse {
  /** Bytes of the ProposalResponsePayload. */
  readonly payload: Uint8Array;
  readonly endorsement: Endorsement;
}

/** Endorsers that came to different results: the chaincode is not deterministic, or their states differ. */
export class ResponsesDiffer extends Error {
  override readonly name = 'ResponsesDiffer';
  /** `index`: which response differs from the first. */
  constructor(readonly index: number) {
    super('ProposalResponsePayloads do not match');
  }
}

/**
 * Bytes of the Payload that the client signs as its transaction's envelope (internal/pkg/gateway/submit.go,
 * prepareTransaction): the proposal's headers, its call without the transient map, the response and who endorsed it,
 * each endorser once. Throws {@link ResponsesDiffer} when two responses are not the same bytes, and RangeError for no
 * response at all or more than {@link ENDORSEMENTS_MAX}.
 */
export function prepareTransaction(proposal: UnpackedProposal, responses: readonly EndorsedResponse[]): Uint8Array {
  const [first] = responses;
  if (first === undefined) throw new RangeError('at least one proposal response is required');
  if (responses.length > ENDORSEMENTS_MAX) throw new RangeError(`at most ${ENDORSEMENTS_MAX} endorsements, not ${responses.length}`);
  const endorsements = new Map<string, Endorsement>();
  responses.forEach((response, index) => {
    if (Buffer.compare(response.payload, first.payload) !== 0) throw new ResponsesDiffer(index);
    const name = Buffer.from(response.endorsement.endorser).toString('latin1');
    if (!endorsements.has(name)) endorsements.set(name, response.endorsement);
  });
  const action = { proposalResponsePayload: first.payload, endorsements: [...endorsements.values()] };
  const actionPayload = chaincodeActionPayload.encode({ chaincodeProposalPayload: proposal.payloadForTransaction, action });
  const data = transaction.encode({ actions: [{ header: proposal.signatureHeaderBytes, payload: actionPayload }] });
  return payload.encode({ header: { channelHeader: proposal.channelHeaderBytes, signatureHeader: proposal.signatureHeaderBytes }, data });
}
