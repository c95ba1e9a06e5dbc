import { FabricRefusal } from '../msp/refusal';
import { readWire } from '../msp/wire';

/** common.Policy. */
export interface RawPolicy {
  readonly type: number;
  readonly value: Uint8Array;
}

/** The policies of a common.ConfigGroup and of the groups in it. */
export interface PolicyGroup {
  readonly policies: ReadonlyMap<string, RawPolicy>;
  readonly groups: ReadonlyMap<string, PolicyGroup>;
}

const groupBytesMax = 32 * 1024 * 1024;
const depthMax = 8;
const groupsMax = 2_000;
const policiesMax = 10_000;

/**
 * Reads the policies of a serialised common.ConfigGroup; its values are passed over.
 * @throws FabricRefusal malformed, limit
 */
export function readPolicyGroup(bytes: Uint8Array, path = 'Channel'): PolicyGroup {
  if (bytes.length > groupBytesMax) throw new FabricRefusal('limit', `A configuration is larger than ${groupBytesMax} bytes`);
  return readGroup(bytes, path, 1, { groups: groupsMax, policies: policiesMax });
}

function readGroup(bytes: Uint8Array, path: string, depth: number, budget: { groups: number; policies: number }): PolicyGroup {
  budget.groups -= 1;
  if (depth > depthMax || budget.groups < 0) throw new FabricRefusal('limit', `A configuration has more than ${groupsMax} groups, or is nested deeper than ${depthMax}`);
  const message = readWire(bytes, 'ConfigGroup');
  const entries = (field: number) => message.all(field).map((entry) => readWire(entry, 'ConfigGroup')).map((entry) => [entry.text(1), entry.bytes(2)] as const);
  const policies = new Map<string, RawPolicy>();
  for (const [name, value] of entries(4)) {
    budget.policies -= 1;
    if (budget.policies < 0) throw new FabricRefusal('limit', `A configuration has more than ${policiesMax} policies`);
    const policy = readWire(value, 'ConfigPolicy').message(2);
    if (!policy) throw new FabricRefusal('not-allowed', `policy ${name} at path ${path} was nil`);
    const { int32, bytes: bytesOf } = readWire(policy, 'Policy');
    policies.set(name, { type: int32(1), value: bytesOf(2) });
  }
  const groups = new Map(entries(2).map(([name, value]) => [name, readGroup(value, `${path}/${name}`, depth + 1, budget)] as const));
  return { policies, groups };
}
