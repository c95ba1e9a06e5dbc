import type { StateReader } from '../../core/storage';
import type { ChaincodeDefinition, CollectionDefinition, FindDefinition } from './chaincode-definition';
import type { Channel } from './channel';
import { createCollectionsOf, encodeImplicitMembers, findDefinition, implicitEndorsementPolicy, LIFECYCLE, lifecycleEndorsementPolicy, mspIdOfImplicitCollection } from './lifecycle';
import { FabricRefusal } from './msp/refusal';
import { decodeSignaturePolicy } from './policy/decode-signature-policy';
import type { CollectionsOf } from './state';

/** What the organisations of a channel agreed on, as of one state. Each definition is read once. */
export interface Definitions {
  readonly find: FindDefinition;
  readonly collectionsOf: CollectionsOf;
  /** Bytes of the protos.ApplicationPolicy that a namespace's writes must satisfy; undefined: there is no such chaincode. */
  policyOf(namespace: string): Uint8Array | undefined;
  /** Of a collection, empty when it has none of its own; or why there is none (lifecycle/deployedcc_infoprovider.go). */
  collectionPolicyOf(namespace: string, collection: string): { readonly policy: Uint8Array } | { readonly reason: string };
  /** MSP ids of the organisations whose peers have the private data of a collection; none when there is no such collection. */
  membersOf(namespace: string, collection: string): ReadonlySet<string>;
  /** Bytes of the common.SignaturePolicyEnvelope that says who may have them; undefined when there is no such collection. */
  memberPolicyOf(namespace: string, collection: string): Uint8Array | undefined;
}

const NOTHING = new Uint8Array(0);

/**
 * MSP ids of the organisations whose peers are members by a policy (bytes of a common.SignaturePolicyEnvelope): one of its
 * principals, for the lifecycle lets a member policy be a choice among them and nothing else, is the organisation's member or
 * peer. One that names clients or administrators alone has no peers, as in Fabric; a peer that is named by its certificate is
 * left out, unlike there. A policy that cannot be read names nobody: a majority agreed on it, and the channel lives on.
 */
export function memberMspIds(policy: Uint8Array): ReadonlySet<string> {
  try {
    return new Set(decodeSignaturePolicy(policy).principals.flatMap(({ meaning }) => (meaning.kind === 'role' && (meaning.role === 'member' || meaning.role === 'peer') ? [meaning.mspId] : [])));
  } catch (error) {
    if (error instanceof FabricRefusal) return new Set();
    throw error;
  }
}

export function readDefinitions(channel: Channel, state: StateReader): Definitions {
  const known = new Map<string, ChaincodeDefinition | undefined>();
  const find: FindDefinition = (name) => {
    if (!known.has(name)) known.set(name, findDefinition(state, name));
    return known.get(name);
  };
  const findCollection = (namespace: string, collection: string): CollectionDefinition | undefined => find(namespace)?.collections.find(({ name }) => name === collection);
  const policyOf = (namespace: string): Uint8Array | undefined => {
    const policy = namespace === LIFECYCLE ? lifecycleEndorsementPolicy(channel.policies, channel.mspIds) : find(namespace)?.endorsementPolicy;
    return policy === undefined || policy.length === 0 ? undefined : policy;
  };
  const memberPolicyOf = (namespace: string, collection: string): Uint8Array | undefined => {
    const mspId = mspIdOfImplicitCollection(collection);
    return mspId === undefined ? findCollection(namespace, collection)?.memberPolicy : encodeImplicitMembers(mspId);
  };
  return {
    find,
    collectionsOf: createCollectionsOf(find, channel.mspIds),
    policyOf,
    collectionPolicyOf(namespace, collection) {
      const mspId = mspIdOfImplicitCollection(collection);
      if (mspId !== undefined) {
        // Who is no organisation of the channel endorses nothing.
        const policy = implicitEndorsementPolicy(channel.policies, channel.mspIds.map((name) => ({ name, mspId: name })), mspId);
        return policy === undefined ? { reason: `no such collection '${collection}'` } : { policy };
      }
      const found = findCollection(namespace, collection);
      return found === undefined ? { reason: `no such collection '${collection}'` } : { policy: found.endorsementPolicy ?? NOTHING };
    },
    membersOf(namespace, collection) {
      const policy = memberPolicyOf(namespace, collection);
      return policy === undefined ? new Set() : memberMspIds(policy);
    },
    memberPolicyOf,
  };
}
