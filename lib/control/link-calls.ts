import { z } from 'zod';
import { defineCall, type Handlers } from './define-call';
import { doneSchema, peerNameSchema } from './schemas';

/** How hosts that carry peers of one sub-chain speak with each other, signed with the sub-chain's link secret. */

/** Largest transaction that is forwarded, and most block records of one page. */
export const linkTransactionBytesMax = 512 * 1024;
export const linkRecordsMax = 256;

const detailsSchema = z.record(z.string(), z.union([z.string(), z.number()]));

export const linkSubmitResultSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('final'),
    id: z.string(),
    height: z.number().int().min(0),
    index: z.number().int().min(0),
    succeeded: z.boolean(),
    blockHash: z.string(),
    repeated: z.literal(true).optional(),
  }),
  z.object({ state: z.literal('held'), id: z.string(), repeated: z.literal(true).optional() }),
  /** The queue or the framework refused it: its own code and message. */
  z.object({ state: z.literal('refused'), code: z.string(), message: z.string(), details: detailsSchema }),
  /** The machine there could not take it: its own code (`queue-full`, `chain-stopped` …). */
  z.object({ state: z.literal('failed'), code: z.string(), message: z.string(), details: detailsSchema }),
]);
export type LinkSubmitResult = z.infer<typeof linkSubmitResultSchema>;

const none = z.object({}).strict();
/** `cityNode` is the peer that is asked. */
const peer = { params: peerNameSchema, query: none, method: 'POST' } as const;

export const linkCalls = {
  fetchBlocks: defineCall({
    ...peer,
    path: '/v1/links/:cityNode/:chain/blocks',
    body: z.object({ from: z.number().int().min(0), limit: z.number().int().min(1).max(linkRecordsMax) }),
    /** Block records in the engine's own bytes, base64. */
    answer: z.object({ records: z.array(z.base64()).max(linkRecordsMax) }),
    timeoutMs: 15_000,
  }),
  announce: defineCall({
    ...peer,
    path: '/v1/links/:cityNode/:chain/announce',
    body: z.object({ height: z.number().int().min(0) }),
    answer: doneSchema,
    timeoutMs: 5_000,
  }),
  submit: defineCall({
    ...peer,
    path: '/v1/links/:cityNode/:chain/submit',
    body: z.object({ bytes: z.base64().max(Math.ceil(linkTransactionBytesMax / 3) * 4) }),
    answer: linkSubmitResultSchema,
    timeoutMs: 30_000,
  }),
} as const;

export type LinkCalls = typeof linkCalls;
export type LinkHandlers = Handlers<LinkCalls>;
