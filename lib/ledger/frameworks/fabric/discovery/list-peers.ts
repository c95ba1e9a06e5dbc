import { LIFECYCLE, listPackageUses } from '../lifecycle';
import { findIdentity, type EndorserPorts, type SimulationView } from '../endorser';

import type { Identity } from '../msp/msp';
import { describePeer } from './describe-peer';
import { peers as peersMessage } from './messages';

/** One organisation's peer in a channel. */
export interface ChannelPeer {
  readonly mspId: string;
  readonly identity: Identity;
  /** Names of the chaincodes that it runs, with the sequence of their definition. */
  readonly chaincodes: ReadonlyMap<string, bigint>;
  /** Bytes of the discovery.Peer. */
  readonly bytes: Uint8Array;
}

export interface ListPeersPorts {
  readonly endorser: Pick<EndorserPorts, 'signerOf' | 'packages' | 'nowMs'>;
  addressOf(mspId: string): string;
}

/** `_lifecycle` is everywhere, in this version (core/chaincode/lifecycle/cache.go). */
const LIFECYCLE_SEQUENCE = 1n;

/** The peers that this city node has in a channel, by the names of their organisations. One whose certificate the channel does not take is none. */
export async function listPeers({ endorser, addressOf }: ListPeersPorts, { channelId, height, state, rules, organisations }: SimulationView): Promise<ChannelPeer[]> {
  const found: ChannelPeer[] = [];
  for (const mspId of organisations.map((one) => one.mspId).sort(compareNames)) {
    const signer = endorser.signerOf(mspId);
    const identity = signer && findIdentity(rules.msps, signer.serialized);
    if (signer === undefined || identity === undefined) continue;
    const installed = (await endorser.packages.list(mspId)).map(({ packageId }) => packageId);
    const uses = listPackageUses(state, mspId, installed).map(({ name, sequence }): [string, bigint] => [name, sequence]);
    const chaincodes = new Map([...uses, [LIFECYCLE, LIFECYCLE_SEQUENCE] as const]);
    found.push({ mspId, identity, chaincodes, bytes: describePeer(signer, { endpoint: addressOf(mspId), nowMs: endorser.nowMs() }, { channelId, height, chaincodes }) });
  }
  return found;
}

/** Bytes of Peers by MSP id. */
export function groupPeers(listed: readonly { readonly mspId: string; readonly bytes: Uint8Array }[]): ReadonlyMap<string, Uint8Array> {
  const groups = new Map<string, Uint8Array[]>();
  for (const { mspId, bytes } of listed) groups.set(mspId, [...(groups.get(mspId) ?? []), bytes]);
  return new Map([...groups].map(([mspId, members]) => [mspId, peersMessage.encode({ peers: members })]));
}

function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
