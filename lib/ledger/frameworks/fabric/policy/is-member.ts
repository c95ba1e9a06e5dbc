import type { Identity } from '../msp/msp';
import { FabricRefusal } from '../msp/refusal';
import { decodeSignaturePolicy } from './decode-signature-policy';
import { policyOfSignatures } from './policy';

/** Whether an identity is a member of a collection by its policy (bytes of a common.SignaturePolicyEnvelope). */
export function isMember(memberPolicy: Uint8Array, identity: Identity): boolean {
  try {
    return policyOfSignatures(decodeSignaturePolicy(memberPolicy)).evaluate([identity]) === undefined;
  } catch (error) {
    // A policy that cannot be read has no members.
    if (error instanceof FabricRefusal) return false;
    throw error;
  }
}
