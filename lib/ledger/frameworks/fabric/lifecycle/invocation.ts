import type { ChannelRules } from '../policy/create-channel-rules';
import { FabricStateError, type Simulator } from '../state';
import type { ChannelOrganisation } from './default-policies';
import { LIFECYCLE } from './definition';
import { nameImplicitCollection } from './implicit-collections';
import type { InstalledPackages, PackageUse } from './installed-packages';
import { LifecycleRefusal } from './lifecycle-refusal';
import type { RecordState } from './records';

/** The channel that a call of `_lifecycle` is about. */
export interface LifecycleChannel {
  readonly channelId: string;
  readonly simulator: Simulator;
  readonly rules: ChannelRules;
  readonly organisations: readonly ChannelOrganisation[];
}

/** One call of `_lifecycle`, on the peer of one organisation. */
export interface LifecycleInvocation {
  readonly txId: string;
  readonly args: readonly Uint8Array[];
  /** Whose peer it is. */
  readonly mspId: string;
  /** Undefined for a proposal without a channel. */
  readonly channel: LifecycleChannel | undefined;
  readonly packages: InstalledPackages;
  /** What runs from the organisation's packages in the channels of this city node, by channel. */
  listUses(packageIds: readonly string[]): Promise<ReadonlyMap<string, readonly PackageUse[]>>;
  /** Undefined when the caller may use the resource (`_lifecycle/…`), else the reason. */
  checkAccess(resource: string): string | undefined;
}

/** The public state of `_lifecycle` as the call's simulation sees it; what it refuses is told as the shim tells it. */
export function publicState({ channel, txId }: LifecycleInvocation): RecordState {
  const run = <T>(request: string, act: (simulator: Simulator) => T): T => told(request, txId, channel, act);
  return {
    get: (key) => filled(run('GET_STATE', (simulator) => simulator.getState(LIFECYCLE, key))),
    put: (key, value) => run('PUT_STATE', (simulator) => simulator.putState(LIFECYCLE, key, value)),
    delete: (key) => run('DEL_STATE', (simulator) => simulator.delState(LIFECYCLE, key)),
  };
}

/** The same for what an organisation keeps to itself. */
export function organisationState({ channel, txId, mspId }: LifecycleInvocation): RecordState {
  const collection = nameImplicitCollection(mspId);
  const run = <T>(request: string, act: (simulator: Simulator) => T): T => told(request, txId, channel, act);
  return {
    get: (key) => filled(run('GET_STATE', (simulator) => simulator.getPrivateData(LIFECYCLE, collection, key))),
    put: (key, value) => run('PUT_STATE', (simulator) => simulator.putPrivateData(LIFECYCLE, collection, key, value)),
    delete: (key) => run('DEL_STATE', (simulator) => simulator.delPrivateData(LIFECYCLE, collection, key)),
  };
}

/** Of what any organisation keeps to itself, the hashes. */
export function hashesOf({ channel, txId }: LifecycleInvocation, mspId: string): (key: string) => Uint8Array | undefined {
  return (key) => told('GET_PRIVATE_DATA_HASH', txId, channel, (simulator) => simulator.getPrivateDataHash(LIFECYCLE, nameImplicitCollection(mspId), key));
}

export function requireChannel({ channel }: LifecycleInvocation): LifecycleChannel {
  if (channel === undefined) throw new LifecycleRefusal("no application config for channel ''");
  return channel;
}

function filled(value: Uint8Array | undefined): Uint8Array | undefined {
  return value === undefined || value.length === 0 ? undefined : value;
}

function told<T>(request: string, txId: string, channel: LifecycleChannel | undefined, act: (simulator: Simulator) => T): T {
  const refuse = (reason: string) => new LifecycleRefusal(`${request} failed: transaction ID: ${txId}: ${reason}`);
  if (channel === undefined) throw refuse('no ledger context');
  try {
    return act(channel.simulator);
  } catch (error) {
    if (error instanceof FabricStateError) throw refuse(error.message);
    throw error;
  }
}
