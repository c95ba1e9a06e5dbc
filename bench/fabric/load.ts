import { z } from 'zod';

/** What the clients are told to do. */
export const loadSchema = z.object({
  /** Clients are spread over them. */
  channels: z.array(z.string()).min(1),
  chaincode: z.string(),
  /** `put` writes a key; `create` looks first whether it is there, and writes an object. */
  transaction: z.enum(['put', 'create']),
  clients: z.number().int().min(1),
  /** In all. */
  transactions: z.number().int().min(1),
  valueBytes: z.number().int().min(0).default(100),
});
export type Load = z.input<typeof loadSchema>;

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the clients' process a transaction. */
  readonly clientCpuMs: number;
}
