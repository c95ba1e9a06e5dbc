import type { BlockInput, BlocksOnDemand, CheckedTransaction, ExecutedBlock, Framework, FrameworkContext, FrameworkInstance, GenesisInput, ReadView } from '../../core/framework';
import type { MachineLogger, MachinePorts } from '../../core/ports';
import type { StateReader } from '../../core/storage';
import { createEthereumjsEvm, withPace, type Evm } from '../../vm/evm';
import { ThreadPool, type ThreadPoolStatus } from '../../vm/threads';
import { checkTransaction } from './check-transaction';
import { ethereumConfigSchema, rulesOf, type ChainRules, type EthereumConfig } from './config';
import { executeBlock } from './execute-block';
import type { HeavyLimits } from './heavy/attempt';
import { executeCall, executeHeavyBlock } from './heavy/executions';
import { HeavyWork } from './heavy/heavy-work';
import { initGenesis } from './init-genesis';
import { answerQuery, ethereumQuerySchema } from './rpc/answer-query';
import { CallLanes } from './rpc/call-lanes';

export const ETHEREUM = 'ethereum';

export interface EthereumFrameworkOptions {
  /** Resolves after waiting sockets and files had their turn (`setImmediate`): one long execution must not stop the rest. */
  readonly yieldTurn: () => Promise<void>;
  /** What web3_clientVersion says. */
  readonly clientVersion?: string;
  /** Where heavy blocks and calls are executed. Absent: on the main thread, in slices. */
  readonly threads?: ThreadsOptions;
}

export interface ThreadsOptions {
  /** The file that a thread begins with, source or bundled: it calls `serveEthereumJobs`. */
  readonly entry: URL;
  readonly threadsMax: number;
  /** A clock that only goes forward, in milliseconds: how long an execution has held the main thread. */
  readonly nowMs: () => number;
  readonly schedule: MachinePorts['schedule'];
  readonly logger: MachineLogger;
  /** From where on an execution is heavy. */
  readonly limits?: HeavyLimits;
}

export interface EthereumFramework extends Framework<EthereumConfig> {
  /** Which primitives are loaded; whoever starts a process logs them. */
  readonly crypto: Evm['crypto'];
  threads(): ThreadPoolStatus;
  /** Ends the threads; to be called when the hosts that use it are closed. */
  close(): Promise<void>;
}

/** What all sub-chains of the process have in common. */
interface Shared {
  readonly evm: Evm;
  readonly yieldTurn: () => Promise<void>;
  readonly clientVersion: string;
  readonly heavy: HeavyWork | undefined;
}

/** Makes the Ethereum framework: Prague rules without blobs, validators' requests and type 4; gas is free. */
export async function createEthereumFramework(options: EthereumFrameworkOptions): Promise<EthereumFramework> {
  const evm = await createEthereumjsEvm({ yieldTurn: options.yieldTurn });
  const pool = options.threads && new ThreadPool(options.threads);
  const heavy = options.threads && pool && new HeavyWork({ evm, pool, ports: { yieldTurn: options.yieldTurn, nowMs: options.threads.nowMs }, ...(options.threads.limits === undefined ? {} : { limits: options.threads.limits }) });
  const shared: Shared = { evm, yieldTurn: options.yieldTurn, clientVersion: options.clientVersion ?? 'Chainworks/ethereum', heavy };
  return {
    name: ETHEREUM,
    engineVersion: 1,
    configSchema: ethereumConfigSchema,
    crypto: evm.crypto,
    open: (context) => new EthereumInstance(shared, context),
    threads: () => pool?.status() ?? { threads: 0, running: 0, waiting: 0 },
    close: async () => pool?.close(),
  };
}

/** What clients wait for by default: five confirmations (Hardhat Ignition) up to twelve. */
const CONFIRMATIONS = 12;
const ON_DEMAND: BlocksOnDemand = { confirmations: CONFIRMATIONS, readsHead };

function readsHead(request: unknown): boolean {
  const query = ethereumQuerySchema.safeParse(request);
  if (!query.success) return false;
  const { method, params } = query.data;
  return method === 'eth_blockNumber' || (method === 'eth_getBlockByNumber' && params[0] === 'latest');
}

/** One sub-chain's rules over the process's one machine: a host holds thousands of these, so each is small. */
class EthereumInstance implements FrameworkInstance {
  readonly #shared: Shared;
  readonly #context: FrameworkContext<EthereumConfig>;
  readonly #rules: ChainRules;
  /** Made with the first read. */
  #calls: CallLanes | undefined;

  constructor(shared: Shared, context: FrameworkContext<EthereumConfig>) {
    this.#shared = shared;
    this.#context = context;
    this.#rules = rulesOf(context.config);
  }

  get blockCostMax(): bigint {
    return this.#rules.blockGasLimit;
  }

  get blocksOnDemand(): BlocksOnDemand {
    return ON_DEMAND;
  }

  initGenesis(input: GenesisInput): Promise<ExecutedBlock> {
    return initGenesis(this.#shared.evm, this.#context.config, input);
  }

  checkTransaction(bytes: Uint8Array, state: StateReader): Promise<CheckedTransaction> {
    return checkTransaction(this.#shared.evm, this.#rules, bytes, state);
  }

  executeBlock(input: BlockInput, state: StateReader): Promise<ExecutedBlock> {
    const { evm, heavy, yieldTurn } = this.#shared;
    if (heavy !== undefined) return executeHeavyBlock(heavy, this.#context.chain, this.#rules, input, state);
    const { aside } = input;
    return executeBlock(aside === undefined ? evm : withPace(evm, () => aside(yieldTurn)), this.#rules, input, state);
  }

  query(request: unknown, view: ReadView): Promise<unknown> {
    const { evm, heavy, yieldTurn, clientVersion } = this.#shared;
    const rules = this.#rules;
    this.#calls ??= new CallLanes();
    const calls = this.#calls;
    return answerQuery(request, {
      evm,
      rules,
      view,
      clientVersion,
      yieldTurn,
      execute: (query, work) => calls.run(view.signal, () => (heavy === undefined ? work(evm, view.state) : executeCall(heavy, this.#context.chain, rules, query, view, work))),
    });
  }
}
