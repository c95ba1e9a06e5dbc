import { bool, bytes, embedded, embeddedBytes, int32, mapOfBytes, mapOfNumbers, message, repeatedBytes, repeatedMessages, string, uint32, uint64, type Decoded } from '@/lib/platform/pure/wire';
import { chaincodeInterest } from '../endorser';

/** Questions of one request, and interests of one question. */
const QUESTIONS_MAX = 100;
/** Whatever one answer lists. */
const LISTED_MAX = 10_000;

const nothing = message('Empty', {});

export const signedDiscoveryRequest = message('SignedRequest', { payload: bytes(1), signature: bytes(2) });

const authInfo = message('AuthInfo', { clientIdentity: bytes(1), clientTlsCertHash: bytes(2) });
const peerMembershipQuery = message('PeerMembershipQuery', { filter: embedded(1, chaincodeInterest) });
const chaincodeQuery = message('ChaincodeQuery', { interests: repeatedMessages(1, QUESTIONS_MAX, chaincodeInterest) });
const query = message('Query', {
  channel: string(1),
  configQuery: embedded(2, nothing),
  peerQuery: embedded(3, peerMembershipQuery),
  chaincodeQuery: embedded(4, chaincodeQuery),
  localPeers: embedded(5, nothing),
});
export type DiscoveryQuery = Decoded<typeof query>;
/** What a client asks an endorsement for: calls of chaincodes with their collections. */
export type Interest = Decoded<typeof chaincodeInterest>;
export type InterestCall = Interest['chaincodes'][number];

export const discoveryRequest = message('Request', { authentication: embedded(1, authInfo), queries: repeatedMessages(2, QUESTIONS_MAX, query) });

const endpoint = message('Endpoint', { host: string(1), port: uint32(2) });
export const endpoints = message('Endpoints', { endpoints: repeatedMessages(1, LISTED_MAX, endpoint) });
/** MSPs are bytes of FabricMSPConfig, orderers of Endpoints, both by MSP id. */
export const configResult = message('ConfigResult', { msps: mapOfBytes(1, LISTED_MAX), orderers: mapOfBytes(2, LISTED_MAX) });

/** Peers are bytes of discovery.Peer. */
export const peers = message('Peers', { peers: repeatedBytes(1, LISTED_MAX) });
/** By MSP id. */
export const peerMembershipResult = message('PeerMembershipResult', { peersByOrg: mapOfBytes(1, LISTED_MAX) });

const layout = message('Layout', { quantitiesByGroup: mapOfNumbers(1, LISTED_MAX) });
/** Groups are bytes of Peers. */
export const endorsementDescriptor = message('EndorsementDescriptor', { chaincode: string(1), endorsersByGroups: mapOfBytes(2, LISTED_MAX), layouts: repeatedMessages(3, LISTED_MAX, layout) });
export const chaincodeQueryResult = message('ChaincodeQueryResult', { content: repeatedBytes(1, QUESTIONS_MAX) });

const discoveryError = message('Error', { content: string(1) });
export const queryResult = message('QueryResult', { error: embedded(1, discoveryError), configResult: embeddedBytes(2), chaincodeResult: embeddedBytes(3), members: embeddedBytes(4) });
/** Results are bytes of QueryResult. */
export const discoveryResponse = message('Response', { results: repeatedBytes(1, QUESTIONS_MAX) });

const gossipEnvelope = message('Envelope', { payload: bytes(1), signature: bytes(2) });
/** discovery.Peer. */
export const peer = message('Peer', { stateInfo: embedded(1, gossipEnvelope), membershipInfo: embedded(2, gossipEnvelope), identity: bytes(3) });

/** Nanoseconds since 1970 of a beginning, and a number that grows after it. */
const peerTime = message('PeerTime', { incNum: uint64(1), seqNum: uint64(2) });
const member = message('Member', { endpoint: string(1), metadata: bytes(2), pkiId: bytes(3) });
const aliveMessage = message('AliveMessage', { membership: embedded(1, member), timestamp: embedded(2, peerTime) });
const chaincode = message('Chaincode', { name: string(1), version: string(2) });
const properties = message('Properties', { ledgerHeight: uint64(1), leftChannel: bool(2), chaincodes: repeatedMessages(3, LISTED_MAX, chaincode) });
const stateInfo = message('StateInfo', { timestamp: embedded(2, peerTime), pkiId: bytes(3), channelMac: bytes(4), properties: embedded(5, properties) });
/** gossip.GossipMessage.Tag. */
export const GOSSIP_TAGS = { EMPTY: 1, CHAN_OR_ORG: 5 } as const;
export const gossipMessage = message('GossipMessage', { nonce: uint64(1), tag: int32(3), aliveMsg: embedded(5, aliveMessage), stateInfo: embedded(15, stateInfo) });
