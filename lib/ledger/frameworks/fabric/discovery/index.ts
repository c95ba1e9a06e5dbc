// Fabric's discovery: who has a channel's peers, which of them suffice for an endorsement, what the channel's configuration is.
export { configResult } from './config-result';
export { describeEndorsers } from './describe-endorsers';
export { describePeer } from './describe-peer';
export { findMembers } from './find-members';
export { describeHere, groupPeers, listPeers, type ChannelPeer } from './list-peers';
export { chaincodeQueryResult, discoveryRequest, discoveryResponse, peerMembershipResult, queryResult, signedDiscoveryRequest, type DiscoveryQuery, type Interest } from './messages';
export { printInterest } from './print-interest';
