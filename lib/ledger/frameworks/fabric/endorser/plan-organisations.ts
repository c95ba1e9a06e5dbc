import { findDefinition, implicitEndorsementPolicy, LIFECYCLE, lifecycleEndorsementPolicy, mspIdOfImplicitCollection, encodeImplicitMembers } from '../lifecycle';
import type { Identity } from '../msp/msp';
import { FabricRefusal } from '../msp/refusal';
import { readApplicationPolicy } from '../policy/application-policy';
import { decodeSignaturePolicy } from '../policy/decode-signature-policy';
import { planEndorsement } from '../policy/plan-endorsement';
import type { SignaturePolicy } from '../policy/signature-policy';
import type { ChaincodeInterest } from './chaincode-interest';
import { isMember } from './collection-access';
import { runsChaincode } from './find-chaincode';
import { GATEWAY_CODES, GatewayRefused } from './gateway-refused';
import type { ChannelView, EndorserPorts } from './ports';

/** An organisation's peer that may be asked. */
export interface Candidate {
  readonly mspId: string;
  readonly identity: Identity;
}

/**
 * Sets of organisations whose endorsements satisfy everything that the transaction is held to, the preferred first, each in
 * the order in which its endorsements must stand (internal/pkg/gateway/registry.go, endorsementPlan, and what Fabric's
 * discovery/endorsement makes of a ChaincodeInterest). Throws {@link GatewayRefused}.
 * @param candidates the preferred first
 */
export async function planOrganisations(ports: EndorserPorts, view: ChannelView, interest: readonly ChaincodeInterest[], candidates: readonly Candidate[]): Promise<(readonly string[])[]> {
  try {
    const policies = interest.flatMap((one) => listPolicies(view, one));
    const members = candidates.filter(({ identity }) => interest.every((one) => one.collection === undefined || one.readsNothing || isMember(memberPolicyOf(view, one.chaincode, one.collection), identity)));
    const plan = (from: readonly Candidate[]) => planEndorsement({ policies, endorsers: from.map(({ identity }) => identity) });
    const able = await filterAble(ports, view, interest, members);
    // Two reasons that ask for different remedies: nobody suffices, or too few have the chaincode.
    if (able.length < members.length) plan(members);
    return planAble(plan, able).map((set) => set.map((identity) => identity.msp.id));
  } catch (error) {
    if (!(error instanceof FabricRefusal)) throw error;
    throw new GatewayRefused(GATEWAY_CODES.FAILED_PRECONDITION, `no combination of peers can be derived which satisfy the endorsement policy: ${error.message}`);
  }

  function planAble(plan: (from: readonly Candidate[]) => (readonly Identity[])[], able: readonly Candidate[]): (readonly Identity[])[] {
    try {
      return plan(able);
    } catch (error) {
      if (able.length === candidates.length || !(error instanceof FabricRefusal) || error.code !== 'not-allowed') throw error;
      throw new FabricRefusal('not-allowed', able.length === 0 ? 'no peer combination can satisfy the endorsement policy' : 'required chaincodes are not installed on sufficient peers');
    }
  }
}

async function filterAble(ports: EndorserPorts, view: ChannelView, interest: readonly ChaincodeInterest[], members: readonly Candidate[]): Promise<Candidate[]> {
  const names = [...new Set(interest.map(({ chaincode }) => chaincode))];
  const able = await Promise.all(members.map(async ({ mspId }) => (await Promise.all(names.map((name) => runsChaincode(ports, view, mspId, name)))).every(Boolean)));
  return members.filter((_, index) => able[index]);
}

/** All of these must be satisfied. */
function listPolicies(view: ChannelView, { chaincode, collection, keyPolicies, isKeysOnly }: ChaincodeInterest): SignaturePolicy[] {
  const ofKeys = keyPolicies.map(decodeSignaturePolicy);
  if (isKeysOnly) return ofKeys;
  return [readApplicationPolicy(policyOf(view, chaincode, collection), view.rules.policies).convert(), ...ofKeys];
}

/** Bytes of the protos.ApplicationPolicy of a chaincode, or of a collection that has one of its own. */
function policyOf({ state, rules, organisations, channelId }: ChannelView, chaincode: string, collection: string | undefined): Uint8Array {
  if (chaincode === LIFECYCLE) return lifecycleEndorsementPolicy(rules.policies, organisations.map(({ mspId }) => mspId));
  const definition = findDefinition(state, chaincode);
  if (definition === undefined) throw new FabricRefusal('not-allowed', `No metadata was found for chaincode ${chaincode} in channel ${channelId}`);
  if (collection === undefined) return definition.endorsementPolicy;
  const mspId = mspIdOfImplicitCollection(collection);
  const own = mspId === undefined ? definition.collections.find(({ name }) => name === collection)?.endorsementPolicy : implicitEndorsementPolicy(rules.policies, organisations, mspId);
  return own ?? definition.endorsementPolicy;
}

function memberPolicyOf({ state }: ChannelView, chaincode: string, collection: string): Uint8Array {
  const mspId = mspIdOfImplicitCollection(collection);
  if (mspId !== undefined) return encodeImplicitMembers(mspId);
  return findDefinition(state, chaincode)?.collections.find(({ name }) => name === collection)?.memberPolicy ?? new Uint8Array(0);
}
