export { openPeerChannel, type CallOptions, type ChannelStats, type PeerChannel, type PeerChannelOptions, type RemoteHost } from './open-peer-channel';
export type { ChannelCertificates, ChannelIdentity } from './channel-identity';
export { ChannelError, isChannelError, type ChannelErrorReason } from './channel-error';
export type { AccessRefusal, Caller, ChannelHandlers, NotTaken, SubmitResult } from './handlers';
export { channelLimits, type ChannelLimits } from './limits';
export type { DropReason, RefusalReason } from './refusals';
export type { AskPeerRequest, AskSnapshotRequest, FetchRangeRequest, FetchRequest, Route, SubmitRequest } from './wire';
