import { discovery, gossip, msp, peer } from '@hyperledger/fabric-protos';

export function configQuery(channelId: string): discovery.Query {
  const query = new discovery.Query();
  query.setChannel(channelId);
  query.setConfigQuery(new discovery.ConfigQuery());
  return query;
}

export function peersQuery(channelId: string, chaincodes: readonly peer.ChaincodeCall[] = []): discovery.Query {
  const query = new discovery.Query();
  query.setChannel(channelId);
  const membership = new discovery.PeerMembershipQuery();
  membership.setFilter(interestIn(chaincodes));
  query.setPeerQuery(membership);
  return query;
}

export function localPeersQuery(channelId = ''): discovery.Query {
  const query = new discovery.Query();
  query.setChannel(channelId);
  query.setLocalPeers(new discovery.LocalPeerQuery());
  return query;
}

export function endorsersQuery(channelId: string, interests: readonly (readonly peer.ChaincodeCall[])[]): discovery.Query {
  const query = new discovery.Query();
  query.setChannel(channelId);
  const wanted = new discovery.ChaincodeQuery();
  wanted.setInterestsList(interests.map(interestIn));
  query.setCcQuery(wanted);
  return query;
}

export function callOf(name: string, collections: readonly string[] = []): peer.ChaincodeCall {
  const call = new peer.ChaincodeCall();
  call.setName(name);
  call.setCollectionNamesList([...collections]);
  return call;
}

function interestIn(chaincodes: readonly peer.ChaincodeCall[]): peer.ChaincodeInterest {
  const interest = new peer.ChaincodeInterest();
  interest.setChaincodesList([...chaincodes]);
  return interest;
}

/** Of a map of the published classes, whose type says nothing. */
export function listEntries<T>(map: { getEntryList(): [string, unknown][]; get(key: string): T | undefined } | undefined): [string, T][] {
  return (map?.getEntryList() ?? []).map(([key]) => [key, map?.get(key) as T]);
}

/** Where a discovered peer is, and whose it is. */
export function readPeer(found: discovery.Peer): { readonly mspId: string; readonly endpoint: string } {
  const alive = gossip.GossipMessage.deserializeBinary(found.getMembershipInfo()?.getPayload_asU8() ?? new Uint8Array(0)).getAliveMsg();
  return { mspId: msp.SerializedIdentity.deserializeBinary(found.getIdentity_asU8()).getMspid(), endpoint: alive?.getMembership()?.getEndpoint() ?? '' };
}

/** The peers of the first layout of the first interest. */
export function chooseEndorsers(result: discovery.QueryResult | undefined): { readonly mspId: string; readonly endpoint: string }[] {
  const [descriptor] = result?.getCcQueryRes()?.getContentList() ?? [];
  const groups = new Map(listEntries<discovery.Peers>(descriptor?.getEndorsersByGroupsMap()));
  return listEntries<number>(descriptor?.getLayoutsList()[0]?.getQuantitiesByGroupMap()).flatMap(([group, quantity]) => (groups.get(group)?.getPeersList() ?? []).slice(0, quantity).map(readPeer));
}
