import { assert } from '@/lib/platform/pure/assert';
import type { BlockInput, ExecutedBlock, ReadView } from '../../../core/framework';
import type { StateReader } from '../../../core/storage';
import type { ChainId } from '../../../core/types';
import { ThreadsError } from '../../../vm/threads';
import type { ChainRules } from '../config';
import { executeBlock } from '../execute-block';
import type { EthereumQuery, ExecuteCall } from '../rpc/answer-query';
import { limitExceeded, serverError } from '../rpc/rpc-error';
import type { HeavyWork } from './heavy-work';
import { decodeAnswer, decodeBlock, type WireAnswer, type WireBlock } from './jobs';

/** See `Framework.executeBlock`: the same, wherever it runs. */
export async function executeHeavyBlock(heavy: HeavyWork, chain: ChainId, rules: ChainRules, input: BlockInput, state: StateReader): Promise<ExecutedBlock> {
  const { height, parentHash, time, proposer, transactions, engineVersion, building, aside, elsewhere, isEnough } = input;
  let workerMs = 0;
  const executed = await heavy.run<ExecutedBlock>({
    chain,
    lane: 'block',
    state,
    ...(aside === undefined ? {} : { aside }),
    ...(elsewhere === undefined ? {} : { elsewhere }),
    ...(isEnough === undefined ? {} : { isEnough }),
    here: (evm, reader) => executeBlock(evm, rules, input, reader),
    job: { kind: 'block', rules, input: { height, parentHash, time, proposer, transactions, engineVersion, building } },
    decode: (value) => decodeBlock(value as WireBlock, input),
    onWorkerMs: (ms) => {
      workerMs += ms;
    },
  });
  return workerMs === 0 ? executed : { ...executed, workerMs };
}

/** One execution of a query. Throws RpcError, what the state throws, or the view's signal's reason. */
export async function executeCall(heavy: HeavyWork, chain: ChainId, rules: ChainRules, query: EthereumQuery, view: ReadView, work: Parameters<ExecuteCall>[1]): Promise<string> {
  try {
    return await heavy.run({
      chain,
      lane: 'call',
      state: view.state,
      signal: view.signal,
      here: work,
      job: { kind: 'call', rules, query, height: view.height },
      decode: (value) => {
        const answer = decodeAnswer(value as WireAnswer);
        assert(typeof answer === 'string', 'an execution answers hexadecimal digits');
        return answer;
      },
      onWorkerMs: view.spentOnWorker,
    });
  } catch (error) {
    if (!(error instanceof ThreadsError)) throw error;
    if (error.code === 'full') throw limitExceeded('too many heavy calls are being executed: try again in a moment');
    throw serverError('the execution was interrupted: try again');
  }
}
