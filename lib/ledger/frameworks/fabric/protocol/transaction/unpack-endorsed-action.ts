import { chaincodeActionPayload, proposalResponsePayload, signatureHeader, transaction, type Endorsement } from '../messages';
import { hashProposal } from '../proposal/unpack-proposal';
import { decodeOrInvalid } from './decode-or-invalid';
import { checkSignatureHeader, type UnpackedHeaders } from './unpack-headers';
import { TransactionInvalid } from './validation-codes';

/** What endorsers signed, and their signatures. */
export interface EndorsedAction {
  /** The call, without its transient map. */
  readonly chaincodeProposalPayload: Uint8Array;
  /** ProposalResponsePayload as it came. */
  readonly responsePayload: Uint8Array;
  /** Bytes of a ChaincodeAction. */
  readonly extension: Uint8Array;
  readonly endorsements: readonly Endorsement[];
}

const code = 'INVALID_ENDORSER_TRANSACTION';

/**
 * Reads the one action of a transaction and checks that it is of the proposal in the headers
 * (core/common/validation/msgvalidation.go, validateEndorserTransaction). Throws {@link TransactionInvalid}.
 */
export function unpackEndorsedAction({ data, headerBytes }: UnpackedHeaders): EndorsedAction {
  const { actions } = decodeOrInvalid(transaction, data, code);
  const [action] = actions;
  if (action === undefined || actions.length !== 1) throw new TransactionInvalid(code, `only one action per transaction is supported, tx contains ${actions.length}`);
  checkSignatureHeader(decodeOrInvalid(signatureHeader, action.header, code), code);
  const { chaincodeProposalPayload, action: endorsed } = decodeOrInvalid(chaincodeActionPayload, action.payload, code);
  if (endorsed === undefined) throw new TransactionInvalid(code, 'nil action');
  const { proposalHash, extension } = decodeOrInvalid(proposalResponsePayload, endorsed.proposalResponsePayload, code);
  if (headerBytes.channelHeader.length === 0 || chaincodeProposalPayload.length === 0) throw new TransactionInvalid(code, 'nil arguments');
  if (Buffer.compare(hashProposal(headerBytes.channelHeader, action.header, chaincodeProposalPayload), proposalHash) !== 0) {
    throw new TransactionInvalid(code, 'proposal hash does not match');
  }
  return { chaincodeProposalPayload, responsePayload: endorsed.proposalResponsePayload, extension, endorsements: endorsed.endorsements };
}
