import { FabricRefusal } from './refusal';
import { readWire } from './wire';

/** common.Policy. */
export interface RawPolicy {
  readonly type: number;
  readonly value: Uint8Array;
}

/** A common.ConfigGroup without versions and modification policies. Bytes are as they came. */
export interface ConfigGroup {
  readonly policies: ReadonlyMap<string, RawPolicy>;
  readonly values: ReadonlyMap<string, Uint8Array>;
  readonly groups: ReadonlyMap<string, ConfigGroup>;
}

const groupBytesMax = 32 * 1024 * 1024;
const depthMax = 8;
const groupsMax = 2_000;
const entriesMax = 10_000;

interface Budget {
  groups: number;
  entries: number;
}

/**
 * Reads a serialised common.ConfigGroup with all the groups in it.
 * @param path of the group, for reasons alone
 * @throws FabricRefusal malformed, limit, not-allowed
 */
export function readConfigGroup(bytes: Uint8Array, path = 'Channel'): ConfigGroup {
  if (bytes.length > groupBytesMax) throw new FabricRefusal('limit', `A configuration is larger than ${groupBytesMax} bytes`);
  return readGroup(bytes, path, 1, { groups: groupsMax, entries: entriesMax });
}

function readGroup(bytes: Uint8Array, path: string, depth: number, budget: Budget): ConfigGroup {
  budget.groups -= 1;
  if (depth > depthMax || budget.groups < 0) throw new FabricRefusal('limit', `A configuration has more than ${groupsMax} groups, or is nested deeper than ${depthMax}`);
  const message = readWire(bytes, 'ConfigGroup');
  const entries = (field: number) => message.all(field).map((entry) => readWire(entry, 'ConfigGroup')).map((entry) => [entry.text(1), entry.bytes(2)] as const);
  budget.entries -= message.all(3).length + message.all(4).length;
  if (budget.entries < 0) throw new FabricRefusal('limit', `A configuration has more than ${entriesMax} policies and values`);
  return {
    policies: new Map(entries(4).map(([name, value]) => [name, readPolicy(name, path, value)])),
    values: new Map(entries(3).map(([name, value]) => [name, readWire(value, 'ConfigValue').bytes(2)])),
    groups: new Map(entries(2).map(([name, value]) => [name, readGroup(value, `${path}/${name}`, depth + 1, budget)])),
  };
}

function readPolicy(name: string, path: string, value: Uint8Array): RawPolicy {
  const bytes = readWire(value, 'ConfigPolicy').message(2);
  if (!bytes) throw new FabricRefusal('not-allowed', `policy ${name} at path ${path} was nil`);
  const policy = readWire(bytes, 'Policy');
  return { type: policy.int32(1), value: policy.bytes(2) };
}
