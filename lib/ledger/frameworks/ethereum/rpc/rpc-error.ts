/**
 * An error as JSON-RPC knows it. Codes below -32000 are of JSON-RPC 2.0 and EIP-1474; -32000 is what go-ethereum
 * gives for everything that its server refuses, and 3 for a reverted execution.
 */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** By shape: a peer may live in another process. */
export function isRpcError(error: unknown): error is RpcError {
  return error instanceof Error && error.name === 'RpcError' && 'code' in error && typeof error.code === 'number';
}

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;
export const SERVER_ERROR = -32000;
export const RESPONSE_TOO_LARGE = -32003;
export const LIMIT_EXCEEDED = -32005;
export const EXECUTION_REVERTED = 3;

export function invalidParams(message: string): RpcError {
  return new RpcError(INVALID_PARAMS, message);
}

export function serverError(message: string): RpcError {
  return new RpcError(SERVER_ERROR, message);
}

export function limitExceeded(message: string): RpcError {
  return new RpcError(LIMIT_EXCEEDED, message);
}
