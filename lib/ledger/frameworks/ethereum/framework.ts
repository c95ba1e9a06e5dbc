import { bytesEqual, bytesToHex } from '@/lib/platform/pure/bytes';
import type { CheckedTransaction, Framework, FrameworkInstance, ReadView } from '../../core/framework';
import type { StateReader } from '../../core/storage';
import type { Hash } from '../../core/types';
import { createEthereumjsEvm, EMPTY_ACCOUNT, readAccount, type Evm } from '../../vm/evm';
import { checkAccount, checkForm, checkNonceAhead } from './check-transaction';
import { ethereumConfigSchema, rulesOf, type ChainRules, type EthereumConfig } from './config';
import { decodeTransaction } from './decode-transaction';
import { executeBlock } from './execute-block';
import { initGenesis } from './init-genesis';
import { recoverSender } from './recover-sender';
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

async function checkTransaction(evm: Evm, rules: ChainRules, bytes: Uint8Array, state: StateReader): Promise<CheckedTransaction> {
  const transaction = decodeTransaction(evm.crypto, bytes);
  checkForm(transaction, bytes.length, rules);
  const sender = recoverSender(evm.crypto, transaction);
  const account = readAccount(state, sender) ?? EMPTY_ACCOUNT;
  checkNonceAhead(transaction, account.nonce);
  checkAccount(transaction, account, !bytesEqual(account.codeHash, EMPTY_ACCOUNT.codeHash));
  return {
    id: bytesToHex(transaction.hash) as Hash,
    bytes,
    cost: transaction.gasLimit,
    lane: { key: bytesToHex(sender), sequence: transaction.nonce, next: account.nonce },
  };
}
