/** JSON-RPC 2.0 as far as the door itself speaks it; reading bodies and answering calls is the framework's codec's business. */

export type RpcId = string | number | null;

export interface RpcErrorBody {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export type RpcResponse = { readonly jsonrpc: '2.0'; readonly id: RpcId } & ({ readonly result: unknown } | { readonly error: RpcErrorBody });

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

export function rpcFailure(id: RpcId, error: RpcErrorBody): RpcResponse {
  return { jsonrpc: '2.0', id, error };
}
