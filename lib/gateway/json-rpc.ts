/** The envelope of JSON-RPC 2.0; what methods mean is the framework's business. */

export type RpcId = string | number | null;

export interface RpcCall {
  /** Absent: a notification, which is carried out and not answered. */
  readonly id?: RpcId;
  readonly method: string;
  readonly params: unknown;
}

export interface RpcErrorBody {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** One entry of a body: a call, or what is wrong with it. */
export type RpcEntry = { readonly call: RpcCall } | { readonly id: RpcId; readonly error: RpcErrorBody };

export type RpcBody =
  | { readonly kind: 'single'; readonly entry: RpcEntry }
  | { readonly kind: 'batch'; readonly entries: readonly RpcEntry[] }
  | { readonly kind: 'error'; readonly status: number; readonly error: RpcErrorBody };

/**
 * Codes of the door itself. Public clients retry -32005 and -32603 of their own accord, so that only what heals within
 * seconds may carry them.
 */
export const rpcCodes = {
  parse: -32700,
  invalidRequest: -32600,
  internal: -32603,
  unknownChain: -32001,
  unavailable: -32002,
  rateLimited: -32005,
  unauthenticated: -32091,
  forbidden: -32092,
  quotaUsedUp: -32093,
} as const;

const methodLengthMax = 128;
const idLengthMax = 256;

/** Reads a body. Never throws. */
export function parseRpcBody(bytes: Buffer, limits: { batchMax: number }): RpcBody {
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(bytes));
  } catch {
    // JSON.parse's own message quotes the payload, which must not come back in an error.
    return { kind: 'error', status: 400, error: { code: rpcCodes.parse, message: 'The body is not JSON.' } };
  }
  if (!Array.isArray(json)) {
    const entry = parseEntry(json);
    return 'error' in entry && entry.id === null ? { kind: 'error', status: 400, error: entry.error } : { kind: 'single', entry };
  }
  if (json.length === 0) return { kind: 'error', status: 400, error: { code: rpcCodes.invalidRequest, message: 'The batch is empty.' } };
  if (json.length > limits.batchMax) {
    return { kind: 'error', status: 413, error: { code: rpcCodes.invalidRequest, message: `The batch has ${json.length} calls; at most ${limits.batchMax} are allowed. Send smaller batches.` } };
  }
  return { kind: 'batch', entries: json.map(parseEntry) };
}

export function formatResult(id: RpcId, result: unknown): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result ?? null)}}`;
}

export function formatError(id: RpcId, error: RpcErrorBody): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${JSON.stringify(error)}}`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseEntry(json: unknown): RpcEntry {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return invalid(null, 'A call is an object with jsonrpc, id, method and params.');
  const { jsonrpc, id, method, params } = json as Record<string, unknown>;
  const knownId = isId(id) ? id : null;
  if (id !== undefined && !isId(id)) return invalid(null, 'The id must be a number, null or a string of at most 256 characters.');
  if (jsonrpc !== '2.0') return invalid(knownId, 'jsonrpc must be "2.0".');
  if (typeof method !== 'string' || method.length === 0 || method.length > methodLengthMax) return invalid(knownId, 'method must be a string of 1 to 128 characters.');
  if (params !== undefined && (typeof params !== 'object' || params === null)) return invalid(knownId, 'params must be an array or an object.');
  return { call: { ...(isId(id) ? { id } : {}), method, params: params ?? [] } };
}

function isId(id: unknown): id is RpcId {
  return id === null || (typeof id === 'number' && Number.isFinite(id)) || (typeof id === 'string' && id.length <= idLengthMax);
}

function invalid(id: RpcId, message: string): RpcEntry {
  return { id, error: { code: rpcCodes.invalidRequest, message } };
}
