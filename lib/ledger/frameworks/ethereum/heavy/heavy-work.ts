import type { BlockInput } from '../../../core/framework';
import type { StateReader } from '../../../core/storage';
import { SLICE_GAS, withPace, type Evm } from '../../../vm/evm';
import { ThreadsError, type JobLane, type JobCost, type ThreadPool } from '../../../vm/threads';
import { Attempt, type AttemptPorts, type HeavyLimits } from './attempt';
import { HeavyHints } from './heavy-hints';
import type { EthereumJob } from './jobs';
import { ReadLog } from './read-log';

export interface HeavyWorkOptions {
  readonly evm: Evm;
  readonly pool: ThreadPool;
  readonly ports: AttemptPorts;
  readonly limits?: HeavyLimits;
}

export interface Work<T> {
  readonly chain: string;
  readonly lane: JobLane;
  readonly state: StateReader;
  readonly signal?: AbortSignal;
  /** Wait for what is not work of the main thread. */
  readonly aside?: BlockInput['aside'];
  readonly elsewhere?: BlockInput['elsewhere'];
  readonly isEnough?: BlockInput['isEnough'];
  /** Carries it out on the main thread. May be called twice. */
  readonly here: (evm: Evm, state: StateReader) => Promise<T>;
  /** The same for a thread, and how its answer reads. */
  readonly job: EthereumJob;
  readonly decode: (value: unknown) => T;
  /** Hears what threads spent on it, also of a call that nobody waits for any more. */
  readonly onWorkerMs: ((ms: number) => void) | undefined;
}

/** Beyond it an execution leaves the main thread: four slices of pure arithmetic, or a usual transaction many times over. */
const LIMITS: HeavyLimits = { gas: 40_000, ms: 5 };

/**
 * Decides where something is executed. It begins on the main thread, since most is over before a thread would have
 * begun; what turns out heavy is given up there and begins anew in a thread. Where it ran cannot be told from its
 * result, and no clock enters one.
 */
export class HeavyWork {
  readonly #options: HeavyWorkOptions;
  readonly #hints = new HeavyHints();

  constructor(options: HeavyWorkOptions) {
    this.#options = options;
  }

  /** The result, or the error, of `here`. A call that no thread could carry out throws ThreadsError. */
  async run<T>(work: Work<T>): Promise<T> {
    const { evm, ports, limits = LIMITS } = this.#options;
    const { aside = wait } = work;
    const attempt = new Attempt(work, limits, this.#hints, { ...ports, yieldTurn: () => aside(ports.yieldTurn) });
    const log = new ReadLog(work.state);
    try {
      return await work.here(attempt.watch(evm), log);
    } catch (error) {
      if (attempt.heavyName === undefined) throw error;
    }
    return this.#runInThread(work, attempt.heavyName, log);
  }

  async #runInThread<T>(work: Work<T>, name: string, log: ReadLog): Promise<T> {
    const { evm, pool, ports, limits = LIMITS } = this.#options;
    const { chain, lane, state, signal, isEnough, job, aside = wait, elsewhere = wait, onWorkerMs } = work;
    const request = { chain, lane, payload: job, state, known: log.entries(), ...(signal === undefined ? {} : { signal }), ...(isEnough === undefined ? {} : { isEnough }) };
    this.#hints.add(name);
    try {
      const { value, cost } = await elsewhere(() => pool.run(request, ({ ms }) => onWorkerMs?.(ms)));
      if (isLight(cost, limits)) this.#hints.delete(name);
      return work.decode(value);
    } catch (error) {
      if (error instanceof ThreadsError && mayRunHere(error, lane)) return work.here(withPace(evm, () => aside(ports.yieldTurn)), state);
      throw error;
    }
  }
}

/**
 * Without threads all goes on as if there were none, slice by slice. A block is owed to everybody, whatever it did to
 * the threads; a call that ended two of them is not tried on the main one.
 */
function mayRunHere({ code }: ThreadsError, lane: JobLane): boolean {
  return code === 'unavailable' || (lane === 'block' && code !== 'closed');
}

function wait<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

/** By the whole job, as far as a thread counts: each pause ended a full slice. */
function isLight({ ms, slices }: JobCost, limits: HeavyLimits): boolean {
  return (slices - 1) * SLICE_GAS < limits.gas || ms < limits.ms;
}
