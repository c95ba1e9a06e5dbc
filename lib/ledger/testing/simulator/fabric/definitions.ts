import { approveArgs, commitArgs } from '../../../frameworks/fabric/lifecycle/messages';
import { encodeSignaturePolicy } from '../../../frameworks/fabric/policy/encode-signature-policy';
import { parsePolicy } from '../../../frameworks/fabric/policy/parse-policy';
import { FieldWriter } from '@/lib/platform/pure/wire';
import { CHAINCODE, COLLECTIONS } from './chaincode';
import type { Organisation } from './people';

/** How many organisations must endorse. */
export const POLICIES = ['one', 'two'] as const;
export type PolicyName = (typeof POLICIES)[number];

export interface Definition {
  readonly sequence: number;
  readonly policy: PolicyName;
}

/** What an administrator does so that a definition comes into force. */
export type LifecycleStep = { readonly do: 'approve'; readonly organisation: Organisation; readonly definition: Definition } | { readonly do: 'commit'; readonly definition: Definition };

const TEXTS: Readonly<Record<PolicyName, string>> = {
  one: "OR('Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')",
  two: "OutOf(2, 'Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')",
};
export const NEEDED: Readonly<Record<PolicyName, number>> = { one: 1, two: 2 };

/** Name of the function of `_lifecycle` and its argument. */
export function encodeStep(step: LifecycleStep, packageId: string): readonly [string, Uint8Array] {
  const { sequence, policy } = step.definition;
  const proposed = {
    sequence: BigInt(sequence),
    name: CHAINCODE,
    version: `${sequence}.0`,
    endorsementPlugin: '',
    validationPlugin: '',
    validationParameter: new FieldWriter().item(1, encodeSignaturePolicy(parsePolicy(TEXTS[policy]))).finish(),
    collections: { config: Object.entries(COLLECTIONS).map(([name, one]) => ({ staticCollectionConfig: describeCollection(name, one) })) },
    initRequired: false,
  };
  if (step.do === 'commit') return ['CommitChaincodeDefinition', commitArgs.encode(proposed)];
  return ['ApproveChaincodeDefinitionForMyOrg', approveArgs.encode({ ...proposed, source: { unavailable: undefined, localPackage: { packageId } } })];
}

function describeCollection(name: string, { members, blocksToLive }: { readonly members: readonly Organisation[]; readonly blocksToLive: number }) {
  const policy = encodeSignaturePolicy(parsePolicy(`OR(${members.map((mspId) => `'${mspId}.member'`).join(', ')})`));
  return {
    name,
    memberOrgsPolicy: { signaturePolicy: policy },
    requiredPeerCount: 0,
    maximumPeerCount: 1,
    blockToLive: BigInt(blocksToLive),
    memberOnlyRead: true,
    memberOnlyWrite: true,
    endorsementPolicy: new Uint8Array(0),
  };
}
