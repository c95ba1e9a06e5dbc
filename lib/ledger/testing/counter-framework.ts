import { z } from 'zod';
import { ByteReader, ByteWriter, CodecError } from '../core/codec';
import { sha256Hex } from '../core/crypto';
import {
  TransactionRefused,
  type BlockInput,
  type CheckedTransaction,
  type ExecutedBlock,
  type ExecutedTransaction,
  type Framework,
  type FrameworkInstance,
  type ReadView,
} from '../core/framework';
import { merkleRoot } from '../core/merkle';
import { nextStateRoot } from '../core/state-root';
import type { StateReader, StateWrite } from '../core/storage';
import { ZERO_HASH, type Hash } from '../core/types';
import { keyName } from '../storage/sorted-map';

/**
 * The smallest framework that has everything the machine cares about: counters by name, accounts with a sequence (a
 * lane), transactions that fail but stay in the block, replay protection, a state root. For the machine's own tests.
 */
export interface CounterTransaction {
  /** Whose sequence the transaction uses; empty: no lane. */
  readonly account: string;
  readonly sequence: number;
  readonly counter: string;
  /** Added to the counter; below zero the transaction fails and leaves the counter alone. */
  readonly add: number;
}

export interface CounterConfig {
  readonly blockCostMax?: number | undefined;
}

const MAGNITUDE_MAX = 1_000_000_000;

export function encodeCounterTransaction({ account, sequence, counter, add }: CounterTransaction): Uint8Array {
  return new ByteWriter(64).string(account).u48(sequence).string(counter).u8(add < 0 ? 1 : 0).u48(Math.abs(add)).finish();
}

export function decodeCounterTransaction(bytes: Uint8Array): CounterTransaction {
  const reader = new ByteReader(bytes);
  const account = reader.string(64);
  const sequence = reader.u48();
  const counter = reader.string(64);
  const sign = reader.u8();
  const magnitude = reader.u48();
  reader.end();
  if (sign > 1 || magnitude > MAGNITUDE_MAX || (sign === 1 && magnitude === 0)) throw new CodecError('not a counter transaction');
  return { account, sequence, counter, add: sign === 1 ? -magnitude : magnitude };
}

export const counterId = (bytes: Uint8Array): Hash => sha256Hex(bytes);

export interface CounterQuery {
  readonly counter: string;
}

export const counterFramework: Framework<CounterConfig> = {
  name: 'counter',
  engineVersion: 1,
  configSchema: z.strictObject({ blockCostMax: z.int().positive().optional() }),
  open: ({ config }) => new CounterInstance(config),
};

class CounterInstance implements FrameworkInstance {
  readonly blockCostMax?: bigint;

  constructor(config: CounterConfig) {
    if (config.blockCostMax !== undefined) this.blockCostMax = BigInt(config.blockCostMax);
  }

  async initGenesis(): Promise<ExecutedBlock> {
    return finish([], [], [], ZERO_HASH, new Map());
  }

  async checkTransaction(bytes: Uint8Array, state: StateReader): Promise<CheckedTransaction> {
    const transaction = decode(bytes);
    const id = counterId(bytes);
    const reason = findRefusal(transaction, id, state);
    if (reason !== undefined && reason.code !== 'sequence-too-high') throw reason;
    const { account, sequence } = transaction;
    const lane = account === '' ? undefined : { key: account, sequence: BigInt(sequence), next: BigInt(readNumber(state, sequenceKey(account))) };
    return { id, bytes, cost: 1n, ...(lane === undefined ? {} : { lane }) };
  }

  async executeBlock(input: BlockInput, state: StateReader): Promise<ExecutedBlock> {
    const draft = new Draft(state);
    const transactions: ExecutedTransaction[] = [];
    const dropped: { index: number; reason: TransactionRefused }[] = [];
    const receipts: Uint8Array[] = [];
    for (const [index, bytes] of input.transactions.entries()) {
      if (index > 0 && input.isEnough?.() === true) break;
      const transaction = decode(bytes);
      const id = counterId(bytes);
      const reason = findRefusal(transaction, id, draft);
      if (reason !== undefined) {
        if (!input.building) throw reason;
        dropped.push({ index, reason });
        continue;
      }
      const succeeded = apply(transaction, id, draft);
      transactions.push({ id, bytes, succeeded });
      receipts.push(succeeded ? SUCCEEDED : FAILED);
    }
    const before = state.get(ROOT_KEY);
    return finish(transactions, dropped, receipts, before === undefined ? ZERO_HASH : (Buffer.from(before).toString('hex') as Hash), draft.values);
  }

  async query(request: unknown, view: ReadView): Promise<unknown> {
    const { counter } = z.object({ counter: z.string() }).parse(request);
    // A turn between two reads: a view that moves would show itself here.
    const first = readNumber(view.state, counterKey(counter));
    await Promise.resolve();
    view.signal.throwIfAborted();
    return { height: view.height, value: first, again: readNumber(view.state, counterKey(counter)) };
  }
}

/** State under the changes of the block so far. */
class Draft {
  readonly values = new Map<string, Uint8Array>();
  readonly #state: StateReader;

  constructor(state: StateReader) {
    this.#state = state;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.values.get(keyName(key)) ?? this.#state.get(key);
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.values.set(keyName(key), value);
  }
}

function decode(bytes: Uint8Array): CounterTransaction {
  try {
    return decodeCounterTransaction(bytes);
  } catch (error) {
    throw new TransactionRefused('malformed', error instanceof Error ? error.message : 'unreadable');
  }
}

function findRefusal({ account, sequence }: CounterTransaction, id: Hash, draft: Pick<StateReader, 'get'>): TransactionRefused | undefined {
  if (account === '') {
    return draft.get(seenKey(id)) === undefined ? undefined : new TransactionRefused('already-known', 'this transaction is in a block already');
  }
  const next = readNumber(draft, sequenceKey(account));
  if (sequence === next) return undefined;
  return sequence < next
    ? new TransactionRefused('sequence-too-low', `sequence ${sequence}, next is ${next}`)
    : new TransactionRefused('sequence-too-high', `sequence ${sequence}, next is ${next}`);
}

function apply({ account, sequence, counter, add }: CounterTransaction, id: Hash, draft: Draft): boolean {
  if (account === '') draft.set(seenKey(id), SUCCEEDED);
  else draft.set(sequenceKey(account), numberBytes(sequence + 1));
  const value = readNumber(draft, counterKey(counter)) + add;
  if (value < 0) return false;
  draft.set(counterKey(counter), numberBytes(value));
  return true;
}

function finish(
  transactions: readonly ExecutedTransaction[],
  dropped: ExecutedBlock['dropped'],
  receipts: readonly Uint8Array[],
  previousRoot: Hash,
  values: ReadonlyMap<string, Uint8Array>,
): ExecutedBlock {
  const changes = [...values].map(([name, value]): StateWrite => ({ key: Buffer.from(name, 'latin1'), value })).sort(byKey);
  const stateRoot = nextStateRoot(previousRoot, changes);
  const writes = [...changes, { key: ROOT_KEY, value: Buffer.from(stateRoot, 'hex') }].sort(byKey);
  const transactionRoot = merkleRoot(transactions.map(({ bytes }) => bytes));
  return { transactions, dropped, stateRoot, receiptRoot: merkleRoot(receipts), transactionRoot, eventRoot: ZERO_HASH, frameworkHeader: Buffer.from('counter/1'), writes };
}

const SUCCEEDED = Uint8Array.of(1);
const FAILED = Uint8Array.of(0);
const ROOT_KEY: Uint8Array = Buffer.from('root', 'latin1');

export function counterKey(counter: string): Uint8Array {
  return Buffer.from(`counter/${counter}`, 'utf8');
}

function sequenceKey(account: string): Uint8Array {
  return Buffer.from(`sequence/${account}`, 'utf8');
}

function seenKey(id: Hash): Uint8Array {
  const key = Buffer.allocUnsafe(5 + 32);
  key.write('seen/', 0, 'latin1');
  key.write(id, 5, 'hex');
  return key;
}

function readNumber(state: Pick<StateReader, 'get'>, key: Uint8Array): number {
  const bytes = state.get(key);
  return bytes === undefined ? 0 : new ByteReader(bytes).u48();
}

function numberBytes(value: number): Uint8Array {
  return new ByteWriter(16).u48(value).finish();
}

function byKey(a: StateWrite, b: StateWrite): number {
  return Buffer.compare(a.key, b.key);
}
