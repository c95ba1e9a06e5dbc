import type { StateReader } from '../../../core/storage';
import type { ChaincodeDefinition, CollectionDefinition } from '../chaincode-definition';
import { worldState } from '../state';
import { isChaincodeName } from './check-definition';
import { LIFECYCLE, listCollections, readDefinition } from './definition';
import { LifecycleRefusal } from './lifecycle-refusal';
import type { ReadKey } from './records';

/**
 * The definition of a chaincode that is in force in a state. Undefined also for names that no chaincode can have, such as
 * those of system chaincodes, and for a definition that cannot be read: then nobody can call it, and the channel lives on
 * (Fabric's peer stops).
 */
export function findDefinition(state: StateReader, name: string): ChaincodeDefinition | undefined {
  if (!isChaincodeName(name)) return undefined;
  // Definitions are public: of the private state nothing is asked.
  const world = worldState(state, state);
  try {
    const stored = readDefinition((key) => world.get(LIFECYCLE, key)?.value, name);
    if (stored === undefined) return undefined;
    const { sequence, version, initRequired, validationParameter, collections } = stored;
    return { name, sequence, version, initRequired, endorsementPolicy: validationParameter, collections: listCollections(collections) };
  } catch (error) {
    if (error instanceof LifecycleRefusal) return undefined;
    throw error;
  }
}

/** The collections of a definition, read key by key as a simulation reads them; none when there is no definition that can be read. */
export function readCollections(read: ReadKey, name: string): readonly CollectionDefinition[] {
  try {
    const stored = readDefinition(read, name);
    return stored === undefined ? [] : listCollections(stored.collections);
  } catch (error) {
    if (error instanceof LifecycleRefusal) return [];
    throw error;
  }
}
