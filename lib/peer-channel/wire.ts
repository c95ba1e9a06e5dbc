import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/grpc-js';
import type { loadSync } from '@grpc/proto-loader';
import { z } from 'zod';
import { chainIdSchema, cityCodeSchema } from '@/lib/control';
import { channelLimits } from './limits';

/**
 * The messages of `peer-channel.proto`, encoded by its loader, and parsed once more on arrival: protobuf knows types, not
 * what a sub-chain's name looks like. What cannot be read comes as a value, not as an exception: an exception would
 * become a status of the library before anybody here could count it.
 */

const { messageBytesMax, partBytesMax, peerAnswerBytesMax, peerRequestBytesMax, peerTaskBytesMax, rangeBytesMax, recordsMax, recordsBytesMax, snapshotAnswerBytesMax, transactionBytesMax } = channelLimits;

const heightSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const anyBytesSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const bytesSchema = (bytesMax: number) => anyBytesSchema.refine((bytes) => bytes.length <= bytesMax, { error: 'oversized' });
const textSchema = (lengthMax: number) => z.string().max(lengthMax);

const routeSchema = z.object({ chain: chainIdSchema, from: cityCodeSchema, to: cityCodeSchema });
/** `from`: the peer that speaks; `to`: the one that is spoken to. */
export type Route = z.infer<typeof routeSchema>;

const partSchema = z.object({
  message: z.number().int().min(0),
  opening: z.object({ route: routeSchema, sizeBytes: z.number().int().min(0).max(messageBytesMax, { error: 'oversized' }) }).nullable(),
  bytes: bytesSchema(partBytesMax),
});
export type Part = z.infer<typeof partSchema>;

const frameSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('part'), part: partSchema }),
  z.object({ kind: z.literal('height'), height: z.object({ route: routeSchema, height: heightSchema }) }),
  z.object({ kind: z.literal('heard'), heard: z.object({ route: routeSchema, height: heightSchema, refusal: textSchema(40) }) }),
  z.object({ kind: z.literal('goodbye'), goodbye: z.object({}) }),
]);
export type Frame = z.infer<typeof frameSchema>;

const fetchRequestSchema = z.object({ chain: chainIdSchema, cityNode: cityCodeSchema, from: heightSchema, limit: z.number().int().min(1).max(recordsMax) });
export type FetchRequest = z.infer<typeof fetchRequestSchema>;
const fetchAnswerSchema = z.object({ records: z.array(anyBytesSchema).max(recordsMax) });

const askSnapshotRequestSchema = z.object({ chain: chainIdSchema, cityNode: cityCodeSchema, height: heightSchema });
export type AskSnapshotRequest = z.infer<typeof askSnapshotRequestSchema>;
const snapshotAnswerSchema = z.object({ answer: bytesSchema(snapshotAnswerBytesMax) });

const fetchRangeRequestSchema = z.object({ chain: chainIdSchema, cityNode: cityCodeSchema, height: heightSchema, index: z.number().int().min(0) });
export type FetchRangeRequest = z.infer<typeof fetchRangeRequestSchema>;
const rangeAnswerSchema = z.object({ range: bytesSchema(rangeBytesMax) });

const askPeerRequestSchema = z.object({ chain: chainIdSchema, cityNode: cityCodeSchema, request: bytesSchema(peerRequestBytesMax) });
export type AskPeerRequest = z.infer<typeof askPeerRequestSchema>;
const peerAnswerSchema = z.object({ answer: bytesSchema(peerAnswerBytesMax) });

const taskRequestSchema = z.object({ chain: chainIdSchema, cityNode: cityCodeSchema, task: bytesSchema(peerTaskBytesMax) });
export type TaskRequest = z.infer<typeof taskRequestSchema>;

const submitRequestSchema = z.object({ chain: chainIdSchema, cityNode: cityCodeSchema, transaction: bytesSchema(transactionBytesMax) });
export type SubmitRequest = z.infer<typeof submitRequestSchema>;

const notTakenSchema = z.object({ code: textSchema(80), message: textSchema(2_000), details: z.record(textSchema(80), textSchema(2_000)) });
const submitAnswerSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('final'),
    final: z.object({ id: textSchema(130), height: heightSchema, index: z.number().int().min(0), succeeded: z.boolean(), blockHash: textSchema(130), repeated: z.boolean() }),
  }),
  z.object({ state: z.literal('held'), held: z.object({ id: textSchema(130), repeated: z.boolean() }) }),
  z.object({ state: z.literal('refused'), refused: notTakenSchema }),
  z.object({ state: z.literal('failed'), failed: notTakenSchema }),
]);
export type SubmitAnswerMessage = z.infer<typeof submitAnswerSchema>;

/** What arrived: read, or why not. */
export type Arrived<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: 'malformed' | 'oversized' };

export interface Method<I, O> {
  readonly path: string;
  readonly encodeRequest: (value: I) => Buffer;
  readonly decodeRequest: (bytes: Buffer) => Arrived<I>;
  readonly encodeAnswer: (value: O) => Buffer;
  readonly decodeAnswer: (bytes: Buffer) => Arrived<O>;
}

export interface Wire {
  readonly exchange: Method<Frame, Frame>;
  readonly fetchBlocks: Method<FetchRequest, { records: Uint8Array[] }>;
  readonly askSnapshot: Method<AskSnapshotRequest, { answer: Uint8Array }>;
  readonly fetchRange: Method<FetchRangeRequest, { range: Uint8Array }>;
  readonly askPeer: Method<AskPeerRequest, { answer: Uint8Array }>;
  readonly runTask: Method<TaskRequest, { answer: Uint8Array }>;
  readonly runShortTask: Method<TaskRequest, { answer: Uint8Array }>;
  readonly submit: Method<SubmitRequest, SubmitAnswerMessage>;
}

/** Largest request and answer: the fields around the bytes included. */
export const requestBytesMax = Math.max(transactionBytesMax, peerTaskBytesMax) + 16 * 1024;
export const answerBytesMax = recordsBytesMax + 16 * 1024;

const SERVICE = 'chainworks.channel.v1.PeerChannel';
const LOADER = '@grpc/proto-loader';
let loaded: ServiceDefinition | undefined;

/** Beside this module, and beside the program when it is bundled. */
const messagesFile = (here: string): string => fileURLToPath(new URL('peer-channel.proto', here));

/**
 * Looks whether that is there which the first message will need, without reading it: a host without others has none, and
 * its start does not wait for the loader. Rejects with an error that says what to do.
 *
 * @param here address of the module beside which it lies
 */
export async function checkWire(here = import.meta.url): Promise<void> {
  const file = messagesFile(here);
  const missing = (what: string, cause: unknown): Error => new Error(`${what}: the peer channel cannot speak without it. Install Chainworks anew (npm start does)`, { cause });
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw missing(`${file} cannot be read`, error);
  });
  try {
    createRequire(here).resolve(LOADER);
  } catch (error) {
    throw missing(`${LOADER} is not installed`, error);
  }
}

/** With the first message: a host without others has none, and its start does not wait for the loader. */
function definitionOf(name: string): ServiceDefinition[string] {
  if (loaded === undefined) {
    const loader = createRequire(import.meta.url)(LOADER) as { loadSync: typeof loadSync };
    loaded = loader.loadSync(messagesFile(import.meta.url), { longs: Number, enums: String, defaults: true, oneofs: true })[SERVICE] as ServiceDefinition;
  }
  const definition = loaded[name];
  if (!definition) throw new Error(`peer-channel.proto lacks the method ${name}`);
  return definition;
}

function describeWire(): Wire {
  const method = <I, O>(name: string, request: z.ZodType<I>, answer: z.ZodType<O>): Method<I, O> => ({
    path: `/${SERVICE}/${name}`,
    encodeRequest: (value) => definitionOf(name).requestSerialize(value),
    decodeRequest: decoder(() => definitionOf(name).requestDeserialize, request),
    encodeAnswer: (value) => definitionOf(name).responseSerialize(value),
    decodeAnswer: decoder(() => definitionOf(name).responseDeserialize, answer),
  });
  return {
    exchange: method('Exchange', frameSchema, frameSchema),
    fetchBlocks: method('FetchBlocks', fetchRequestSchema, fetchAnswerSchema),
    askSnapshot: method('AskSnapshot', askSnapshotRequestSchema, snapshotAnswerSchema),
    fetchRange: method('FetchRange', fetchRangeRequestSchema, rangeAnswerSchema),
    askPeer: method('AskPeer', askPeerRequestSchema, peerAnswerSchema),
    runTask: method('RunTask', taskRequestSchema, peerAnswerSchema),
    runShortTask: method('RunShortTask', taskRequestSchema, peerAnswerSchema),
    submit: method('Submit', submitRequestSchema, submitAnswerSchema),
  };
}

function decoder<T>(find: () => (bytes: Buffer) => unknown, schema: z.ZodType<T>): (bytes: Buffer) => Arrived<T> {
  return (bytes) => {
    const deserialize = find();
    let raw: unknown;
    try {
      raw = deserialize(bytes);
    } catch {
      // Cut off, of another wire type, nested without end: the library says no more than that.
      return { ok: false, reason: 'malformed' };
    }
    const parsed = schema.safeParse(raw);
    if (parsed.success) return { ok: true, value: parsed.data };
    return { ok: false, reason: parsed.error.issues.some(({ message }) => message === 'oversized') ? 'oversized' : 'malformed' };
  };
}

export const wire: Wire = describeWire();
