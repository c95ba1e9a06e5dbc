import type { ReadView } from '../../../core/framework';
import { createEthereumjsEvm, type Evm } from '../../../vm/evm';
import type { JobContext, ThreadPorts, ThreadProgram } from '../../../vm/threads';
import { executeBlock } from '../execute-block';
import { answerQuery } from '../rpc/answer-query';
import { encodeBlock, encodeFailure, type EthereumJob, type WireAnswer, type WireBlock } from './jobs';

/** This framework's program for threads: the same code as on the main thread, over a state that is read from there. */
export async function openProgram({ yieldTurn }: ThreadPorts): Promise<ThreadProgram> {
  const evm = await createEthereumjsEvm({ yieldTurn });
  return { run: (payload, context) => carryOut(evm, payload as EthereumJob, context) };
}

async function carryOut(machine: Evm, job: EthereumJob, { state, signal, pause }: JobContext): Promise<WireBlock | WireAnswer> {
  const evm: Evm = { crypto: machine.crypto, open: (environment) => machine.open({ ...environment, pace: { pause } }) };
  const { rules } = job;
  if (job.kind === 'block') return encodeBlock(await executeBlock(evm, rules, job.input, state));
  const view: ReadView = { height: job.height, knownHeight: job.height, state, blockAt: () => undefined, signal };
  try {
    return { answer: await answerQuery(job.query, { evm, rules, view, clientVersion: '', execute: (_query, work) => work(evm, state), yieldTurn: pause }) };
  } catch (error) {
    return encodeFailure(error);
  }
}
