import type { PolicyManager } from '../policy/create-policy-manager';
import { encodeSignaturePolicy } from '../policy/encode-signature-policy';
import { createSignaturePolicy } from '../policy/signature-policy';
import { MSP_ROLES, mspRole } from '../protocol';
import { embeddedBytes, message, string } from '@/lib/platform/pure/wire';
import { LifecycleRefusal } from './lifecycle-refusal';

const applicationPolicy = message('ApplicationPolicy', { signaturePolicy: embeddedBytes(1), channelConfigPolicyReference: string(2) });

const CHAINCODES = '/Channel/Application/Endorsement';
const LIFECYCLE_ITSELF = '/Channel/Application/LifecycleEndorsement';

/** An organisation of a channel: its group in the configuration, and its MSP. */
export interface ChannelOrganisation {
  readonly name: string;
  readonly mspId: string;
}

/**
 * Bytes of the protos.ApplicationPolicy of a chaincode whose definition names none
 * (core/chaincode/lifecycle/lifecycle.go, DefaultEndorsementPolicyAsBytes). Throws {@link LifecycleRefusal}.
 */
export function defaultEndorsementPolicy(policies: PolicyManager, channelId: string): Uint8Array {
  if (policies.findPolicy(CHAINCODES) !== undefined) return reference(CHAINCODES);
  throw new LifecycleRefusal(`policy '${CHAINCODES}' must be defined for channel '${channelId}' before chaincode operations can be attempted`);
}

/** Who must endorse what is written to `_lifecycle` (LifecycleEndorsementPolicyAsBytes): the channel's policy, else a majority of members. */
export function lifecycleEndorsementPolicy(policies: PolicyManager, mspIds: readonly string[]): Uint8Array {
  if (policies.findPolicy(LIFECYCLE_ITSELF) !== undefined) return reference(LIFECYCLE_ITSELF);
  return signedByMembers(Math.floor(mspIds.length / 2) + 1, mspIds);
}

/**
 * Who must endorse what is written to an organisation's implicit collection (deployedcc_infoprovider.go,
 * ImplicitCollectionEndorsementPolicyAsBytes); undefined when it is no organisation of the channel: then nobody may.
 */
export function implicitEndorsementPolicy(policies: PolicyManager, organisations: readonly ChannelOrganisation[], mspId: string): Uint8Array | undefined {
  const organisation = organisations.find((one) => one.mspId === mspId);
  if (organisation === undefined) return undefined;
  const path = `/Channel/Application/${organisation.name}/Endorsement`;
  return policies.findPolicy(path) === undefined ? signedByMembers(1, [mspId]) : reference(path);
}

function reference(path: string): Uint8Array {
  return applicationPolicy.encode({ channelConfigPolicyReference: path });
}

/** In the order of their names, as Fabric sorts them. */
function signedByMembers(n: number, mspIds: readonly string[]): Uint8Array {
  const sorted = [...mspIds].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const principals = sorted.map((mspId) => ({ classification: 0, principal: mspRole.encode({ mspId, role: MSP_ROLES.MEMBER }) }));
  const rules = sorted.map((_, principal) => ({ kind: 'signedBy' as const, principal }));
  return applicationPolicy.encode({ signaturePolicy: encodeSignaturePolicy(createSignaturePolicy({ kind: 'outOf', n, rules }, principals)) });
}
