import type { ReadContext } from '../read-context';

/**
 * One JSON-RPC method that reads. Takes positional arguments as they came, parses them itself, answers JSON.
 * Throws RpcError.
 */
export type ReadMethod = (params: readonly unknown[], context: ReadContext) => unknown;
