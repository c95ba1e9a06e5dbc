import type { Framework, FrameworkInstance, ReadView } from '../../core/framework';
import { createEthereumjsEvm, type Evm } from '../../vm/evm';
import { checkTransaction } from './check-transaction';
import { ethereumConfigSchema, rulesOf, type EthereumConfig } from './config';
import { executeBlock } from './execute-block';
import { initGenesis } from './init-genesis';
import { answerQuery } from './rpc/answer-query';

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

/** Makes the Ethereum framework: Prague rules without blobs, validators' requests and type 4; gas is free. */
export async function createEthereumFramework(options: EthereumFrameworkOptions): Promise<EthereumFramework> {
  const evm = await createEthereumjsEvm({ yieldTurn: options.yieldTurn });
  const clientVersion = options.clientVersion ?? 'Chainworks/ethereum';
  return {
    name: ETHEREUM,
    engineVersion: 1,
    configSchema: ethereumConfigSchema,
    crypto: evm.crypto,
    open: ({ config }) => openInstance(evm, config, { ...options, clientVersion }),
  };
}

function openInstance(evm: Evm, config: EthereumConfig, options: Required<EthereumFrameworkOptions>): FrameworkInstance {
  const rules = rulesOf(config);
  return {
    blockCostMax: rules.blockGasLimit,
    initGenesis: (input) => initGenesis(evm, config, input),
    checkTransaction: (bytes, state) => checkTransaction(evm, rules, bytes, state),
    executeBlock: (input, state) => executeBlock(evm, rules, input, state),
    query: (request: unknown, view: ReadView) => answerQuery(request, { evm, rules, view, ...options }),
  };
}
