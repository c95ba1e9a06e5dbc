import { z } from 'zod';
import { bytesToHex, hexToBytes } from '@/lib/platform/pure/bytes';
import { TransactionRefused } from '../../../core/framework';
import { bytesToUint, emptyTrieRoot, encodeRlp, type AccountFields, type Evm, type EvmLog } from '../../../vm/evm';
import { MapState } from '../../../vm/evm/map-state';
import { checkAccount, checkGas, checkNonceNext } from '../transaction-checks';
import { decodeTransaction } from '../decode-transaction';
import { recoverSender } from '../recover-sender';
import { refuse } from '../refusals';
import { effectiveGasPrice } from '../transaction';

const hex = z.string().regex(/^0x[0-9a-f]*$/);

/** One file of the published GeneralStateTests: name → pre-state, environment, and what each transaction must leave. */
export const stateTestFileSchema = z.record(
  z.string(),
  z.object({
    env: z.object({
      currentBaseFee: hex.optional(),
      currentCoinbase: hex,
      currentGasLimit: hex,
      currentNumber: hex,
      currentRandom: hex.optional(),
      currentTimestamp: hex,
    }),
    pre: z.record(z.string(), z.object({ balance: hex, nonce: hex, code: hex, storage: z.record(z.string(), hex) })),
    post: z.record(z.string(), z.array(z.object({ hash: hex, logs: hex, txbytes: hex, expectException: z.string().optional() }))),
  }),
);

export type StateTest = z.infer<typeof stateTestFileSchema>[string];
export type StateTestCase = StateTest['post'][string][number];

export interface StateTestOutcome {
  readonly stateRoot: string;
  /** Keccak-256 of the RLP list of all logs. */
  readonly logsHash: string;
  /** Code of the refusal when the transaction was not executed. */
  readonly refused?: string;
}

/** Executes one case through the framework's own decoder and checks. */
export async function runStateTest(evm: Evm, test: StateTest, { txbytes }: StateTestCase): Promise<StateTestOutcome> {
  const { keccak256 } = evm.crypto;
  const baseFee = uint(test.env.currentBaseFee ?? '0x0a');
  const number = uint(test.env.currentNumber);
  const block = {
    number,
    timestamp: uint(test.env.currentTimestamp),
    coinbase: bytes(test.env.currentCoinbase),
    gasLimit: uint(test.env.currentGasLimit),
    baseFee,
    prevRandao: word(test.env.currentRandom ?? '0x'),
    blockHash: (of: bigint) => keccak256(new Uint8Array(Buffer.from(of.toString(10)))),
  };
  const state = new MapState();
  let root = emptyTrieRoot(keccak256);
  const pre = await evm.open({ chainId: 1n, state, block });
  for (const [address, account] of Object.entries(test.pre)) await pre.put(bytes(address), fieldsOf(account));
  const prepared = pre.commit(root);
  pre.close();
  state.apply(prepared.writes);
  root = prepared.stateRoot;

  const session = await evm.open({ chainId: 1n, state, block });
  let logs: readonly EvmLog[] = [];
  let refused: string | undefined;
  try {
    const raw = bytes(txbytes);
    const transaction = decodeTransaction(evm.crypto, raw);
    const from = recoverSender(evm.crypto, transaction);
    if (transaction.maxPriorityFeePerGas > transaction.maxFeePerGas) throw refuse('tip-above-fee-cap');
    if (transaction.maxFeePerGas < baseFee) throw refuse('insufficient-funds', 'fee below base fee');
    checkGas(transaction, { blockGasLimit: block.gasLimit });
    checkNonceNext(transaction, session.account(from).nonce);
    checkAccount(transaction, session.account(from), session.hasCode(from));
    const result = await session.execute({
      from,
      to: transaction.to,
      gasLimit: transaction.gasLimit,
      gasPrice: effectiveGasPrice(transaction, baseFee),
      value: transaction.value,
      data: transaction.data,
      accessList: transaction.accessList,
    });
    logs = result.logs;
  } catch (error) {
    if (!(error instanceof TransactionRefused)) throw error;
    refused = error.code;
  }
  const after = session.commit(root);
  session.close();
  return {
    stateRoot: `0x${bytesToHex(after.stateRoot)}`,
    logsHash: `0x${bytesToHex(keccak256(encodeRlp(logs.map(({ address, topics, data }) => [address, topics, data]))))}`,
    ...(refused === undefined ? {} : { refused }),
  };
}

function fieldsOf(account: StateTest['pre'][string]): AccountFields {
  const code = bytes(account.code);
  return {
    nonce: uint(account.nonce),
    balance: uint(account.balance),
    ...(code.length === 0 ? {} : { code }),
    slots: Object.entries(account.storage).map(([slot, value]) => ({ slot: word(slot), value: bytes(value) })),
  };
}

function bytes(value: string): Uint8Array {
  const digits = value.slice(2);
  return hexToBytes(digits.length % 2 === 0 ? digits : `0${digits}`);
}

function uint(value: string): bigint {
  return bytesToUint(bytes(value));
}

function word(value: string): Uint8Array {
  const given = bytes(value);
  const out = new Uint8Array(32);
  out.set(given, 32 - given.length);
  return out;
}
