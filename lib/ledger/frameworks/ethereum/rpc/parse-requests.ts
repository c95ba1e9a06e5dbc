import { z } from 'zod';
import { INVALID_REQUEST, PARSE_ERROR } from './rpc-error';
import { readMethods } from './methods';

export type RpcId = string | number | null;

/** `write` needs a key that may write; methods that are not offered have no scope. */
export type RpcScope = 'read' | 'write';

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly scope: RpcScope | undefined;
  /** Absent: a notification, which is carried out and not answered. */
  readonly id?: RpcId;
}

export type RpcResponse = { readonly jsonrpc: '2.0'; readonly id: RpcId } & ({ readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } });

/** One body: what is asked, in order. An entry that is no request comes with the answer that says so. */
export interface RpcRequests {
  /** A batch is answered with a list, even of one. */
  readonly isBatch: boolean;
  readonly entries: readonly (RpcCall | { readonly invalid: RpcResponse })[];
}

export interface RequestLimits {
  /** Most bytes of a body; the gateway refuses larger ones before they are read. */
  readonly bodyBytesMax: number;
  readonly batchMax: number;
}

export const REQUEST_LIMITS: RequestLimits = { bodyBytesMax: 2 * 1024 * 1024, batchMax: 100 };

export const SEND_METHOD = 'eth_sendRawTransaction';

const METHOD_NAME_MAX = 128;

const callSchema = z.object({
  jsonrpc: z.literal('2.0', { error: "jsonrpc must be '2.0'" }),
  id: z.union([z.string().max(256), z.number(), z.null()], { error: 'id must be a string, a number or null' }).optional(),
  method: z.string({ error: 'method must be a string' }).min(1).max(METHOD_NAME_MAX, `method names have at most ${METHOD_NAME_MAX} characters`),
  params: z.array(z.unknown(), { error: 'non-array args: params must be a list' }).nullish(),
});

/** Reads a JSON-RPC 2.0 body. Never throws: what is wrong is an entry with its answer. */
export function parseRequests(body: Uint8Array, limits: RequestLimits = REQUEST_LIMITS): RpcRequests {
  if (body.length > limits.bodyBytesMax) return refused(INVALID_REQUEST, `request body of ${body.length} bytes is too large: at most ${limits.bodyBytesMax}`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return refused(PARSE_ERROR, 'parse error: the body is not JSON');
  }
  if (!Array.isArray(json)) return { isBatch: false, entries: [parseCall(json)] };
  if (json.length === 0) return refused(INVALID_REQUEST, 'empty batch');
  if (json.length > limits.batchMax) return refused(INVALID_REQUEST, `batch of ${json.length} requests is too large: at most ${limits.batchMax}`);
  return { isBatch: true, entries: json.map(parseCall) };
}

/** `read` or `write` for a method that is offered; undefined for one that is not. */
export function scopeOf(method: string): RpcScope | undefined {
  if (method === SEND_METHOD) return 'write';
  return readMethods.has(method) ? 'read' : undefined;
}

function parseCall(json: unknown): RpcRequests['entries'][number] {
  const parsed = callSchema.safeParse(json);
  if (!parsed.success) return { invalid: failure(idOf(json), INVALID_REQUEST, `invalid request: ${parsed.error.issues[0]?.message ?? 'not a JSON-RPC 2.0 object'}`) };
  const { method, params, id } = parsed.data;
  return { method, params: params ?? [], scope: scopeOf(method), ...(id === undefined ? {} : { id }) };
}

function refused(code: number, message: string): RpcRequests {
  return { isBatch: false, entries: [{ invalid: failure(null, code, message) }] };
}

export function failure(id: RpcId, code: number, message: string, data?: unknown): RpcResponse {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

/** The id of something that is no request, when it can be told. */
function idOf(json: unknown): RpcId {
  const id = typeof json === 'object' && json !== null && 'id' in json ? json.id : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
