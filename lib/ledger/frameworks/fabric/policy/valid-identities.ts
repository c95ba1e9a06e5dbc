import type { MspManager } from '../msp/create-msp-manager';
import type { Identity } from '../msp/msp';
import { FabricRefusal } from '../msp/refusal';
import { verifySignature } from '../msp/verify-signature';

/** A signature over `data`, and the serialised msp.SerializedIdentity that is said to have made it. */
export interface SignedData {
  readonly data: Uint8Array;
  readonly identity: Uint8Array;
  readonly signature: Uint8Array;
}

/** Signatures that are looked at in one set. A transaction with more is refused. */
export const signaturesMax = 1_000;

/**
 * The identities that really signed, in the order of the set, each once, however often and in whatever encoding it stands
 * there (common/policies/policy.go, SignatureSetToValidIdentities). What is malformed or does not verify is left out. Whether
 * they are valid members is asked by each principal.
 * @throws FabricRefusal limit
 */
export function validIdentities(set: readonly SignedData[], manager: MspManager): Identity[] {
  if (set.length > signaturesMax) throw new FabricRefusal('limit', `There are more than ${signaturesMax} signatures`);
  const found = new Map<string, Identity>();
  for (const { data, identity: serialized, signature } of set) {
    const identity = deserialize(serialized, manager);
    if (!identity) continue;
    const key = `${identity.msp.id} ${identity.id}`;
    // Before the signature is looked at: a thousand copies of one cost one look.
    if (found.has(key)) continue;
    if (verifySignature(identity, data, signature) === undefined) found.set(key, identity);
  }
  return [...found.values()];
}

function deserialize(serialized: Uint8Array, manager: MspManager): Identity | undefined {
  try {
    return manager.deserializeIdentity(serialized);
  } catch (error) {
    if (error instanceof FabricRefusal) return undefined;
    throw error;
  }
}
