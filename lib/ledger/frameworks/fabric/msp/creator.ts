import type { Identity } from './msp';
import type { MspManager } from './create-msp-manager';
import { FabricRefusal } from './refusal';
import { validateIdentity } from './validate-identity';
import { verifySignature } from './verify-signature';

export type CreatorCheck = { readonly creator: Identity } | { readonly reason: string };

export interface SignedMessage {
  /** Serialised msp.SerializedIdentity. */
  readonly creator: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * The creator of a proposal, or the answer that a client gets from Fabric's endorser (core/endorser/msgvalidation.go): it
 * says no more than the organisation, so that nobody learns why an identity was refused.
 */
export function checkProposalCreator(manager: MspManager, channel: string, signed: SignedMessage): CreatorCheck {
  const creator = find(manager, signed.creator);
  if (typeof creator === 'string') return { reason: `access denied: channel [${channel}] creator org unknown, creator is malformed` };
  const isGood = validateIdentity(creator) === undefined && verifySignature(creator, signed.message, signed.signature) === undefined;
  return isGood ? { creator } : { reason: `access denied: channel [${channel}] creator org [${creator.msp.id}]` };
}

/**
 * The creator of an envelope in a block, or why it is none: BAD_CREATOR_SIGNATURE (core/common/validation/msgvalidation.go).
 * Takes no time: what the creator's certificate says of its end is not asked here, as in Fabric.
 */
export function checkEnvelopeCreator(manager: MspManager, signed: SignedMessage): CreatorCheck {
  const creator = find(manager, signed.creator);
  if (typeof creator === 'string') return { reason: `MSP error: ${creator}` };
  const invalid = validateIdentity(creator);
  if (invalid !== undefined) return { reason: `creator certificate is not valid: ${invalid}` };
  const unsigned = verifySignature(creator, signed.message, signed.signature);
  return unsigned === undefined ? { creator } : { reason: `creator's signature over the proposal is not valid: ${unsigned}` };
}

function find(manager: MspManager, serialized: Uint8Array): Identity | string {
  try {
    return manager.deserializeIdentity(serialized);
  } catch (error) {
    if (error instanceof FabricRefusal) return error.message;
    throw error;
  }
}
