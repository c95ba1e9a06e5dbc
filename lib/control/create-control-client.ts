import { AppError } from '@/lib/platform/pure/errors';
import { controlCalls, type CallAnswer } from './calls';
import type { ConsumptionQuery } from './consumption';
import { createCallSender, type CallOptions } from './create-call-sender';
import type { FabricHolding, FabricIdentityName, PutFabricCertificate } from './fabric';
import type { AccessKeyRecord, ApproveChange, BlockCertificate, ChainLimits, ChannelHolding, HomeStatus, OpenChain, PeerHomeName, PeerName, PeerStatus, PutChannelCertificate } from './schemas';

export interface ControlClientOptions {
  /** Base address of the host's control listener: `http://127.0.0.1:4101`. */
  readonly controlUrl: string;
  /** Made at joining: base64 of 32 bytes. */
  readonly secret: string;
  readonly hostId: string;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

/**
 * Calls of one host. Every call is idempotent and may be repeated. Errors are AppErrors: UNAVAILABLE (retryable: the
 * host is away, slow, or somebody else answers in its place), UNAUTHENTICATED (wrong secret or clock), NOT_FOUND (no
 * such peer), CONFLICT (the same call was made before with other content), INVALID_INPUT, UNSUPPORTED, INTERNAL.
 */
export interface ControlClient {
  /** Makes the peer's key in the city node; public key as DER SubjectPublicKeyInfo, base64. */
  createPeer(peer: PeerName, options?: CallOptions): Promise<CallAnswer<'createPeer'>>;
  openChain(peer: PeerName, input: OpenChain, options?: CallOptions): Promise<CallAnswer<'openChain'>>;
  /** Takes part again after a stop, also after the peer stopped itself. */
  startChain(peer: PeerName, options?: CallOptions): Promise<PeerStatus>;
  /** Stops taking part; reads go on. */
  stopChain(peer: PeerName, reason: string, options?: CallOptions): Promise<PeerStatus>;
  /** Forgets the peer: blocks, state, keys, limits. Succeeds for one that was never there. */
  removeChain(peer: PeerName, options?: CallOptions): Promise<void>;
  /** Lets the peer vote for new finality rules. `done`: they are in force there. CONFLICT while another change is pending. */
  approveChange(peer: PeerName, change: ApproveChange, options?: CallOptions): Promise<CallAnswer<'approveChange'>>;
  /** Begins to take the peer to another process of its city node, unless it is there or on its way. CONFLICT when it cannot go. */
  movePeer(peer: PeerName, to: PeerHomeName, options?: CallOptions): Promise<HomeStatus>;
  /** NOT_FOUND for a height that the peer does not have, and for the genesis block. */
  blockCertificate(peer: PeerName, height: number, options?: CallOptions): Promise<BlockCertificate>;
  setLimits(peer: PeerName, limits: ChainLimits, options?: CallOptions): Promise<void>;
  /** On the ordering peer. The first call's data counts: the same data again gives its result, other data a CONFLICT. */
  deploy(peer: PeerName, data: string, options?: CallOptions): Promise<CallAnswer<'deploy'>>;
  peerStatus(peer: PeerName, options?: CallOptions): Promise<PeerStatus>;
  /** All peers of all city nodes of the host. */
  listPeers(options?: CallOptions): Promise<PeerStatus[]>;
  /** Peers that may be other than when `since` was given out; all of them without it, or after a restart of the host. */
  changedPeers(since?: string, options?: CallOptions): Promise<CallAnswer<'changedPeers'>>;
  /** Effective at the doors when it answers. A record older than the stored one changes nothing. */
  putAccessKey(record: AccessKeyRecord, options?: CallOptions): Promise<CallAnswer<'putAccessKey'>>;
  listAccessKeys(options?: CallOptions): Promise<AccessKeyRecord[]>;
  /** A read in the framework's protocol; its own errors come back as INVALID_INPUT with the field `rpc`. */
  rpc(peer: PeerName, method: string, params: readonly unknown[], options?: CallOptions): Promise<unknown>;
  /** Answers when the height is above `after`, at the latest after 20 s with the height as it is then. */
  waitForHeight(peer: PeerName, after: number, options?: CallOptions): Promise<number>;
  meters(input: { after: number; limit?: number }, options?: CallOptions): Promise<CallAnswer<'meters'>>;
  acknowledgeMeters(upTo: number, options?: CallOptions): Promise<void>;
  /** A request for the host's channel key. With `retire`, the hash of a key, for another key than that one. */
  channelRequest(input?: { retire?: string }, options?: CallOptions): Promise<CallAnswer<'channelRequest'>>;
  /** In use when it answers, with what the host holds then: lists newer than these stay. CONFLICT for another host's or another portal's. */
  putChannelCertificate(input: PutChannelCertificate, options?: CallOptions): Promise<ChannelHolding>;
  /** A request for the key of an organisation's peer or orderer on this host. With `retire`, the hash of a key, for another key than that one. */
  fabricRequest(identity: FabricIdentityName, input?: { retire?: string }, options?: CallOptions): Promise<CallAnswer<'fabricRequest'>>;
  /** In use when it answers. CONFLICT for a certificate of another key, and where the MSP id is another organisation's. */
  putFabricCertificate(identity: FabricIdentityName, input: PutFabricCertificate, options?: CallOptions): Promise<FabricHolding>;
  /** Forgets key and certificate. Succeeds for one that was never there. */
  removeFabricIdentity(identity: FabricIdentityName, options?: CallOptions): Promise<void>;
  listFabricIdentities(options?: CallOptions): Promise<FabricHolding[]>;
  report(options?: CallOptions): Promise<CallAnswer<'report'>>;
  /** What the host's sub-chains take of it: a page of them, and sums of all. */
  consumption(query?: Partial<ConsumptionQuery>, options?: CallOptions): Promise<CallAnswer<'consumption'>>;
}

/** A client of one host's control interface. Holds no connection of its own and needs no closing. */
export function createControlClient(options: ControlClientOptions): ControlClient {
  const send = createCallSender(controlCalls, { ...options, baseUrl: options.controlUrl, signer: `host:${options.hostId}` });
  return {
    createPeer: (peer, call) => send('createPeer', { params: peer }, call),
    openChain: (peer, input, call) => send('openChain', { params: peer, body: input }, call),
    startChain: (peer, call) => send('startChain', { params: peer }, call),
    stopChain: (peer, reason, call) => send('stopChain', { params: peer, body: { reason } }, call),
    async removeChain(peer, call) {
      await send('removeChain', { params: peer }, call);
    },
    approveChange: (peer, change, call) => send('approveChange', { params: peer, body: change }, call),
    movePeer: (peer, to, call) => send('movePeer', { params: peer, body: { to } }, call),
    blockCertificate: (peer, height, call) => send('blockCertificate', { params: { ...peer, height: String(height) } }, call),
    async setLimits(peer, limits, call) {
      await send('setLimits', { params: peer, body: limits }, call);
    },
    deploy: (peer, data, call) => send('deploy', { params: peer, body: { data } }, call),
    peerStatus: (peer, call) => send('peerStatus', { params: peer }, call),
    async listPeers(call) {
      return (await send('listPeers', {}, call)).peers;
    },
    changedPeers: (since, call) => send('changedPeers', { query: since === undefined ? {} : { since } }, call),
    putAccessKey: (record, call) => send('putAccessKey', { params: { id: record.id }, body: record }, call),
    async listAccessKeys(call) {
      return (await send('listAccessKeys', {}, call)).accessKeys;
    },
    async rpc(peer, method, params, call) {
      const answer = await send('rpc', { params: peer, body: { method, params } }, call);
      if ('error' in answer) throw rpcRefused(answer.error);
      return answer.result;
    },
    async waitForHeight(peer, after, call) {
      return (await send('waitForHeight', { params: peer, query: { after } }, call)).height;
    },
    meters: (input, call) => send('meters', { query: input }, call),
    async acknowledgeMeters(upTo, call) {
      await send('acknowledgeMeters', { body: { upTo } }, call);
    },
    channelRequest: (input = {}, call) => send('channelRequest', { body: input }, call),
    putChannelCertificate: (input, call) => send('putChannelCertificate', { body: input }, call),
    fabricRequest: (identity, input = {}, call) => send('fabricRequest', { params: identity, body: input }, call),
    putFabricCertificate: (identity, input, call) => send('putFabricCertificate', { params: identity, body: input }, call),
    async removeFabricIdentity(identity, call) {
      await send('removeFabricIdentity', { params: identity }, call);
    },
    async listFabricIdentities(call) {
      return (await send('listFabricIdentities', {}, call)).identities;
    },
    report: (call) => send('report', {}, call),
    consumption: (query = {}, call) => send('consumption', { query }, call),
  };
}

function rpcRefused(error: { code: number; message: string }): AppError<'INVALID_INPUT'> {
  return new AppError('INVALID_INPUT', { fields: { rpc: error.message } }, { publicMessage: error.message, message: `rpc ${error.code}: ${error.message}` });
}
