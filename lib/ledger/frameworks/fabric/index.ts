export type { ChaincodeDefinition, CollectionDefinition, FindDefinition } from './chaincode-definition';
export type { Channel } from './channel';
export { fabricConfigSchema, type FabricConfig, type OrganisationSettings } from './config';
export type { Definitions } from './definitions';
export {
  ChaincodeUnavailable,
  endorseTransaction,
  evaluateTransaction,
  GATEWAY_CODES,
  GatewayRefused,
  portsOfHost,
  processProposal,
  type ChannelDirectory,
  type EndorserPorts,
  type GatewayCode,
  type GatewayRequest,
  type PeerError,
  type ProposalAnswer,
  type ProposalRequest,
} from './endorser';
export type { InstalledPackage, InstalledPackages } from './lifecycle';
export { createIdentitySigner, hashRoots, openOrganisation, readMemberCertificate, type LocalCertificate, type LocalOrganisation } from './local-organisation';
export { WireError } from '@/lib/platform/pure/wire';
export { FabricRefusal } from './msp/refusal';
export type { IdentitySigner } from './protocol';
export { FabricStateError, parseJsonIndex, type JsonIndex } from './state';
export { createFabricFramework, FABRIC, type FabricFrameworkOptions } from './framework';
export type { FabricLocalRequest } from './private-data/keep-locally';
export { ASKED_MAX, decodeMemberAnswer, encodeMemberRequest, type MemberRequest } from './private-data/member-request';
export type { PrivatePosition } from './state';
export type { BlockSigner, LocalRoles } from './private-data/local-writes';
export type { FabricQuery, FabricReads } from './read/answer-query';
export type { ChannelView } from './read/channel-view';
export { queryChannel, waitForTransaction, withChannelView } from './read/query-channel';
export { FabricReadError, type FabricReadErrorCode } from './read/read-error';
export { BROADCAST_STATUSES, type FabricRefusalCode } from './refusals';
export type { PrivatePlaintext, SimulationView } from './endorser';
export { nobodyElse, PeerDirectory, type ChannelPeers, type HostLink, type PeerDirectoryPorts, type RemotePeer } from './channel-peers';
export { answerPeerTask, createFabricServices, SERVICE_CODES, serveChannel, serviceLimitDefaults, ServiceRefused, type ServeChannelOptions, type PeerTaskCall, type PeerTaskPorts, type ServedChannel, type ServiceLimits, type ServiceMethod, type ServicePorts } from './services';
