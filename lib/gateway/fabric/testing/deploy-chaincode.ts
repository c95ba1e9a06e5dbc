import { loadFabricTesting } from '@/lib/ledger/testing';
import type { TestDoor } from './open-test-door';

const { anyMemberOf, approveDefinition, collections: collectionsOf, commitDefinition } = await loadFabricTesting();

/** A collection of private data; any member of one of these organisations is a member. */
export interface TestCollection {
  readonly name: string;
  readonly members: readonly string[];
  readonly memberOnlyRead?: boolean;
  /** In blocks; absent: for ever. */
  readonly blockToLive?: number;
}

export interface Deployment {
  /** The next definition of the chaincode; the first is 1. */
  readonly sequence?: number;
  readonly collections?: readonly TestCollection[];
}

/** Installs, approves and commits a chaincode as its organisations' administrators do. What it does, `city.chaincodes` says by this name. */
export async function deployChaincode({ city, connect }: Pick<TestDoor, 'city' | 'connect'>, name: string, { sequence = 1, collections = [] }: Deployment = {}): Promise<void> {
  const lifecycleOf = (mspId: string) => connect(mspId, 'admin').getNetwork(city.channelId).getContract('_lifecycle');
  const definition = { name, sequence, collections: collectionsOf(...collections.map((one) => ({ ...one, members: anyMemberOf(one.members) }))) };
  for (const mspId of city.organisations) await approveDefinition(lifecycleOf(mspId), mspId, definition, await city.install(mspId, name));
  await commitDefinition(lifecycleOf(city.organisations[0] ?? ''), definition);
}
