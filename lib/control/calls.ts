import { z } from 'zod';
import { consumptionQuerySchema, consumptionSchema } from './consumption';
import { defineCall, type Handlers } from './define-call';
import * as f from './fabric';
import * as s from './schemas';

const none = z.object({}).strict();
const noBody = z.undefined();
const quickMs = 10_000;
const peer = { params: s.peerNameSchema, query: none } as const;
const host = { params: none, query: none } as const;
const fabricIdentity = { params: f.fabricIdentityNameSchema, query: none } as const;

/** The longest a host holds a `waitForHeight` open. */
export const waitMsMax = 20_000;

/**
 * Every call of the control interface in one table: client and server are both derived from it, so that neither can
 * know a call that the other does not.
 */
export const controlCalls = {
  createPeer: defineCall({ ...peer, method: 'PUT', path: '/v1/peers/:cityNode/:chain', body: noBody, answer: s.createPeerResultSchema, timeoutMs: quickMs }),
  listPeers: defineCall({ ...host, method: 'GET', path: '/v1/peers', body: noBody, answer: s.peerStatusListSchema, timeoutMs: quickMs }),
  changedPeers: defineCall({ ...host, method: 'GET', path: '/v1/peers/changed', query: z.object({ since: z.string().max(400).optional() }).strict(), body: noBody, answer: s.changedPeersSchema, timeoutMs: quickMs }),
  openChain: defineCall({ ...peer, method: 'PUT', path: '/v1/chains/:cityNode/:chain', body: s.openChainSchema, answer: s.openChainResultSchema, timeoutMs: 30_000 }),
  peerStatus: defineCall({ ...peer, method: 'GET', path: '/v1/chains/:cityNode/:chain', body: noBody, answer: s.peerStatusSchema, timeoutMs: quickMs }),
  removeChain: defineCall({ ...peer, method: 'DELETE', path: '/v1/chains/:cityNode/:chain', body: noBody, answer: s.doneSchema, timeoutMs: 30_000 }),
  startChain: defineCall({ ...peer, method: 'POST', path: '/v1/chains/:cityNode/:chain/start', body: noBody, answer: s.peerStatusSchema, timeoutMs: 30_000 }),
  stopChain: defineCall({ ...peer, method: 'POST', path: '/v1/chains/:cityNode/:chain/stop', body: s.stopChainSchema, answer: s.peerStatusSchema, timeoutMs: quickMs }),
  approveChange: defineCall({ ...peer, method: 'POST', path: '/v1/chains/:cityNode/:chain/change', body: s.approveChangeSchema, answer: s.approveChangeResultSchema, timeoutMs: quickMs }),
  movePeer: defineCall({ ...peer, method: 'POST', path: '/v1/chains/:cityNode/:chain/home', body: s.moveSchema, answer: s.homeStatusSchema, timeoutMs: quickMs }),
  blockCertificate: defineCall({
    ...peer,
    method: 'GET',
    path: '/v1/chains/:cityNode/:chain/blocks/:height/certificate',
    params: s.peerNameSchema.extend({ height: z.coerce.number().int().min(0) }),
    body: noBody,
    answer: s.blockCertificateSchema,
    timeoutMs: quickMs,
  }),
  setLimits: defineCall({ ...peer, method: 'PUT', path: '/v1/chains/:cityNode/:chain/limits', body: s.chainLimitsSchema, answer: s.doneSchema, timeoutMs: quickMs }),
  deploy: defineCall({ ...peer, method: 'POST', path: '/v1/chains/:cityNode/:chain/deploy', body: s.deploySchema, answer: s.deployResultSchema, timeoutMs: 60_000 }),
  rpc: defineCall({ ...peer, method: 'POST', path: '/v1/chains/:cityNode/:chain/rpc', body: s.controlRpcSchema, answer: s.controlRpcResultSchema, timeoutMs: quickMs }),
  waitForHeight: defineCall({
    ...peer,
    method: 'GET',
    path: '/v1/chains/:cityNode/:chain/wait',
    query: z.object({ after: z.coerce.number().int().min(-1) }).strict(),
    body: noBody,
    answer: s.waitResultSchema,
    timeoutMs: waitMsMax + quickMs,
  }),
  putAccessKey: defineCall({ ...host, method: 'PUT', path: '/v1/access-keys/:id', params: z.object({ id: s.accessKeyIdSchema }), body: s.accessKeyRecordSchema, answer: s.putAccessKeyResultSchema, timeoutMs: 5_000 }),
  listAccessKeys: defineCall({ ...host, method: 'GET', path: '/v1/access-keys', body: noBody, answer: s.accessKeyListSchema, timeoutMs: quickMs }),
  meters: defineCall({
    ...host,
    method: 'GET',
    path: '/v1/meters',
    query: z.object({ after: z.coerce.number().int().min(0), limit: z.coerce.number().int().min(1).max(1_000).default(1_000) }).strict(),
    body: noBody,
    answer: s.meterPageSchema,
    timeoutMs: quickMs,
  }),
  acknowledgeMeters: defineCall({ ...host, method: 'POST', path: '/v1/meters/acknowledge', body: s.meterAcknowledgeSchema, answer: s.doneSchema, timeoutMs: quickMs }),
  channelRequest: defineCall({ ...host, method: 'POST', path: '/v1/channel/request', body: s.channelRequestSchema, answer: s.channelRequestResultSchema, timeoutMs: quickMs }),
  putChannelCertificate: defineCall({ ...host, method: 'PUT', path: '/v1/channel/certificate', body: s.putChannelCertificateSchema, answer: s.channelHoldingSchema, timeoutMs: quickMs }),
  fabricRequest: defineCall({ ...fabricIdentity, method: 'POST', path: '/v1/fabric/identities/:mspId/:role/request', body: f.fabricRequestSchema, answer: f.fabricRequestResultSchema, timeoutMs: quickMs }),
  putFabricCertificate: defineCall({ ...fabricIdentity, method: 'PUT', path: '/v1/fabric/identities/:mspId/:role', body: f.putFabricCertificateSchema, answer: f.fabricHoldingSchema, timeoutMs: quickMs }),
  removeFabricIdentity: defineCall({ ...fabricIdentity, method: 'DELETE', path: '/v1/fabric/identities/:mspId/:role', body: noBody, answer: s.doneSchema, timeoutMs: quickMs }),
  listFabricIdentities: defineCall({ ...host, method: 'GET', path: '/v1/fabric/identities', body: noBody, answer: f.fabricIdentitiesSchema, timeoutMs: quickMs }),
  report: defineCall({ ...host, method: 'GET', path: '/v1/report', body: noBody, answer: s.hostReportSchema, timeoutMs: quickMs }),
  consumption: defineCall({ ...host, method: 'GET', path: '/v1/consumption', query: consumptionQuerySchema.strict(), body: noBody, answer: consumptionSchema, timeoutMs: quickMs }),
} as const;

export type ControlCalls = typeof controlCalls;
export type ControlHandlers = Handlers<ControlCalls>;
export type CallAnswer<N extends keyof ControlCalls> = z.output<ControlCalls[N]['answer']>;
