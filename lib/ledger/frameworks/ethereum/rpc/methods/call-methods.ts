import type { StateReader } from '../../../../core/storage';
import { estimateGas, floorGas, INITCODE_BYTES_MAX, intrinsicGas, type Evm, type EvmMessage, type EvmResult, type EvmSession } from '../../../../vm/evm';
import type { ChainRules } from '../../config';
import { BASE_FEE, decodeEthereumHeader } from '../../header';
import { blockHash } from '../../read-chain';
import { headKey } from '../../state-keys';
import { applyStateOverrides, blockOverrideParam, callRequestParam, stateOverrideParam, type CallRequest } from '../call-request';
import { data, quantity } from '../hex';
import { blockOrHeadParam, parseParams, type BlockReference } from '../params';
import { requireHeadState, type ReadContext } from '../read-context';
import { revertedError } from '../revert-reason';
import { invalidParams, serverError, type RpcError } from '../rpc-error';
import type { ReadMethod } from './read-method';

const TRANSFER_GAS = 21_000n;

/** Executions that leave nothing behind, in the context of the head block. Capped by gas and by the caller's time. */
export const callMethods = {
  eth_call: async (params, context) => {
    const [request, block, overrides] = parseParams([callRequestParam, blockOrHeadParam, stateOverrideParam, blockOverrideParam], params);
    return withSession(context, request, block, async (session) => {
      await applyStateOverrides(session, overrides);
      const message = toMessage(request, context.rules.blockGasLimit);
      checkFunds(session, request, message.gasLimit);
      const intrinsic = intrinsicGas(message);
      if (message.gasLimit < intrinsic) throw serverError(`intrinsic gas too low: have ${message.gasLimit}, want ${intrinsic}`);
      const floor = floorGas(message);
      if (message.gasLimit < floor) throw serverError(`insufficient gas for floor data gas cost: have ${message.gasLimit}, want ${floor}`);
      const result = await session.execute(message, { signal: context.view.signal });
      if (result.failure !== undefined) throw failedError(result);
      return data(result.output);
    });
  },
  eth_estimateGas: async (params, context) => {
    const [request, block, overrides] = parseParams([callRequestParam, blockOrHeadParam, stateOverrideParam, blockOverrideParam], params);
    return withSession(context, request, block, async (session) => {
      await applyStateOverrides(session, overrides);
      const most = gasAllowance(session, request, context.rules.blockGasLimit);
      const message = toMessage(request, most);
      checkFunds(session, { ...request, feeCap: 0n }, 0n);
      const plain = request.to !== undefined && request.data.length === 0 && request.accessList.length === 0 && !session.hasCode(request.to) && most >= TRANSFER_GAS;
      if (plain) return quantity(TRANSFER_GAS);
      const { gas, failed } = await estimateGas(session, message, { signal: context.view.signal, prepare: () => applyStateOverrides(session, overrides) });
      if (gas !== undefined) return quantity(gas);
      if (failed === undefined || failed.failure?.message === 'out of gas') throw serverError(`gas required exceeds allowance (${most})`);
      throw failedError(failed);
    });
  },
} satisfies Record<string, ReadMethod>;

async function withSession(context: ReadContext, request: CallRequest, block: BlockReference, work: (session: EvmSession) => Promise<string>): Promise<string> {
  requireHeadState(context, block);
  if (request.feesAmbiguous) throw invalidParams('both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified');
  if (request.to === undefined && request.data.length > INITCODE_BYTES_MAX) throw serverError(`max initcode size exceeded: code size ${request.data.length} limit ${INITCODE_BYTES_MAX}`);
  return context.execute((evm, state) => openSession(evm, state, context.rules, work));
}

async function openSession(evm: Evm, state: StateReader, rules: ChainRules, work: (session: EvmSession) => Promise<string>): Promise<string> {
  // The header lies in the state too: no need to read the whole block for it.
  const headBytes = state.get(headKey);
  if (headBytes === undefined) throw new Error('the head cannot be read');
  const header = decodeEthereumHeader(headBytes);
  const session = await evm.open({
    chainId: rules.chainId,
    state,
    block: { ...header, baseFee: BASE_FEE, blockHash: (number) => (number < header.number ? blockHash(state, Number(number)) : undefined) },
  });
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

function toMessage(request: CallRequest, gasMax: bigint): EvmMessage {
  const { from, to, value, accessList, gasPrice } = request;
  return { from, to, value, data: request.data, accessList, gasPrice, gasLimit: request.gas === undefined || request.gas > gasMax ? gasMax : request.gas };
}

/** What the sender can pay for at most. */
function gasAllowance(session: EvmSession, { from, value, feeCap, gas }: CallRequest, blockGasLimit: bigint): bigint {
  const wanted = gas === undefined || gas > blockGasLimit || gas < TRANSFER_GAS ? blockGasLimit : gas;
  if (feeCap === 0n) return wanted;
  const { balance } = session.account(from);
  const affordable = (balance > value ? balance - value : 0n) / feeCap;
  return affordable < wanted ? affordable : wanted;
}

function checkFunds(session: EvmSession, { from, value, feeCap }: CallRequest, gasLimit: bigint): void {
  const { balance } = session.account(from);
  const cost = gasLimit * feeCap + value;
  if (balance < cost) throw serverError(`insufficient funds for gas * price + value: address ${data(from)} have ${balance} want ${cost}`);
}

function failedError({ failure, output }: EvmResult): RpcError {
  if (failure?.kind === 'revert') return revertedError(output);
  return serverError(failure?.message ?? 'execution failed');
}
