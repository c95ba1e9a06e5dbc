// Peers of a channel on other hosts: who they are, and what is asked of them.
export { CHAINCODES_MAX, introduce } from './introduction';
export { nobodyElse, PeerDirectory, type ChannelPeers, type NamedChannel, type PeerDirectoryPorts } from './peer-directory';
export { openStatement, peerStatement, readOrRefuse, signStatement, type PeerStatement } from './peer-statement';
export { INTRODUCTIONS_MAX, peerTask, peerTaskAnswer, type PeerTask } from './peer-tasks';
export { PeerUnavailable, type HostLink, type RemotePeer } from './remote-peer';
