import type { TransactionRefused } from '../../../core/framework';
import { serverError, type RpcError } from './rpc-error';

/** The queue's own codes in go-ethereum's words; the framework's refusals have them already. */
const QUEUE_WORDS: Readonly<Record<string, string>> = {
  'sequence-too-low': 'nonce too low',
  'sequence-taken': 'replacement transaction underpriced',
  'sequence-too-high': 'nonce too high',
};

/** go-ethereum answers every refused transaction with -32000; clients tell the cause from the words. */
export function refusalToError(refused: TransactionRefused): RpcError {
  const words = QUEUE_WORDS[refused.code];
  return serverError(words === undefined ? refused.message : `${words}: ${refused.message}`);
}
