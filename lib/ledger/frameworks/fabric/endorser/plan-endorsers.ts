import { implicitEndorsementPolicy, LIFECYCLE, lifecycleEndorsementPolicy, mspIdOfImplicitCollection } from '../lifecycle';
import { FabricRefusal } from '../msp/refusal';
import { readApplicationPolicy } from '../policy/application-policy';
import { decodeSignaturePolicy } from '../policy/decode-signature-policy';
import { planEndorsement } from '../policy/plan-endorsement';
import type { SignaturePolicy } from '../policy/signature-policy';
import type { ChaincodeInterest } from './chaincode-interest';
import { isMember } from '../policy/is-member';
import { findMemberPolicy } from './collection-access';
import type { GatewayPeer } from './gateway-peers';
import { GATEWAY_CODES, GatewayRefused } from './gateway-refused';
import { lifecycleOf } from './lifecycle-of-view';
import type { SimulationView } from './ports';

/**
 * Peers whose endorsements satisfy everything that the transaction is held to, in the order in which their endorsements must
 * stand (internal/pkg/gateway/registry.go, endorsementPlan, and what Fabric's discovery/endorsement makes of a
 * ChaincodeInterest). Of several sets one with the preferred peer, else a small one. Throws {@link GatewayRefused}.
 * @param candidates the preferred first
 */
export async function planEndorsers(view: SimulationView, interest: readonly ChaincodeInterest[], candidates: readonly GatewayPeer[]): Promise<readonly GatewayPeer[]> {
  try {
    const policies = interest.flatMap((one) => listPolicies(view, one));
    const members = candidates.filter(({ identity }) => interest.every((one) => one.collection === undefined || one.readsNothing || isMember(findMemberPolicy(view, one.chaincode, one.collection), identity)));
    const plan = (from: readonly GatewayPeer[]) => {
      const [set = []] = planEndorsement({ policies, endorsers: from.map(({ identity }) => identity) });
      return set.map((identity) => from.find((one) => one.identity === identity)).filter((one) => one !== undefined);
    };
    return planAble(plan, await filterAble(interest, members), members);
  } catch (error) {
    if (!(error instanceof FabricRefusal)) throw error;
    throw new GatewayRefused(GATEWAY_CODES.FAILED_PRECONDITION, `no combination of peers can be derived which satisfy the endorsement policy: ${error.message}`);
  }
}

/** Tells two reasons apart that ask for different remedies: nobody suffices, or too few have the chaincode. */
function planAble(plan: (from: readonly GatewayPeer[]) => readonly GatewayPeer[], able: readonly GatewayPeer[], members: readonly GatewayPeer[]): readonly GatewayPeer[] {
  try {
    return plan(able);
  } catch (error) {
    if (!(error instanceof FabricRefusal) || able.length === members.length) throw error;
    plan(members);
    throw new FabricRefusal('not-allowed', 'required chaincodes are not installed on sufficient peers');
  }
}

async function filterAble(interest: readonly ChaincodeInterest[], members: readonly GatewayPeer[]): Promise<GatewayPeer[]> {
  const names = [...new Set(interest.map(({ chaincode }) => chaincode))];
  const able = await Promise.all(members.map(async (one) => (await Promise.all(names.map((name) => one.runs(name)))).every(Boolean)));
  return members.filter((_, index) => able[index]);
}

/** All of these must be satisfied. */
function listPolicies(view: SimulationView, { chaincode, collection, keyPolicies, isKeysOnly }: ChaincodeInterest): SignaturePolicy[] {
  const ofKeys = keyPolicies.map(decodeSignaturePolicy);
  if (isKeysOnly) return ofKeys;
  return [readApplicationPolicy(policyOf(view, chaincode, collection), view.rules.policies).convert(), ...ofKeys];
}

/** Bytes of the protos.ApplicationPolicy of a chaincode, or of a collection that has one of its own. */
export function policyOf(view: SimulationView, chaincode: string, collection: string | undefined): Uint8Array {
  const { rules, organisations, channelId } = view;
  if (chaincode === LIFECYCLE) return lifecycleEndorsementPolicy(rules.policies, organisations.map(({ mspId }) => mspId));
  const definition = lifecycleOf(view).find(chaincode);
  if (definition === undefined) throw new FabricRefusal('not-allowed', `No metadata was found for chaincode ${chaincode} in channel ${channelId}`);
  if (collection === undefined) return definition.endorsementPolicy;
  const mspId = mspIdOfImplicitCollection(collection);
  const own = mspId === undefined ? definition.collections.find(({ name }) => name === collection)?.endorsementPolicy : implicitEndorsementPolicy(rules.policies, organisations, mspId);
  return own ?? definition.endorsementPolicy;
}
