import { bool, message, WireError, repeatedBytes, repeatedMessages, repeatedStrings, string } from '@/lib/platform/pure/wire';
import { decodeRwset, keyHashOf, type SimulationResult } from '../state';

/** Chaincodes and collections of one simulation, at most. */
const INTEREST_MAX = 10_000;
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

/** A chaincode, or one collection of it, whose policy an endorsement has to satisfy. */
export interface ChaincodeInterest {
  readonly chaincode: string;
  /** Undefined for the public state. */
  readonly collection: string | undefined;
  /** Its plaintext was not read: who is no member may endorse, too. */
  readonly readsNothing: boolean;
  /** Policies of keys that were written: bytes of common.SignaturePolicyEnvelope. */
  readonly keyPolicies: readonly Uint8Array[];
  /** Every key that was written has a policy of its own: the chaincode's is not asked. */
  readonly isKeysOnly: boolean;
}

const chaincodeCall = message('ChaincodeCall', {
  name: string(1),
  collectionNames: repeatedStrings(2, INTEREST_MAX),
  noPrivateReads: bool(3),
  noPublicReads: bool(4),
  keyPolicies: repeatedBytes(5, INTEREST_MAX),
  disregardNamespacePolicy: bool(6),
});
export const chaincodeInterest = message('ChaincodeInterest', { chaincodes: repeatedMessages(1, INTEREST_MAX, chaincodeCall) });

/**
 * Whose policies matter for what was simulated, by chaincode and collection in the order of their names
 * (core/endorser/endorser.go, buildChaincodeInterest). System chaincodes are left out.
 */
export function listInterest({ rwset, keyMetadata, privateReads }: SimulationResult, isSystem: (name: string) => boolean): ChaincodeInterest[] {
  const policyOf = new Map<string, Uint8Array>();
  for (const { namespace, collection, key, metadata } of keyMetadata) {
    const policy = metadata.get(VALIDATION_PARAMETER);
    if (policy !== undefined) policyOf.set(nameOfKey(namespace, collection, collection === undefined ? key : keyHashOf(key)), policy);
  }
  const reads = new Set(privateReads.map(({ namespace, collection }) => `${namespace}\0${collection}`));
  return decodeRwset(rwset)
    .namespaces.filter(({ namespace }) => !isSystem(namespace))
    .flatMap(({ namespace, writes, metadataWrites, collections }): ChaincodeInterest[] => {
      const keyPolicies: Uint8Array[] = [];
      /** Notes the keys' policies; true when one has none. */
      const hasBareKey = (collection: string | undefined, keys: readonly (string | Uint8Array)[]): boolean => {
        const policies = keys.map((key) => policyOf.get(nameOfKey(namespace, collection, key)));
        keyPolicies.push(...policies.filter((policy) => policy !== undefined));
        return policies.includes(undefined);
      };
      const publicKeys = [...writes, ...metadataWrites].map(({ key }) => key);
      const isBare = hasBareKey(undefined, publicKeys);
      const touched = collections.map(({ collection, writes: hashed, metadataWrites: hashedMetadata }) => {
        const keys = [...hashed, ...hashedMetadata].map(({ keyHash }) => keyHash);
        return { collection, isAsked: hasBareKey(collection, keys) || reads.has(`${namespace}\0${collection}`), hasWrites: keys.length > 0 };
      });
      const writesNothing = publicKeys.length === 0 && !touched.some(({ hasWrites }) => hasWrites);
      // Who only reads is held to the chaincode's policy.
      const asksChaincode = isBare || writesNothing;
      const own = asksChaincode || keyPolicies.length > 0 ? [{ chaincode: namespace, collection: undefined, readsNothing: false, keyPolicies, isKeysOnly: !asksChaincode }] : [];
      const asked = touched.filter(({ isAsked }) => isAsked);
      return [...own, ...asked.map(({ collection }) => ({ chaincode: namespace, collection, readsNothing: !reads.has(`${namespace}\0${collection}`), keyPolicies: [], isKeysOnly: false }))];
    });
}

/** Bytes of the protos.ChaincodeInterest for gateways. */
export function encodeInterest(interest: readonly ChaincodeInterest[]): Uint8Array {
  return chaincodeInterest.encode({
    chaincodes: interest.map(({ chaincode, collection, readsNothing, keyPolicies, isKeysOnly }) => ({
      name: chaincode,
      collectionNames: collection === undefined ? [] : [collection],
      noPrivateReads: collection !== undefined && readsNothing,
      noPublicReads: false,
      keyPolicies,
      disregardNamespacePolicy: isKeysOnly,
    })),
  });
}

/** What a peer said in its answer; nothing when it said nothing, or what cannot be read: the chaincode's own policy is left then. */
export function readInterest(bytes: Uint8Array | undefined): ChaincodeInterest[] {
  if (bytes === undefined) return [];
  try {
    return chaincodeInterest.decode(bytes).chaincodes.flatMap(({ name, collectionNames, noPrivateReads, keyPolicies, disregardNamespacePolicy }): ChaincodeInterest[] => {
      const own = { chaincode: name, collection: undefined, readsNothing: false, keyPolicies, isKeysOnly: disregardNamespacePolicy };
      if (collectionNames.length === 0) return [own];
      return collectionNames.map((collection) => ({ ...own, collection, readsNothing: noPrivateReads, keyPolicies: [], isKeysOnly: false }));
    });
  } catch (error) {
    if (error instanceof WireError) return [];
    throw error;
  }
}

function nameOfKey(namespace: string, collection: string | undefined, key: string | Uint8Array): string {
  return JSON.stringify([namespace, collection ?? '', typeof key === 'string' ? key : Buffer.from(key).toString('hex')]);
}
