import type { FabricKit } from './fabric-kit';

/** Fabric's common connection profile, version 1.0: what fabric-network and fabric-ca-client read. */
export function buildConnectionProfile({ title, channelId, mspId, peers, tlsRoot }: Pick<FabricKit, 'title' | 'channelId' | 'mspId' | 'peers' | 'tlsRoot'>): Record<string, unknown> {
  const names = peers.map(({ cityNode }) => `peer.${cityNode.toLowerCase()}`);
  return {
    name: title,
    version: '1.0.0',
    client: { organization: mspId, connection: { timeout: { peer: { endorser: '30' } } } },
    organizations: { [mspId]: { mspid: mspId, peers: names } },
    channels: { [channelId]: { peers: Object.fromEntries(names.map((name) => [name, { endorsingPeer: true, chaincodeQuery: true, ledgerQuery: true, eventSource: true }])) } },
    peers: Object.fromEntries(peers.map(({ address }, at) => [names[at], { url: `grpcs://${address}`, tlsCACerts: { pem: tlsRoot } }])),
  };
}
