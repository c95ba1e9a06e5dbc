import { z } from 'zod';
import type { ReadView } from '../../../core/framework';
import type { StateReader } from '../../../core/storage';
import type { Evm } from '../../../vm/evm';
import type { ChainRules } from '../config';
import { readMethods } from './methods';
import { METHOD_NOT_FOUND, RpcError } from './rpc-error';

/** What the door asks of a sub-chain: a JSON-RPC method that reads, and its arguments as they came. */
export const ethereumQuerySchema = z.object({ method: z.string(), params: z.array(z.unknown()) });
export type EthereumQuery = z.infer<typeof ethereumQuerySchema>;

/**
 * Carries out an execution for a query, here or elsewhere: `work` on a machine and a state, or the whole query again
 * where that is cheaper. Bounds how many run.
 */
export type ExecuteCall = (query: EthereumQuery, work: (evm: Evm, state: StateReader) => Promise<string>) => Promise<string>;

interface QueryContext {
  readonly evm: Evm;
  readonly rules: ChainRules;
  readonly view: ReadView;
  readonly clientVersion: string;
  readonly execute: ExecuteCall;
  readonly yieldTurn: () => Promise<void>;
}

/** Answers a read as JSON. Throws RpcError, or the signal's reason when the caller's time is up. */
export async function answerQuery(request: unknown, { yieldTurn, execute, ...context }: QueryContext): Promise<unknown> {
  const query = ethereumQuerySchema.parse(request);
  const { method, params } = query;
  const read = readMethods.get(method);
  if (read === undefined) throw new RpcError(METHOD_NOT_FOUND, `the method ${method} does not exist/is not available`);
  const { signal } = context.view;
  signal.throwIfAborted();
  const pause = async (): Promise<void> => {
    await yieldTurn();
    signal.throwIfAborted();
  };
  return read(params, { ...context, pause, execute: (work) => execute(query, work) });
}
