import { flatSignaturePolicy, implicitMetaPolicy, IMPLICIT_META_RULES, mspRole, MSP_ROLES, POLICY_TYPES, type ConfigPolicy } from '../messages';

/** Who may change what stands in a configuration, unless it says otherwise. */
export const ADMINS = 'Admins';

/** A policy as a configuration holds it: `value` is an ImplicitMetaPolicy or a SignaturePolicyEnvelope. */
export interface PolicyBytes {
  readonly type: (typeof POLICY_TYPES)[keyof typeof POLICY_TYPES];
  readonly value: Uint8Array;
}

/** So many of the policies of that name in the groups below. */
export function implicitMeta(rule: keyof typeof IMPLICIT_META_RULES, subPolicy: string): PolicyBytes {
  return { type: POLICY_TYPES.IMPLICIT_META, value: implicitMetaPolicy.encode({ subPolicy, rule: IMPLICIT_META_RULES[rule] }) };
}

/** One signature of anybody with one of the roles: `OR('Org1MSP.admin', 'Org1MSP.peer')`. */
export function anyRole(mspId: string, roles: readonly (keyof typeof MSP_ROLES)[]): PolicyBytes {
  const value = flatSignaturePolicy.encode({
    rule: { nOutOf: { n: 1, rules: roles.map((_role, index) => ({ signedBy: index })) } },
    identities: roles.map((role) => ({ classification: 0, principal: mspRole.encode({ mspId, role: MSP_ROLES[role] }) })),
  });
  return { type: POLICY_TYPES.SIGNATURE, value };
}

/** The policies of an organisation whose certificates name their role (NodeOUs), as Fabric's samples have them. */
export function organisationPolicies(mspId: string): ReadonlyMap<string, PolicyBytes> {
  return new Map([
    ['Readers', anyRole(mspId, ['ADMIN', 'PEER', 'CLIENT'])],
    ['Writers', anyRole(mspId, ['ADMIN', 'CLIENT'])],
    [ADMINS, anyRole(mspId, ['ADMIN'])],
    ['Endorsement', anyRole(mspId, ['PEER'])],
  ]);
}

/** The policies of an organisation that orders. */
export function ordererPolicies(mspId: string): ReadonlyMap<string, PolicyBytes> {
  return new Map([
    ['Readers', anyRole(mspId, ['MEMBER'])],
    ['Writers', anyRole(mspId, ['MEMBER'])],
    [ADMINS, anyRole(mspId, ['ADMIN'])],
  ]);
}

/** Policies of a group over others: anybody reads and writes, a majority changes. */
export function groupPolicies(more: Readonly<Record<string, PolicyBytes>> = {}): ReadonlyMap<string, PolicyBytes> {
  return new Map(Object.entries({ Readers: implicitMeta('ANY', 'Readers'), Writers: implicitMeta('ANY', 'Writers'), [ADMINS]: implicitMeta('MAJORITY', ADMINS), ...more }));
}

export function toConfigPolicies(policies: ReadonlyMap<string, PolicyBytes>): ReadonlyMap<string, ConfigPolicy> {
  return new Map([...policies].map(([name, policy]) => [name, { version: 0n, policy, modPolicy: ADMINS }]));
}
