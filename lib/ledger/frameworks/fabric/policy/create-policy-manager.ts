import type { ConfigGroup, RawPolicy } from '../msp/config-group';
import { FabricRefusal, readWithin } from '../msp/refusal';
import { decodeSignaturePolicy } from './decode-signature-policy';
import { policyOfImplicitMeta, readImplicitMeta } from './implicit-meta';
import { policyOfNobody, policyOfSignatures, type Policy } from './policy';

/** The policies of a channel by their paths (common/policies/policy.go). */
export interface PolicyManager {
  /** Undefined when there is none at this path: `/Channel/Application/Writers`, or relative to this manager, `Application/Writers`. */
  findPolicy(path: string): Policy | undefined;
  /** The same, and where there is none a policy that refuses everybody. */
  getPolicy(path: string): Policy;
}

/** Of common.Policy. */
const policyType = { signature: 1, implicitMeta: 3 } as const;

/**
 * @param path of the root group, without the leading slash
 * @throws FabricRefusal malformed, limit, not-allowed when a policy does not compile
 */
export function createPolicyManager(root: ConfigGroup, path = 'Channel'): PolicyManager {
  return managerOf(path, compileGroup(path, root));
}

/** Every policy of a group and of those below it, by its path from this group. */
function compileGroup(path: string, group: ConfigGroup): Map<string, Policy> {
  // Fabric goes through the groups in no order. Here they are sorted, so that what is converted is the same on every peer.
  const names = [...group.groups.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const below = names.map((name) => {
    const inner = compileGroup(`${path}/${name}`, group.groups.get(name) as ConfigGroup);
    return { name, inner, manager: managerOf(`${path}/${name}`, inner) };
  });
  const policies = new Map<string, Policy>();
  for (const [name, raw] of group.policies) policies.set(name, compile(name, path, raw, below.map(({ manager }) => manager)));
  for (const { name, inner } of below) for (const [of, policy] of inner) policies.set(`${name}/${of}`, policy);
  return policies;
}

function compile(name: string, path: string, { type, value }: RawPolicy, below: readonly PolicyManager[]): Policy {
  if (type === policyType.implicitMeta) {
    const meta = readWithin(`implicit policy ${name} at path ${path} did not compile`, () => readImplicitMeta(value));
    return policyOfImplicitMeta(meta, below.map((manager) => manager.getPolicy(meta.subPolicy)));
  }
  if (type !== policyType.signature) throw new FabricRefusal('not-allowed', `policy ${name} at path ${path} has unknown policy type: ${type}`);
  return readWithin(`policy ${name} at path ${path} did not compile`, () => {
    const policy = decodeSignaturePolicy(value);
    if (policy.version !== 0) throw new FabricRefusal('not-allowed', `This evaluator only understands messages of version 0, but version was ${policy.version}`);
    return policyOfSignatures(policy);
  });
}

function managerOf(path: string, policies: ReadonlyMap<string, Policy>): PolicyManager {
  const relative = (of: string): string | undefined => {
    if (!of.startsWith('/')) return of;
    return of.startsWith(`/${path}/`) ? of.slice(path.length + 2) : undefined;
  };
  const findPolicy = (of: string): Policy | undefined => {
    const name = relative(of);
    return name === undefined ? undefined : policies.get(name);
  };
  return { findPolicy, getPolicy: (of) => findPolicy(of) ?? policyOfNobody(relative(of) ?? of) };
}
