import { WireError } from '@/lib/platform/pure/wire';
import type { RemotePeer } from '../channel-peers';
import { findIdentity, findPeerHere, type EndorserPorts, type SimulationView } from '../endorser';
import { LIFECYCLE, listPackageUses } from '../lifecycle';
import type { Identity } from '../msp/msp';
import type { IdentitySigner } from '../protocol';
import { describePeer } from './describe-peer';
import { gossipMessage, peer as peerMessage, peers as peersMessage } from './messages';

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
export const LIFECYCLE_SEQUENCE = 1n;

/**
 * The peers of a channel: this city node's by the names of their organisations, then the others'. One whose certificate the
 * channel does not take is none.
 */
export async function listPeers(ports: ListPeersPorts, view: SimulationView, elsewhere: readonly RemotePeer[]): Promise<ChannelPeer[]> {
  const found: ChannelPeer[] = [];
  for (const mspId of view.organisations.map((one) => one.mspId).sort(compareNames)) {
    const signer = ports.endorser.signerOf(mspId);
    const identity = findPeerHere(ports.endorser, view, mspId);
    if (signer === undefined || identity === undefined) continue;
    found.push({ mspId, identity, ...(await describeHere(ports, view, mspId, signer)) });
  }
  const others = [...elsewhere].sort((a, b) => compareNames(`${a.mspId} ${a.address}`, `${b.mspId} ${b.address}`));
  return [...found, ...others.flatMap((one) => readRemote(one, view) ?? [])];
}

/** What an organisation's peer on this city node says of itself. */
export async function describeHere({ endorser, addressOf }: ListPeersPorts, { channelId, height, state }: SimulationView, mspId: string, signer: IdentitySigner): Promise<Pick<ChannelPeer, 'chaincodes' | 'bytes'>> {
  const installed = (await endorser.packages.list(mspId)).map(({ packageId }) => packageId);
  const uses = installed.length === 0 ? [] : listPackageUses(state, mspId, installed);
  const chaincodes = new Map([...uses.map(({ name, sequence }) => [name, sequence] as const), [LIFECYCLE, LIFECYCLE_SEQUENCE]]);
  return { chaincodes, bytes: describePeer(signer, { endpoint: addressOf(mspId), nowMs: endorser.nowMs() }, { channelId, height, chaincodes }) };
}

/** One on another host, as it described itself; undefined when that is no description of it. */
function readRemote({ mspId, identity, description }: RemotePeer, { rules }: SimulationView): ChannelPeer | undefined {
  try {
    const { identity: serialized, stateInfo } = peerMessage.decode(description);
    if (findIdentity(rules.msps, serialized)?.id !== identity.id) return undefined;
    const { properties } = gossipMessage.decode(stateInfo?.payload ?? new Uint8Array(0)).stateInfo ?? {};
    const chaincodes = new Map((properties?.chaincodes ?? []).flatMap(({ name, version }) => (/^\d{1,18}$/.test(version) ? [[name, BigInt(version)] as const] : [])));
    return { mspId, identity, chaincodes, bytes: description };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
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
