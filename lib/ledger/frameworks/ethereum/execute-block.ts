import { assert } from '@/lib/platform/pure/assert';
import { bytesToHex, hexToBytes } from '@/lib/platform/pure/bytes';
import { TransactionRefused, type BlockInput, type ExecutedBlock, type ExecutedTransaction } from '../../core/framework';
import type { StateReader } from '../../core/storage';
import { ZERO_HASH, type Hash } from '../../core/types';
import { encodeRlpBytes, trieRootOf, uintToBytes, WriteSet, type Evm, type EvmSession } from '../../vm/evm';
import { BLOOM_BYTES, bloomOf, mergeBloom } from './bloom';
import { checkAccount, checkForm, checkNonceNext } from './transaction-checks';
import type { ChainRules } from './config';
import { decodeTransaction } from './decode-transaction';
import { BASE_FEE, decodeEthereumHeader, encodeEthereumHeader, type EthereumHeader } from './header';
import { blockHash } from './read-chain';
import { encodeConsensusReceipt, encodeStoredReceipts, type Receipt } from './receipt';
import { recoverSender } from './recover-sender';
import { refuse } from './refusals';
import { blockHashKey, blockHeightKey, encodePosition, headKey, logsBloomKey, receiptsKey, transactionKey, uint48 } from './state-keys';
import { effectiveGasPrice } from './transaction';

type HeaderStart = Pick<EthereumHeader, 'parentHash' | 'coinbase' | 'number' | 'gasLimit' | 'timestamp' | 'prevRandao'>;

interface Included {
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
  readonly receipt: Receipt;
}

/** Executes a block's transactions in order and makes its Ethereum header. See `Framework.executeBlock`. */
export async function executeBlock(evm: Evm, rules: ChainRules, input: BlockInput, state: StateReader): Promise<ExecutedBlock> {
  const { keccak256 } = evm.crypto;
  const headBytes = state.get(headKey);
  assert(headBytes !== undefined, 'an Ethereum block is executed before genesis');
  const parent = decodeEthereumHeader(headBytes);
  assert(parent.number + 1n === BigInt(input.height), `block ${input.height} is executed on top of block ${parent.number}`);
  const header: HeaderStart = {
    parentHash: keccak256(headBytes),
    coinbase: keccak256(input.proposer).slice(12),
    number: BigInt(input.height),
    gasLimit: rules.blockGasLimit,
    timestamp: BigInt(Math.floor(input.time / 1000)),
    prevRandao: hexToBytes(input.parentHash),
  };
  const session = await evm.open({
    chainId: rules.chainId,
    state,
    block: { ...header, baseFee: BASE_FEE, blockHash: (number) => (number < header.number ? blockHash(state, Number(number)) : undefined) },
  });
  try {
    const included: Included[] = [];
    const dropped: { index: number; reason: TransactionRefused }[] = [];
    let gasUsed = 0n;
    for (const [index, bytes] of input.transactions.entries()) {
      if (index > 0 && input.isEnough?.() === true) break;
      try {
        const done = await executeTransaction(evm, rules, session, bytes, gasUsed);
        included.push(done);
        gasUsed = done.receipt.cumulativeGasUsed;
      } catch (error) {
        if (!(error instanceof TransactionRefused)) throw error;
        if (!input.building) throw new Error(`block ${input.height} carries at ${index} a transaction that may not be in it: ${error.message}`, { cause: error });
        dropped.push({ index, reason: error });
      }
    }
    const { stateRoot, writes } = session.commit(parent.stateRoot);
    return { ...sealBlock(evm, header, stateRoot, gasUsed, included, writes), dropped };
  } finally {
    session.close();
  }
}

/** Throws `TransactionRefused` when the transaction cannot be part of the block at this place. */
async function executeTransaction(evm: Evm, rules: ChainRules, session: EvmSession, bytes: Uint8Array, gasUsedBefore: bigint): Promise<Included> {
  const transaction = decodeTransaction(evm.crypto, bytes);
  checkForm(transaction, bytes.length, rules);
  const from = recoverSender(evm.crypto, transaction);
  const account = session.account(from);
  checkNonceNext(transaction, account.nonce);
  checkAccount(transaction, account, session.hasCode(from));
  if (transaction.gasLimit > rules.blockGasLimit - gasUsedBefore) throw refuse('gas-limit-reached');

  const result = await session.execute({
    from,
    to: transaction.to,
    gasLimit: transaction.gasLimit,
    gasPrice: effectiveGasPrice(transaction, BASE_FEE),
    value: transaction.value,
    data: transaction.data,
    accessList: transaction.accessList,
  });
  const receipt: Receipt = {
    type: transaction.type,
    succeeded: result.failure === undefined,
    gasUsed: result.gasUsed,
    cumulativeGasUsed: gasUsedBefore + result.gasUsed,
    logs: result.logs,
    from,
    ...(result.createdAddress === undefined ? {} : { contractAddress: result.createdAddress }),
  };
  return { bytes, hash: transaction.hash, receipt };
}

/** Roots, header and indices of an executed block; also of genesis, which includes nothing. */
export function sealBlock(
  evm: Evm,
  start: HeaderStart,
  stateRoot: Uint8Array,
  gasUsed: bigint,
  included: readonly Included[],
  stateWrites: ExecutedBlock['writes'],
): Omit<ExecutedBlock, 'dropped'> {
  const { keccak256 } = evm.crypto;
  const height = Number(start.number);
  const writes = new WriteSet();
  writes.addAll(stateWrites);

  const logsBloom = new Uint8Array(BLOOM_BYTES);
  const receiptEntries: [Uint8Array, Uint8Array][] = [];
  const transactionEntries: [Uint8Array, Uint8Array][] = [];
  const transactions: ExecutedTransaction[] = [];
  for (const [index, { bytes, hash, receipt }] of included.entries()) {
    const bloom = bloomOf(keccak256, receipt.logs);
    mergeBloom(logsBloom, bloom);
    const key = encodeRlpBytes(uintToBytes(index));
    transactionEntries.push([key, bytes]);
    receiptEntries.push([key, encodeConsensusReceipt(receipt, bloom)]);
    writes.put(transactionKey(hash), encodePosition(height, index));
    transactions.push({ id: bytesToHex(hash) as Hash, bytes, succeeded: receipt.succeeded });
  }
  const header: EthereumHeader = {
    ...start,
    stateRoot,
    gasUsed,
    logsBloom,
    transactionsRoot: trieRootOf(keccak256, transactionEntries),
    receiptsRoot: trieRootOf(keccak256, receiptEntries),
  };
  const frameworkHeader = encodeEthereumHeader(header);
  const ethereumHash = keccak256(frameworkHeader);
  const hasLogs = logsBloom.some((byte) => byte !== 0);
  writes.put(headKey, frameworkHeader);
  writes.put(blockHashKey(height), ethereumHash);
  writes.put(blockHeightKey(ethereumHash), uint48(height));
  if (included.length > 0) writes.put(receiptsKey(height), encodeStoredReceipts(included.map(({ receipt }) => receipt)));
  if (hasLogs) writes.put(logsBloomKey(height), logsBloom);
  return {
    transactions,
    stateRoot: bytesToHex(stateRoot) as Hash,
    receiptRoot: bytesToHex(header.receiptsRoot) as Hash,
    transactionRoot: bytesToHex(header.transactionsRoot) as Hash,
    eventRoot: hasLogs ? (bytesToHex(keccak256(logsBloom)) as Hash) : ZERO_HASH,
    frameworkHeader,
    writes: writes.sorted(),
  };
}
