import type { BlockInput, BlocksOnDemand, CheckedTransaction, ExecutedBlock, Framework, FrameworkInstance, GenesisInput, ReadView } from '../../core/framework';
import type { StateReader } from '../../core/storage';
import { createEthereumjsEvm, type Evm } from '../../vm/evm';
import { checkTransaction } from './check-transaction';
import { ethereumConfigSchema, rulesOf, type ChainRules, type EthereumConfig } from './config';
import { executeBlock } from './execute-block';
import { initGenesis } from './init-genesis';
import { answerQuery, ethereumQuerySchema } from './rpc/answer-query';
import { CallLanes } from './rpc/call-lanes';

export const ETHEREUM = 'ethereum';

export interface EthereumFrameworkOptions {
  /** Resolves after waiting sockets and files had their turn (`setImmediate`): one long execution must not stop the rest. */
  readonly yieldTurn: () => Promise<void>;
  /** What web3_clientVersion says. */
  readonly clientVersion?: string;
}

export interface EthereumFramework extends Framework<EthereumConfig> {
  /** Which primitives are loaded; whoever starts a process logs them. */
  readonly crypto: Evm['crypto'];
}

/** What all sub-chains of the process have in common. */
interface Shared {
  readonly evm: Evm;
  readonly yieldTurn: () => Promise<void>;
  readonly clientVersion: string;
}

/** Makes the Ethereum framework: Prague rules without blobs, validators' requests and type 4; gas is free. */
export async function createEthereumFramework(options: EthereumFrameworkOptions): Promise<EthereumFramework> {
  const evm = await createEthereumjsEvm({ yieldTurn: options.yieldTurn });
  const shared: Shared = { evm, yieldTurn: options.yieldTurn, clientVersion: options.clientVersion ?? 'Chainworks/ethereum' };
  return {
    name: ETHEREUM,
    engineVersion: 1,
    configSchema: ethereumConfigSchema,
    crypto: evm.crypto,
    open: ({ config }) => new EthereumInstance(shared, config),
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
  readonly #config: EthereumConfig;
  readonly #rules: ChainRules;
  /** Made with the first read. */
  #calls: CallLanes | undefined;

  constructor(shared: Shared, config: EthereumConfig) {
    this.#shared = shared;
    this.#config = config;
    this.#rules = rulesOf(config);
  }

  get blockCostMax(): bigint {
    return this.#rules.blockGasLimit;
  }

  get blocksOnDemand(): BlocksOnDemand {
    return ON_DEMAND;
  }

  initGenesis(input: GenesisInput): Promise<ExecutedBlock> {
    return initGenesis(this.#shared.evm, this.#config, input);
  }

  checkTransaction(bytes: Uint8Array, state: StateReader): Promise<CheckedTransaction> {
    return checkTransaction(this.#shared.evm, this.#rules, bytes, state);
  }

  executeBlock(input: BlockInput, state: StateReader): Promise<ExecutedBlock> {
    return executeBlock(this.#shared.evm, this.#rules, input, state);
  }

  query(request: unknown, view: ReadView): Promise<unknown> {
    this.#calls ??= new CallLanes();
    return answerQuery(request, { ...this.#shared, rules: this.#rules, view, calls: this.#calls });
  }
}
