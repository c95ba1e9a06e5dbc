import type { Identity, NodeRole } from './msp';
import { unitsOf } from './validate-identity';

/**
 * Does the identity carry the unit that stands for this role? Undefined when it does, else the reason. Whether it is valid,
 * and under which path of authorities, is for `validateIdentity` (msp/mspimpl.go, hasOURole).
 */
export function checkNodeRole(identity: Identity, role: NodeRole): string | undefined {
  const { id, nodeUnits } = identity.msp;
  if (!nodeUnits) return 'NodeOUs not activated. Cannot tell apart identities.';
  const type = role.toUpperCase();
  const known = nodeUnits.get(role);
  if (!known) return `cannot test for classification, node ou for type [${type}], not defined, msp: [${id}]`;
  return unitsOf(identity).some(({ unit }) => unit === known.unit) ? undefined : `The identity does not contain OU [${type}], MSP: [${id}]`;
}
