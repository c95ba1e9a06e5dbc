import { z } from 'zod';
import { finalitySchema } from './finality';

/**
 * The control interface between the portal (web, worker) and a city-node process: JSON over HTTP on its own listener,
 * each request signed with the host's control secret. All calls are idempotent: the same call twice gives the same
 * answer, the same call with other content is a CONFLICT.
 */

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
/** For whoever looks at very many: the same without a parse. */
export const chainIdPattern = /^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/;
export const chainIdSchema = z.string().regex(chainIdPattern);
export const cityCodeSchema = z.string().regex(/^[A-Z]{3,4}$/);

/** Where a host's peer channel answers other hosts: `host:port`, an IPv6 address in brackets. */
export const channelAddressSchema = z
  .string()
  .max(253 + 6)
  .regex(/^(?:\[[0-9a-f:.]+\]|[^\s:/@[\]]+):\d{1,5}$/i, 'must be host:port')
  .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, 'a port is at most 65535');

/** Names one peer: a sub-chain in a city node. */
export const peerNameSchema = z.object({ chain: chainIdSchema, cityNode: cityCodeSchema });
export type PeerName = z.infer<typeof peerNameSchema>;

/** `PUT /v1/peers/{cityNode}/{chain}`: makes the peer's key in the city node. */
export const createPeerResultSchema = z.object({
  /** P-256, DER SubjectPublicKeyInfo, base64. */
  publicKey: z.base64(),
});

/** What the doors of a host allow one sub-chain. Absent limits are unlimited. */
export const chainLimitsSchema = z.object({
  /** Token bucket for transactions. */
  transactionsPerSecond: z.number().positive(),
  transactionBurst: z.number().int().positive(),
  /** Token bucket for all requests at the door. */
  requestsPerSecond: z.number().positive(),
  requestBurst: z.number().int().positive(),
  /** Requests within the period; further ones are refused. */
  requestsPerPeriod: z.number().int().positive().optional(),
  transactionsPerPeriod: z.number().int().positive().optional(),
  period: z.enum(['total', 'month']),
  storageBytesMax: z.number().int().positive(),
  /** After this moment (milliseconds since 1970) the doors are read-only. */
  writableUntilMs: z.number().int().positive().optional(),
});
export type ChainLimits = z.infer<typeof chainLimitsSchema>;

/** `PUT /v1/chains/{cityNode}/{chain}`: opens the peer's ledger with this genesis. */
export const openChainSchema = z.object({
  framework: z.string(),
  /** The framework's own configuration, parsed by its configSchema. */
  config: z.record(z.string(), z.unknown()),
  genesisTimeMs: z.number().int().positive(),
  /** With `solo` exactly one peer orders, otherwise all of them do. */
  finality: finalitySchema,
  /** All peers of the sub-chain, one that orders first. */
  peers: z
    .array(
      z.object({
        cityNode: cityCodeSchema,
        publicKey: z.base64(),
        orders: z.boolean(),
        hostId: z.string(),
        /** Where the peer's host answers other hosts. */
        channelAddress: channelAddressSchema,
      }),
    )
    .min(1)
    .max(16),
  limits: chainLimitsSchema,
});
export type OpenChain = z.infer<typeof openChainSchema>;
export const openChainResultSchema = z.object({ genesisHash: hex32, height: z.number().int() });
export type OpenChainResult = z.infer<typeof openChainResultSchema>;

/** `POST /v1/chains/{cityNode}/{chain}/deploy`: the deployer key of the ordering peer deploys the contract package. */
export const deploySchema = z.object({ data: z.string().regex(/^0x(?:[0-9a-f]{2})+$/i).max(2 + 2 * 49_152 + 2 * 65_536) });
export const deployResultSchema = z.object({
  transactionHash: z.string(),
  contractAddress: z.string(),
  height: z.number().int(),
  succeeded: z.boolean(),
  /** Decoded revert reason or EVM error when it did not succeed. */
  reason: z.string().optional(),
});
export type DeployResult = z.infer<typeof deployResultSchema>;

const roundSchema = z.number().int().min(0);
const voteKindSchema = z.enum(['prevote', 'precommit']);

/** Where a validator stands in the agreement on its next block. */
export const consensusStatusSchema = z.object({
  /** The block that is next. */
  height: z.number().int(),
  round: roundSchema,
  /** `idle`: nothing waits to be ordered, no timer runs. */
  step: z.enum(['idle', 'propose', 'prevote', 'precommit']),
  /** Absent until it has voted since its process began. */
  lastVote: z
    .object({
      kind: voteKindSchema,
      height: z.number().int(),
      round: roundSchema,
      /** Null: it voted for no block. */
      blockHash: z.string().max(80).nullable(),
      timeMs: z.number().int(),
    })
    .optional(),
  /** Peer whose turn it is. */
  proposer: z.string().max(80),
  /** It lost its memory of what it signed: up to this height it votes for nothing; `unknown` while it asks the others. */
  abstainsThrough: z.union([z.number().int(), z.literal('unknown')]).optional(),
});
export type ConsensusStatus = z.infer<typeof consensusStatusSchema>;

/** One validator signed two different blocks for one place: the peer has checked and keeps both signatures; to the portal it is the host's word. */
export const evidenceSchema = z.object({
  /** Name of the peer, or its public key (base64) when it is none of today's. */
  culprit: z.string().max(400),
  height: z.number().int(),
  round: roundSchema,
  kind: z.enum(['proposal', ...voteKindSchema.options]),
  hashes: z.tuple([z.string().max(80), z.string().max(80)]),
  timeMs: z.number().int(),
});
export type Evidence = z.infer<typeof evidenceSchema>;
export const evidenceMax = 16;

/** What one sub-chain takes of a host. Times and counts are since the host's process began. */
export const peerResourcesSchema = z.object({
  /** Bytes that the machine holds in memory for it now; without the objects around them. */
  memoryBytes: z.number().int().min(0),
  /** Blocks and state on disk. */
  diskBytes: z.number().int().min(0),
  /** Time for which its blocks held the main thread, and worker threads. */
  executionMs: z.number().min(0),
  workerMs: z.number().min(0),
  transactions: z.number().int().min(0),
  /** Reads, those of the portal too. */
  calls: z.number().int().min(0),
});
export type PeerResources = z.infer<typeof peerResourcesSchema>;

/** Where a peer lives: with all others in the host's process, or in one for it alone. */
export const peerHomeSchema = z.enum(['shared', 'own']);
export type PeerHomeName = z.infer<typeof peerHomeSchema>;

export const moveStages = ['copying', 'closing', 'settling', 'switching', 'clearing'] as const;

export const homeStatusSchema = z.object({
  at: peerHomeSchema,
  /** What its own process costs, its program included. */
  memoryBytes: z.number().int().min(0).optional(),
  /** It is on its way. From `clearing` on it is where it was to go. */
  moving: z.object({ to: peerHomeSchema, stage: z.enum(moveStages) }).optional(),
  /** Why the last move came to nothing. */
  problem: z.string().optional(),
});
export type HomeStatus = z.infer<typeof homeStatusSchema>;

/** `POST /v1/chains/{cityNode}/{chain}/home`: the peer goes there while it works. Answers at once; asked again, it says how far it is. CONFLICT when it cannot go. */
export const moveSchema = z.object({ to: peerHomeSchema });

/** `GET /v1/chains/{cityNode}/{chain}`. */
export const peerStatusSchema = z.object({
  cityNode: cityCodeSchema,
  chain: chainIdSchema,
  /** `key`: the peer has its key, its ledger is not opened yet. */
  state: z.enum(['key', 'running', 'stopped']),
  orders: z.boolean(),
  height: z.number().int(),
  headHash: z.string().optional(),
  resources: peerResourcesSchema,
  /** Hosts of earlier releases know no other home. */
  home: homeStatusSchema.default({ at: 'shared' }),
  /** Why the peer is stopped; while it runs: why it falls behind. */
  problem: z.string().optional(),
  /** Rules in force at this peer's next block. Absent while there is only the key. */
  finality: finalitySchema.optional(),
  /** Peers whose signature counts, and how many of them make a block final. */
  validators: z.number().int().optional(),
  quorum: z.number().int().optional(),
  /** Of a validator in a mode with a quorum. */
  consensus: consensusStatusSchema.optional(),
  /** What this peer saw, newest first. */
  evidence: z.array(evidenceSchema).max(evidenceMax).default([]),
});
export type PeerStatus = z.infer<typeof peerStatusSchema>;

const validatorSchema = z.object({ name: cityCodeSchema, publicKey: z.base64().max(400) });

/**
 * `POST /v1/chains/{cityNode}/{chain}/change`: this host approves new rules for the sub-chain. Its peer from then on votes
 * for a config block with exactly these rules, and for no other. For two minutes, until its process ends, it also asks
 * the others for that block: who still waits asks again. CONFLICT while another change is pending.
 */
export const approveChangeSchema = z.object({
  /** Operation that asks: the same id with the same content is the same approval. */
  id: z.string().regex(/^[a-z]{2,8}_[0-9a-z]{8,40}$/),
  finality: finalitySchema,
  /** In the order of turns. */
  validators: z.array(validatorSchema).min(1).max(16),
  /** A version of the framework's rules that comes into force with the block of that height. */
  engineVersion: z.object({ version: z.number().int().positive(), atHeight: z.number().int().positive() }).optional(),
});
export type ApproveChange = z.infer<typeof approveChangeSchema>;
/** `done`: the rules of the next block are these. */
export const approveChangeResultSchema = z.object({ state: z.enum(['approved', 'done']), height: z.number().int() });

/** `GET /v1/chains/{cityNode}/{chain}/blocks/{height}/certificate`: what makes a block final. The genesis block has none. */
export const blockCertificateSchema = z.object({
  height: z.number().int(),
  /** Of the engine's block header, which is what is signed. */
  hash: hex32,
  round: roundSchema,
  finality: finalitySchema,
  quorum: z.number().int(),
  /** How many could have signed. */
  validators: z.number().int(),
  /** Peer that built the block. */
  proposer: z.string().max(80),
  /** P-256 over SHA-256 of the statement (chain, height, round, hash), r and s as 64 bytes; base64. */
  signatures: z.array(z.object({ name: z.string().max(80), publicKey: z.base64().max(400), signature: z.base64().max(400) })).max(16),
});
export type BlockCertificate = z.infer<typeof blockCertificateSchema>;

/** `POST /v1/chains/{cityNode}/{chain}/stop`: the reason is shown with the peer. */
export const stopChainSchema = z.object({ reason: z.string().min(1).max(500) });

/** A peer as its host sees it without reading its blocks. */
export const peerGlanceSchema = peerStatusSchema.pick({ cityNode: true, chain: true, state: true, height: true, resources: true, home: true, problem: true });
export type PeerGlance = z.infer<typeof peerGlanceSchema>;

/**
 * `GET /v1/peers/changed?since=`: peers that may be other than when the token was given out, in full while they are in
 * use. What rests has not changed: thousands of them cost nothing.
 */
export const changedPeersSchema = z.object({
  /** For the next call. */
  token: z.string().max(400),
  /** Every peer is named here: one that is not is gone. */
  areAll: z.boolean(),
  inUse: z.array(peerStatusSchema),
  atRest: z.array(peerGlanceSchema),
});
export type ChangedPeers = z.infer<typeof changedPeersSchema>;

export const peerStatusListSchema = z.object({ peers: z.array(peerStatusSchema) });

/** The public half of `id.secret`. */
export const accessKeyIdSchema = z.string().regex(/^ck_[0-9a-z]{8,40}$/);
/** `PUT /v1/access-keys/{id}`: what a door must know to check a key. */
export const accessKeyRecordSchema = z.object({
  id: accessKeyIdSchema,
  chain: chainIdSchema,
  kind: z.enum(['header', 'url']),
  scope: z.enum(['read', 'write']),
  /** HMAC-SHA-256 of the secret under the access-key pepper, base64. */
  secretHmac: z.base64(),
  origins: z.array(z.string()).max(20),
  expiresAtMs: z.number().int().optional(),
  revoked: z.boolean(),
  version: z.number().int(),
});
export type AccessKeyRecord = z.infer<typeof accessKeyRecordSchema>;

/** `POST /v1/chains/{cityNode}/{chain}/rpc`: a read in the framework's protocol, outside quotas and meters. */
export const controlRpcSchema = z.object({ method: z.string(), params: z.array(z.unknown()).max(16) });

/** `GET /v1/chains/{cityNode}/{chain}/wait?after=`: answers when the height is above `after`, at the latest after 20 s. */
export const waitResultSchema = z.object({ height: z.number().int() });

/** `GET /v1/meters?after=&limit=`: flushed meter records; a record is never changed once it has a sequence number. */
export const meterRecordSchema = z.object({
  sequence: z.number().int().positive(),
  atMs: z.number().int(),
  chain: chainIdSchema,
  requests: z.number().int().min(0),
  transactions: z.number().int().min(0),
});
export type MeterRecord = z.infer<typeof meterRecordSchema>;
export const meterPageSchema = z.object({ records: z.array(meterRecordSchema), lastSequence: z.number().int() });
export type MeterPage = z.infer<typeof meterPageSchema>;
/** `POST /v1/meters/acknowledge`: records up to and including this number may be forgotten. */
export const meterAcknowledgeSchema = z.object({ upTo: z.number().int().min(0) });

const keyIdentifierSchema = z.string().regex(/^[0-9a-f]{40}$/);

/** What a host holds for its peer channel. */
export const channelHoldingSchema = z.object({
  /** Serial of its certificate, hexadecimal digits. */
  serial: z.string().regex(/^[0-9a-f]{40}$/),
  notAfterMs: z.number().int(),
  /** SHA-256 of DER SubjectPublicKeyInfo, hexadecimal digits. */
  publicKeyHash: hex32,
  /** The revocation lists that it goes by: key identifier of their authority, and their number. */
  revocations: z.array(z.object({ authority: keyIdentifierSchema, number: z.number().int().min(0) })).max(8),
});
export type ChannelHolding = z.infer<typeof channelHoldingSchema>;

/** `POST /v1/channel/request`: a PKCS#10 request for the host's channel key, which is made at the first call and never leaves. */
export const channelRequestSchema = z.object({
  /** Hash of a public key that must not be used again: a host that has this key makes another. */
  retire: hex32.optional(),
});
export const channelRequestResultSchema = z.object({
  /** PEM. */
  request: z.string().max(8_192),
  publicKeyHash: hex32,
  /** Absent before its first certificate. */
  holding: channelHoldingSchema.optional(),
});

/** `PUT /v1/channel/certificate`: all PEM. The host takes it only if it ends at the root that it joined with. */
export const putChannelCertificateSchema = z.object({
  /** The host's certificate, then its authorities. */
  chain: z.string().max(32 * 1024),
  root: z.string().max(16 * 1024),
  /** The current list of every authority. */
  revocations: z.string().max(512 * 1024),
});
export type PutChannelCertificate = z.infer<typeof putChannelCertificateSchema>;

/** `GET /v1/report`: measured, never estimated. */
export const hostReportSchema = z.object({
  hostId: z.string(),
  version: z.string(),
  startedAtMs: z.number().int(),
  atMs: z.number().int(),
  /** Of the whole process; not measured per city node. */
  memoryRssBytes: z.number().int(),
  memoryAnonymousBytes: z.number().int().optional(),
  cpuSeconds: z.number(),
  diskFreeBytes: z.number().int(),
  /** Absent before its first certificate. */
  channel: channelHoldingSchema.optional(),
  /** Where Fabric's clients reach it, `host:port`; absent while that door is closed. */
  fabric: z
    .object({
      address: z.string().max(300),
      /** Those of organisations that have an entrance of their own, by MSP id. */
      organisations: z.record(z.string().max(64), z.string().max(300)),
    })
    .optional(),
  /** Traffic with other hosts since the process began; refusals and drops by their reasons. */
  peerChannel: z
    .object({
      connections: z.number().int(),
      messagesSent: z.number().int(),
      messagesReceived: z.number().int(),
      refused: z.record(z.string().max(40), z.number().int()),
      dropped: z.record(z.string().max(40), z.number().int()),
    })
    .optional(),
  cityNodes: z.array(
    z.object({ code: cityCodeSchema, peers: z.number().int(), storageBytes: z.number().int(), syncs: z.number().int() }),
  ),
});
export type HostReport = z.infer<typeof hostReportSchema>;

/** A read in the framework's protocol: its answer, or its own error as the protocol's client would see it. */
export const controlRpcResultSchema = z.union([
  z.object({ result: z.unknown() }).strict(),
  z.object({ error: z.object({ code: z.number().int(), message: z.string(), data: z.unknown().optional() }) }).strict(),
]);
export type ControlRpcResult = z.infer<typeof controlRpcResultSchema>;

/** `PUT /v1/access-keys/{id}`: the version that counts now; an older record than the stored one changes nothing. */
export const putAccessKeyResultSchema = z.object({ id: z.string(), version: z.number().int() });
/** `GET /v1/access-keys`. */
export const accessKeyListSchema = z.object({ accessKeys: z.array(accessKeyRecordSchema) });
/** Answer of calls that have nothing to say. */
export const doneSchema = z.object({});

/** Error answer of every call. `code` is one of the product's error codes; `message` is fit for the portal's users. */
export const controlErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  /** What the code's details are made of: subject of NOT_FOUND and CONFLICT, fields of INVALID_INPUT … */
  details: z.record(z.string(), z.unknown()).optional(),
  requestId: z.string().optional(),
});
export type ControlError = z.infer<typeof controlErrorSchema>;
