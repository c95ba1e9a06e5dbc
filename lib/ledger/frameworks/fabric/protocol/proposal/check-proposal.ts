import type { FindIdentity, KnownIdentity } from '../identity';
import { HEADER_TYPES, headerTypeName } from '../messages';
import { computeTxId } from '../tx-id';
import { ProposalRefused, type ProposalRefusal } from './proposal-refused';
import type { UnpackedProposal } from './unpack-proposal';

/**
 * Checks an unpacked proposal as Fabric's endorser does (core/endorser/msgvalidation.go, Validate), in its order and
 * with its words, and answers who speaks. Throws {@link ProposalRefused} `invalid` or `denied`. Left to the caller,
 * because they need the ledger: the channel, a transaction of the same name, the right to propose.
 */
export function checkProposal(proposal: UnpackedProposal, findIdentity: FindIdentity): KnownIdentity {
  const { type, epoch, nonce, creator, txId, proposalBytes, signature, channelId } = proposal;
  if (type !== HEADER_TYPES.ENDORSER_TRANSACTION && type !== HEADER_TYPES.CONFIG) throw refuse('invalid', `invalid header type ${headerTypeName(type)}`);
  if (epoch !== 0n) throw refuse('invalid', 'epoch is non-zero');
  if (nonce.length === 0) throw refuse('invalid', 'nonce is empty');
  if (creator.length === 0) throw refuse('invalid', 'creator is empty');
  const expected = computeTxId(nonce, creator);
  if (txId !== expected) throw refuse('invalid', `incorrectly computed txid '${txId}' -- expected '${expected}'`);
  if (proposalBytes.length === 0) throw refuse('invalid', 'empty proposal bytes');
  if (signature.length === 0) throw refuse('invalid', 'empty signature bytes');
  const identity = findIdentity(creator);
  if (identity === undefined) throw refuse('denied', `access denied: channel [${channelId}] creator org unknown, creator is malformed`);
  if (!identity.isValid() || !identity.verify(proposalBytes, signature)) throw refuse('denied', `access denied: channel [${channelId}] creator org [${identity.mspId}]`);
  return identity;
}

function refuse(code: ProposalRefusal, reason: string): ProposalRefused {
  return new ProposalRefused(code, `error validating proposal: ${reason}`);
}
