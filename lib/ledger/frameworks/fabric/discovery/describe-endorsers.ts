import { policyOf, type SimulationView } from '../endorser';
import { checkPrincipal } from '../msp/check-principal';
import type { Principal } from '../msp/principal';
import { FabricRefusal } from '../msp/refusal';
import { readApplicationPolicy } from '../policy/application-policy';
import { decodeSignaturePolicy } from '../policy/decode-signature-policy';
import { listLayouts, type Layout } from '../policy/plan-endorsement';
import { keyOf } from '../policy/principal-sets';
import type { SignaturePolicy } from '../policy/signature-policy';
import { findMembers, type Members } from './find-members';
import type { ChannelPeer } from './list-peers';
import { endorsementDescriptor, peers as peersMessage, type Interest, type InterestCall } from './messages';

/** Each takes up to 25 ms where 32 organisations have their peers here; others have their turn in between. */
const POLICIES_MAX = 16;

/**
 * Bytes of the EndorsementDescriptor of calls of chaincodes: layouts of which each satisfies all of their policies, and the
 * peers of each group in them (discovery/endorsement/endorsement.go, PeersForEndorsement). Groups are numbered as they come
 * up, so that the same state gives the same answer.
 * @param interest with at least one chaincode
 * @throws FabricRefusal not-allowed, limit, malformed
 */
export async function describeEndorsers(view: SimulationView, peers: readonly ChannelPeer[], { chaincodes }: Interest, yieldTurn: () => Promise<void>): Promise<Uint8Array> {
  const members = findMembers(view, peers, chaincodes);
  const own = differentOf(chaincodes.flatMap((call) => policiesOf(view, call)));
  const ofKeys = differentOf(chaincodes.flatMap(({ keyPolicies }) => keyPolicies));
  if (own.length + ofKeys.length > POLICIES_MAX) throw new FabricRefusal('limit', `An interest has more than ${POLICIES_MAX} policies that differ`);
  const policies = [...own.map((bytes) => readApplicationPolicy(bytes, view.rules.policies).convert()), ...ofKeys.map(decodeSignaturePolicy)];
  const whoIs = rememberWho(members.able);
  const layouts = await layoutsOf(policies, members, { whoIs, yieldTurn });
  const names = new Map<string, string>();
  const nameOf = (meaning: Principal): string => {
    const name = names.get(keyOf(meaning)) ?? `G${names.size}`;
    names.set(keyOf(meaning), name);
    return name;
  };
  const groups = layouts.flatMap((layout) => layout.groups.map(({ meaning }): [string, Uint8Array] => [nameOf(meaning), peersMessage.encode({ peers: whoIs(meaning).map(({ bytes }) => bytes) })]));
  return endorsementDescriptor.encode({
    chaincode: chaincodes[0]?.name ?? '',
    endorsersByGroups: new Map(groups),
    layouts: layouts.map((layout) => ({ quantitiesByGroup: new Map(layout.groups.map(({ meaning, quantity }) => [nameOf(meaning), quantity])) })),
  });
}

type WhoIs = (principal: Principal) => readonly ChannelPeer[];

function rememberWho(peers: readonly ChannelPeer[]): WhoIs {
  const answers = new Map<string, readonly ChannelPeer[]>();
  return (principal) => {
    const known = answers.get(keyOf(principal)) ?? peers.filter(({ identity }) => checkPrincipal(identity, principal) === undefined);
    answers.set(keyOf(principal), known);
    return known;
  };
}

/** Tells two reasons apart that ask for different remedies: nobody suffices, or too few have the chaincode. */
async function layoutsOf(policies: readonly SignaturePolicy[], { authorized, able }: Members, { whoIs, yieldTurn }: { readonly whoIs: WhoIs; readonly yieldTurn: () => Promise<void> }): Promise<Layout[]> {
  try {
    return await satisfiable(policies, whoIs, yieldTurn);
  } catch (error) {
    if (!(error instanceof FabricRefusal) || able.length === authorized.length) throw error;
    await satisfiable(policies, rememberWho(authorized), yieldTurn);
    throw new FabricRefusal('not-allowed', 'required chaincodes are not installed on sufficient peers');
  }
}

async function satisfiable(policies: readonly SignaturePolicy[], whoIs: WhoIs, yieldTurn: () => Promise<void>): Promise<Layout[]> {
  // Several policies together may ask for more signers of a kind than each of them.
  const all = await listLayouts(policies, (principal) => whoIs(principal).length, yieldTurn);
  const layouts = all.filter(({ groups }) => groups.every(({ meaning, quantity }) => whoIs(meaning).length >= quantity));
  if (layouts.length === 0) throw new FabricRefusal('not-allowed', 'no peer combination can satisfy the endorsement policy');
  return layouts;
}

/**
 * The policies (bytes of protos.ApplicationPolicy) that one call is held to: of its collections, each its own or the chaincode's, and of the chaincode when it
 * names none (discovery/support/chaincode/support.go). To disregard the chaincode's leaves out the first of them, as Fabric
 * does.
 */
function policiesOf(view: SimulationView, { name, collectionNames, disregardNamespacePolicy, keyPolicies }: InterestCall): readonly Uint8Array[] {
  const bytes = collectionNames.length === 0 ? [policyOf(view, name, undefined)] : collectionNames.map((collection) => policyOf(view, name, collection));
  const different = differentOf(bytes);
  if (disregardNamespacePolicy && different.length === 1 && keyPolicies.length === 0) {
    throw new FabricRefusal(
      'not-allowed',
      `requested to disregard chaincode ${name}'s policy but key and collection policies are missing, either disable DisregardNamespacePolicy or specify at least one key policy or at least one collection policy`,
    );
  }
  return disregardNamespacePolicy ? different.slice(1) : different;
}

function differentOf(all: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(all.map((one) => [Buffer.from(one).toString('hex'), one])).values()];
}
