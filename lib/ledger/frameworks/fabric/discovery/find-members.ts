import { findMemberPolicy, lifecycleOf, type SimulationView } from '../endorser';
import { isMember } from '../policy/is-member';
import { LIFECYCLE, mspIdOfImplicitCollection } from '../lifecycle';
import { FabricRefusal } from '../msp/refusal';
import { LIFECYCLE_SEQUENCE, type ChannelPeer } from './list-peers';
import type { InterestCall } from './messages';

/** Calls of one interest; as many policies are planned at once. */
const CALLS_MAX = 100;
const COLLECTIONS_MAX = 100;

/** Who comes into question for calls of chaincodes. */
export interface Members {
  /** Members of every collection whose plaintext is read. */
  readonly authorized: readonly ChannelPeer[];
  /** Those of them that run all of the chaincodes. */
  readonly able: readonly ChannelPeer[];
}

/**
 * Peers by what is called (discovery/endorsement/endorsement.go, peersByCriteria); all of them when nothing is.
 * @throws FabricRefusal not-allowed, limit
 */
export function findMembers(view: SimulationView, peers: readonly ChannelPeer[], calls: readonly InterestCall[]): Members {
  if (calls.length > CALLS_MAX) throw new FabricRefusal('limit', `An interest has more than ${CALLS_MAX} chaincodes`);
  const sequences = calls.map(({ name }) => ({ name, sequence: sequenceOf(view, name) }));
  const policies = calls.filter(({ noPrivateReads }) => !noPrivateReads).flatMap((call) => memberPolicies(view, call));
  const authorized = peers.filter(({ identity }) => policies.every((policy) => isMember(policy, identity)));
  const able = authorized.filter(({ chaincodes }) => sequences.every(({ name, sequence }) => chaincodes.get(name) === sequence));
  return { authorized, able };
}

function sequenceOf(view: SimulationView, name: string): bigint {
  const sequence = name === LIFECYCLE ? LIFECYCLE_SEQUENCE : lifecycleOf(view).find(name)?.sequence;
  if (sequence === undefined) throw new FabricRefusal('not-allowed', `No metadata was found for chaincode ${name} in channel ${view.channelId}`);
  return sequence;
}

/** Of each collection that the call names, whatever stands in the others' definitions (discovery/endorsement/collection.go). */
function memberPolicies(view: SimulationView, { name, collectionNames }: InterestCall): Uint8Array[] {
  if (collectionNames.length > COLLECTIONS_MAX) throw new FabricRefusal('limit', `A chaincode of an interest has more than ${COLLECTIONS_MAX} collections`);
  return [...new Set(collectionNames)].map((collection) => {
    const isThere = mspIdOfImplicitCollection(collection) !== undefined || lifecycleOf(view).find(name)?.collections.some((one) => one.name === collection);
    if (!isThere) throw new FabricRefusal('not-allowed', `collection ${collection} doesn't exist in collection config for chaincode ${name}`);
    return findMemberPolicy(view, name, collection);
  });
}
