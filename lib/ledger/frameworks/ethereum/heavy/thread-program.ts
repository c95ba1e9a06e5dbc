import type { BlockInput, ReadView } from '../../../core/framework';
import { createEthereumjsEvm, withPace, type Evm } from '../../../vm/evm';
import type { JobContext, ThreadPorts, ThreadProgram } from '../../../vm/threads';
import { executeBlock } from '../execute-block';
import { answerQuery } from '../rpc/answer-query';
import { encodeBlock, encodeFailure, type EthereumJob, type WireAnswer, type WireBlock } from './jobs';

/** A proposer's block ends with the transaction that comes to this: those whose transactions are in it wait for all of it. */
const BLOCK_MS = 200;

/** This framework's program for threads: the same code as on the main thread, over a state that is read from there. */
export async function openProgram({ yieldTurn }: ThreadPorts): Promise<ThreadProgram> {
  const evm = await createEthereumjsEvm({ yieldTurn });
  const { recoverImplementation, keccakImplementation } = evm.crypto;
  return { note: `secp256k1 ${recoverImplementation}, keccak ${keccakImplementation}`, run: (payload, context) => carryOut(evm, payload as EthereumJob, context) };
}

async function carryOut(machine: Evm, job: EthereumJob, { state, signal, pause, spentMs }: JobContext): Promise<WireBlock | WireAnswer> {
  const evm = withPace(machine, pause);
  const { rules } = job;
  if (job.kind === 'block') {
    const input: BlockInput = job.input.building ? { ...job.input, isEnough: () => spentMs() >= BLOCK_MS } : job.input;
    return encodeBlock(await executeBlock(evm, rules, input, state));
  }
  const view: ReadView = { height: job.height, knownHeight: job.height, firstHeight: 0, state, blockAt: () => undefined, signal };
  try {
    return { answer: await answerQuery(job.query, { evm, rules, view, clientVersion: '', execute: (_query, work) => work(evm, state), yieldTurn: pause }) };
  } catch (error) {
    return encodeFailure(error);
  }
}
