import { readDefinition } from './definition';
import { publicState, type LifecycleInvocation } from './invocation';
import { within } from './lifecycle-refusal';
import type { CollectionConfigPackage } from './messages';

/**
 * The collections of the definition in force. Where there is none Fabric asks the lifecycle of version 1, too, whose
 * namespace is empty here: the read is part of the transaction all the same (deployedcc_infoprovider.go, ChaincodeInfo).
 */
export function readCommittedCollections(invocation: LifecycleInvocation, name: string): CollectionConfigPackage | undefined {
  const stored = within(`could not retrieve committed definition for chaincode '${name}'`, () => readDefinition(publicState(invocation).get, name));
  if (stored === undefined) invocation.channel?.simulator.getState('lscc', name);
  return stored?.collections;
}

