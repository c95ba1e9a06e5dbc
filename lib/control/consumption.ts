import { z } from 'zod';
import { chainIdSchema, cityCodeSchema, peerResourcesSchema, peerStatusSchema } from './schemas';

/**
 * `GET /v1/consumption`: what the sub-chains of a host take of it, a page of them in the asked order. Ten thousand are
 * never sent at once; sums are of all.
 */

export const consumptionSorts = ['name', 'share', 'time', 'memory', 'disk', 'transactions', 'calls', 'height', 'state'] as const;
export const consumptionPageMax = 100;
export const consumptionTopMax = 8;

export const consumptionQuerySchema = z.object({
  cityNode: cityCodeSchema.optional(),
  /** Part of a sub-chain's name. */
  search: z.string().trim().max(80).optional(),
  sort: z.enum(consumptionSorts).default('share'),
  order: z.enum(['asc', 'desc']).default('desc'),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(consumptionPageMax).default(50),
});
export type ConsumptionQuery = z.output<typeof consumptionQuerySchema>;

const bytes = z.number().int().min(0);
const count = z.number().int().min(0);

/** One sub-chain in one city node. */
export const consumptionRowSchema = z.object({
  cityNode: cityCodeSchema,
  chain: chainIdSchema,
  state: peerStatusSchema.shape.state,
  height: z.number().int(),
  problem: z.string().optional(),
  resources: peerResourcesSchema,
  home: peerStatusSchema.shape.home,
  /** Processor time of the interval, divided by its length: 1 is one core, all of the time. */
  share: z.number().min(0),
});
export type ConsumptionRow = z.infer<typeof consumptionRowSchema>;

export const consumptionSchema = z.object({
  atMs: z.number().int(),
  /** Begin of the interval that shares are of: at first the start of the process. */
  sinceMs: z.number().int(),
  startedAtMs: z.number().int(),
  /** How many the search found; `rows` is a page of them. */
  found: count,
  rows: z.array(consumptionRowSchema).max(consumptionPageMax),
  /** Those that took most of the processor in the interval, of all; who took nothing is not among them. */
  top: z.array(consumptionRowSchema.pick({ cityNode: true, chain: true, share: true })).max(consumptionTopMax),
  /** Of all sub-chains of the host. */
  sum: z.object({ peers: count, running: count, stopped: count, resources: peerResourcesSchema, share: z.number().min(0) }),
  cityNodes: z.array(
    z.object({
      code: cityCodeSchema,
      peers: count,
      /** Of these in use; the others are a record in memory. */
      open: count,
      /** The log's files, and what of them belongs to removed sub-chains. */
      logBytes: bytes,
      deadBytes: bytes,
      /** What the index takes of the disk, and what of it is mapped into memory just now: the page cache's, not the process's. */
      indexBytes: bytes,
      indexMappedBytes: bytes.optional(),
    }),
  ),
  process: z.object({
    /** What the process costs: anonymous and shared pages. Absent where the system does not tell. */
    memoryBytes: bytes.optional(),
    /** Pages of files (program, index): the system takes them back when it needs them. */
    mappedBytes: bytes.optional(),
    heapBytes: bytes,
    cpuSeconds: z.number().min(0),
    /** Processor time of all threads in the interval, divided by its length. */
    share: z.number().min(0),
    /** Part of the interval in which the main thread was busy. */
    busy: z.number().min(0).max(1),
    /** How late the main thread came to what was due, in the interval. */
    delayMeanMs: z.number().min(0),
    delayMaxMs: z.number().min(0),
  }),
});
export type Consumption = z.infer<typeof consumptionSchema>;
