import { consensusStatusSchema, consumptionRowSchema, consumptionSchema, evidenceSchema, finalitySchema, type ConsumptionQuery } from '@/lib/control/client';
import { z } from 'zod';

export { failureDomainsOf, failureDomainsOfChoice, type FailureDomains, type PeerPlace } from './failure-domains';

const iso = z.iso.datetime();

/** A place of the catalogue. */
export const cityNodeViewSchema = z.object({
  id: z.string(),
  code: z.string(),
  city: z.string(),
  country: z.string(),
  /** What it runs on; of a planned one: what it is planned with. */
  provider: z.string(),
  region: z.string(),
  latitude: z.number(),
  longitude: z.number(),
  state: z.enum(['PLANNED', 'OPEN', 'CLOSED']),
  /** Open, and a host of it answered in the last seconds. */
  selectable: z.boolean(),
  /** Processes that answer and could carry a peer; equal `machine`: they fail together, as far as their address tells. */
  hosts: z.array(z.object({ id: z.string(), machine: z.string() })),
  /** Peers of all sub-chains. */
  peers: z.number().int(),
  lastSeenAt: iso.nullable(),
});
export type CityNodeView = z.infer<typeof cityNodeViewSchema>;

/** A host as it last reported itself. */
export const hostSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  gatewayUrl: z.string(),
  alive: z.boolean(),
  lastSeenAt: iso.nullable(),
  /** City nodes that this one process carries, by code. */
  carries: z.array(z.string()),
  /** Measured for the whole process, not for this city node alone. Null before the first report. */
  measured: z
    .object({
      at: iso,
      startedAt: iso,
      version: z.string(),
      memoryRssBytes: z.number().int(),
      /** Without mapped files; absent where the system does not tell. */
      memoryAnonymousBytes: z.number().int().nullable(),
      cpuSeconds: z.number(),
      diskFreeBytes: z.number().int(),
    })
    .nullable(),
  /** Its certificate for the channel to other hosts, as it reports it. Null before the first one. */
  channel: z.object({ serial: z.string(), notAfter: iso }).nullable(),
  /** On all its city nodes. Null before the first report. */
  peers: z.number().int().nullable(),
});
export type HostSummary = z.infer<typeof hostSummarySchema>;

export const hostViewSchema = hostSummarySchema.extend({
  /** Measured for this city node alone on this host. */
  here: z.object({ peers: z.number().int(), storageBytes: z.number().int(), syncs: z.number().int() }).nullable(),
});
export type HostView = z.infer<typeof hostViewSchema>;

/** What a peer last said of the agreement in its sub-chain. */
export const agreementSchema = z.object({
  finality: finalitySchema,
  /** Peers whose signature counts, and how many of them make a block final. */
  validators: z.number().int(),
  quorum: z.number().int(),
  /** Of a validator in a mode with a quorum. */
  consensus: consensusStatusSchema.optional(),
  /** Proven double signing that this peer saw, newest first. */
  evidence: z.array(evidenceSchema),
});
export type AgreementView = z.infer<typeof agreementSchema>;

export const peerViewSchema = z.object({
  id: z.string(),
  applicationId: z.string(),
  subChain: z.string(),
  cityNode: z.string(),
  orders: z.boolean(),
  state: z.enum(['RESERVED', 'OPEN', 'STOPPED', 'REMOVED']),
  publicKey: z.string().nullable(),
  /** -1 before genesis. */
  height: z.number().int(),
  sizeBytes: z.number().int(),
  problem: z.string().nullable(),
  /** Null before its first report. */
  agreement: agreementSchema.nullable(),
  checkedAt: iso.nullable(),
});
export type PeerView = z.infer<typeof peerViewSchema>;

export const cityNodeDetailSchema = cityNodeViewSchema.omit({ hosts: true }).extend({
  hosts: z.array(hostViewSchema),
  /** The organisation's own peers; all of them for the portal's staff. At most 200, newest first. */
  visiblePeers: z.array(peerViewSchema),
});
export type CityNodeDetail = z.infer<typeof cityNodeDetailSchema>;

/** What sub-chains take of a host, each with the application that it carries; null for one that the portal has no row of. */
export const hostConsumptionSchema = consumptionSchema.extend({
  rows: z.array(consumptionRowSchema.extend({ application: z.object({ id: z.string(), name: z.string() }).nullable() })),
});
export type HostConsumption = z.infer<typeof hostConsumptionSchema>;
export { consumptionQuerySchema, consumptionSorts, type ConsumptionQuery } from '@/lib/control/client';

export const hostKeys = {
  all: ['hosts'] as const,
  consumption: (hostId: string, query: ConsumptionQuery) => ['hosts', hostId, 'consumption', query] as const,
};

export const cityNodeKeys = {
  all: ['city-nodes'] as const,
  detail: (code: string) => ['city-nodes', code] as const,
};
