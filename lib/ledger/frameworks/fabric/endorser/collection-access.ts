import { ChaincodeRefusal } from '../../../vm/chaincode';
import { encodeImplicitMembers, LIFECYCLE, mspIdOfImplicitCollection, readCollections } from '../lifecycle';
import type { Identity } from '../msp/msp';
import { isMember } from '../policy/is-member';
import type { Simulator } from '../state';
import { findIdentity } from './find-identity';
import { lifecycleOf } from './lifecycle-of-view';
import type { SimulationView } from './ports';

/** What the caller of a transaction may do with a collection. */
export interface CollectionAccess {
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
}

/**
 * Looks up a collection in the definition as the simulation sees it, for its definition is part of what the transaction
 * depends on (core/common/privdata/store.go, RetrieveReadWritePermission). Throws `ChaincodeRefusal`.
 */
export function findCollectionAccess(simulator: Simulator, at: { readonly channelId: string; readonly namespace: string; readonly collection: string }, caller: Identity): CollectionAccess {
  const { channelId, namespace, collection } = at;
  const collections = namespace === LIFECYCLE ? [] : readCollections((key) => simulator.getState(LIFECYCLE, key), namespace);
  // Anybody may ask an organisation's own collection: its chaincode and its peers say what becomes of it.
  if (mspIdOfImplicitCollection(collection) !== undefined) return { mayRead: true, mayWrite: true };
  const found = collections.find(({ name }) => name === collection);
  if (found === undefined) throw new ChaincodeRefusal(`collection ${channelId}/${namespace}/${collection} could not be found`);
  if ((!found.memberOnlyRead && !found.memberOnlyWrite) || isMember(found.memberPolicy, caller)) return { mayRead: true, mayWrite: true };
  return { mayRead: !found.memberOnlyRead, mayWrite: !found.memberOnlyWrite };
}

/**
 * Of which collections an organisation's peer (bytes of its SerializedIdentity) has the plaintext. Asked often: answers are
 * remembered for the one view.
 */
export function createMembership(view: SimulationView, serialized: Uint8Array | undefined): (namespace: string, collection: string) => boolean {
  const known = new Map<string, boolean>();
  const peer = serialized && findIdentity(view.rules.msps, serialized);
  if (peer === undefined) return () => false;
  return (namespace, collection) => {
    const name = `${namespace}\0${collection}`;
    const answer = known.get(name) ?? isMember(findMemberPolicy(view, namespace, collection), peer);
    known.set(name, answer);
    return answer;
  };
}

/** Bytes of the common.SignaturePolicyEnvelope that says who is a member; empty, which nobody satisfies, when there is no such collection. */
export function findMemberPolicy(view: SimulationView, chaincode: string, collection: string): Uint8Array {
  const mspId = mspIdOfImplicitCollection(collection);
  if (mspId !== undefined) return encodeImplicitMembers(mspId);
  return lifecycleOf(view).find(chaincode)?.collections.find(({ name }) => name === collection)?.memberPolicy ?? new Uint8Array(0);
}
