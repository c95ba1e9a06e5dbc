import type { BlockInput, ReadView } from '../../../core/framework';
import { createEthereumjsEvm, withPace, type Evm } from '../../../vm/evm';
import { serveJobs, type JobContext, type ThreadPorts } from '../../../vm/threads';
import { executeBlock } from '../execute-block';
import { answerQuery } from '../rpc/answer-query';
import { encodeBlock, encodeFailure, type EthereumJob, type WireAnswer, type WireBlock } from './jobs';

/** A proposer's block ends with the transaction that comes to this: those whose transactions are in it wait for all of it. */
const BLOCK_MS = 200;

/** What a thread of this framework runs: the same code as the main thread, over a state that is read from there. */
export async function serveEthereumJobs(ports: ThreadPorts): Promise<void> {
  const evm = await createEthereumjsEvm({ yieldTurn: ports.yieldTurn });
  const { recoverImplementation, keccakImplementation } = evm.crypto;
  serveJobs({ note: `secp256k1 ${recoverImplementation}, keccak ${keccakImplementation}`, run: (payload, context) => carryOut(evm, payload as EthereumJob, context) }, ports);
}

async function carryOut(machine: Evm, job: EthereumJob, { state, signal, pause, spentMs, isEnough }: JobContext): Promise<WireBlock | WireAnswer> {
  const evm = withPace(machine, pause);
  const { rules } = job;
  if (job.kind === 'block') {
    const input: BlockInput = job.input.building ? { ...job.input, isEnough: () => spentMs() >= BLOCK_MS || isEnough() } : job.input;
    return encodeBlock(await executeBlock(evm, rules, input, state));
  }
  const view: ReadView = { height: job.height, knownHeight: job.height, firstHeight: 0, state, blockAt: () => undefined, signal };
  try {
    return { answer: await answerQuery(job.query, { evm, rules, view, clientVersion: '', execute: (_query, work) => work(evm, state), yieldTurn: pause }) };
  } catch (error) {
    return encodeFailure(error);
  }
}
