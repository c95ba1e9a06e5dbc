import type { Endorsement } from '../messages';

/** Who signs: an organisation's peer, or its orderer. */
export interface IdentitySigner {
  /** Bytes of its SerializedIdentity. */
  readonly serialized: Uint8Array;
  /** DER of an ECDSA signature over SHA-256 of the bytes, with the lower s. */
  sign(message: Uint8Array): Uint8Array;
}

/** The bytes that an endorsement signs: the response payload, then the endorser (core/handlers/endorsement/builtin). */
export function endorsementStatement(responsePayload: Uint8Array, endorser: Uint8Array): Uint8Array {
  return Buffer.concat([responsePayload, endorser]);
}

export function endorse(responsePayload: Uint8Array, signer: IdentitySigner): Endorsement {
  return { endorser: signer.serialized, signature: signer.sign(endorsementStatement(responsePayload, signer.serialized)) };
}
