import { common, peer } from '@hyperledger/fabric-protos';
import { encodeSignaturePolicy } from '../policy/encode-signature-policy';
import type { ImplicitRule } from '../policy/implicit-meta';
import { parsePolicy } from '../policy/parse-policy';

/** Bytes of protos.ApplicationPolicy with this signature policy. */
export function encodeApplicationPolicy(text: string): Uint8Array {
  const policy = new peer.ApplicationPolicy();
  policy.setSignaturePolicy(common.SignaturePolicyEnvelope.deserializeBinary(encodeSignaturePolicy(parsePolicy(text))));
  return policy.serializeBinary();
}

/** Bytes of protos.ApplicationPolicy that names a policy of the channel. */
export function encodePolicyReference(path: string): Uint8Array {
  const policy = new peer.ApplicationPolicy();
  policy.setChannelConfigPolicyReference(path);
  return policy.serializeBinary();
}

/** Text of a signature policy, or an implicit one over the groups below. */
export type TestPolicy = string | { readonly rule: ImplicitRule; readonly of: string };

export interface TestGroup {
  readonly policies?: Readonly<Record<string, TestPolicy>>;
  readonly values?: Readonly<Record<string, Uint8Array>>;
  readonly groups?: Readonly<Record<string, TestGroup>>;
}

export function createConfigGroup({ policies = {}, values = {}, groups = {} }: TestGroup): InstanceType<typeof common.ConfigGroup> {
  const group = new common.ConfigGroup();
  for (const [name, policy] of Object.entries(policies)) {
    const holder = new common.ConfigPolicy();
    holder.setPolicy(createPolicy(policy));
    group.getPoliciesMap().set(name, holder);
  }
  for (const [name, value] of Object.entries(values)) {
    const holder = new common.ConfigValue();
    holder.setValue(value);
    group.getValuesMap().set(name, holder);
  }
  for (const [name, inner] of Object.entries(groups)) group.getGroupsMap().set(name, createConfigGroup(inner));
  return group;
}

function createPolicy(policy: TestPolicy): InstanceType<typeof common.Policy> {
  const message = new common.Policy();
  if (typeof policy === 'string') {
    message.setType(common.Policy.PolicyType.SIGNATURE);
    message.setValue(encodeSignaturePolicy(parsePolicy(policy)));
    return message;
  }
  const meta = new common.ImplicitMetaPolicy();
  meta.setSubPolicy(policy.of);
  meta.setRule(common.ImplicitMetaPolicy.Rule[policy.rule]);
  message.setType(common.Policy.PolicyType.IMPLICIT_META);
  message.setValue(meta.serializeBinary());
  return message;
}

/**
 * The groups of a channel with these organisations, with the policies that configtx.yaml of Fabric's samples gives them.
 * @param msps bytes of msp.MSPConfig by MSP id
 */
export function createChannelGroups(mspIds: readonly string[], msps: Readonly<Record<string, Uint8Array>> = {}): TestGroup {
  const implicit = { Readers: { rule: 'ANY', of: 'Readers' }, Writers: { rule: 'ANY', of: 'Writers' }, Admins: { rule: 'MAJORITY', of: 'Admins' } } as const;
  const organisation = (mspId: string): TestGroup => ({
    values: msps[mspId] ? { MSP: msps[mspId] } : {},
    policies: {
      Readers: `OR('${mspId}.admin', '${mspId}.peer', '${mspId}.client')`,
      Writers: `OR('${mspId}.admin', '${mspId}.client')`,
      Admins: `OR('${mspId}.admin')`,
      Endorsement: `OR('${mspId}.peer')`,
    },
  });
  const application: TestGroup = {
    policies: { ...implicit, LifecycleEndorsement: { rule: 'MAJORITY', of: 'Endorsement' }, Endorsement: { rule: 'MAJORITY', of: 'Endorsement' } },
    groups: Object.fromEntries(mspIds.map((mspId) => [mspId, organisation(mspId)])),
  };
  return { policies: implicit, groups: { Application: application } };
}
