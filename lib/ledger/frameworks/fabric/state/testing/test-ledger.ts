import { assert } from '@/lib/platform/pure/assert';
import { STATE_KEY_BYTES_MAX, type StateReader, type StateWrite } from '../../../../core/storage';
import { sha256 } from '../../../../core/crypto';
import { MemoryState } from '../../../../storage/memory/memory-state';
import { keyName, SortedMap } from '../../../../storage/sorted-map';
import { checkRwset } from '../check-rwset';
import type { CollectionConfig } from '../collections';
import { commitPrivateData, type CommittedPrivate } from '../commit-private-data';
import type { PastTransaction } from '../history';
import type { JsonIndex } from '../rich-query/json-index';
import { Simulator, type SimulationResult } from '../simulator';
import { validateBlock, type BlockTransaction, type ValidatedBlock } from '../validate-block';
import { VALIDATION_CODES, type ValidationCode } from '../../protocol/transaction/validation-codes';

/** A transaction as a test orders it. */
export interface Ordered {
  readonly txId: string;
  readonly result: SimulationResult;
  /** The plaintext that comes with the block, if it is not the right one. Null: none. */
  readonly plaintext?: Uint8Array | null;
  /** What the checks before would have said. */
  readonly code?: ValidationCode;
}

export interface TestLedgerOptions {
  readonly collections?: Readonly<Record<string, Readonly<Record<string, CollectionConfig>>>>;
  readonly indexes?: readonly JsonIndex[];
  readonly isMember?: (namespace: string, collection: string) => boolean;
  readonly validate?: typeof validateBlock;
}

/** One peer's ledger in memory: simulate, order, commit. Its blocks are numbered from 1. */
export class TestLedger {
  readonly state = new MemoryState();
  readonly privateState = new MemoryState();
  readonly #blocks = new Map<number, readonly PastTransaction[]>();
  height = 0;

  constructor(readonly options: TestLedgerOptions = {}) {}

  /** On the state as of now, which later blocks do not touch. */
  simulator(txId = 'tx', make: (input: ConstructorParameters<typeof Simulator>[0]) => Simulator = (input) => new Simulator(input)): Simulator {
    return make({
      txId,
      state: this.state.pin(),
      privateState: this.privateState.pin(),
      collectionsOf: this.collectionsOf,
      indexesOf: () => this.options.indexes ?? [],
      transactionAt: (block, transaction) => this.#blocks.get(block)?.[transaction],
    });
  }

  simulate(run: (simulator: Simulator) => void, txId?: string): SimulationResult {
    const simulator = this.simulator(txId);
    run(simulator);
    return simulator.finish();
  }

  /** A block of one transaction; its code. */
  submit(run: (simulator: Simulator) => void, txId = `tx${this.height}`): number {
    return this.commit([{ txId, result: this.simulate(run, txId) }]).codes[0] ?? -1;
  }

  commit(ordered: readonly Ordered[]): ValidatedBlock & { readonly privately: CommittedPrivate } {
    const number = this.height + 1;
    const transactions = ordered.map(({ txId, result, code = VALIDATION_CODES.VALID }): BlockTransaction => {
      const checked = checkRwset(result.rwset);
      return { txId, code: code === VALIDATION_CODES.VALID ? checked.code : code, rwset: checked.rwset, isEndorsed: true };
    });
    const validate = this.options.validate ?? validateBlock;
    const block = { number, headerHash: sha256(Uint8Array.of(number)), transactions, collectionsOf: this.collectionsOf };
    const validated = validate(block, this.state);
    const plaintexts = new Map<number, Uint8Array>();
    for (const [index, { result, plaintext }] of ordered.entries()) {
      const bytes = plaintext === undefined ? result.privateRwset : (plaintext ?? undefined);
      if (bytes !== undefined) plaintexts.set(index, bytes);
    }
    const { outcome } = validated;
    const isMember = this.options.isMember ?? (() => true);
    const privately = commitPrivateData({ outcome, privateState: this.privateState, plaintexts, collectionsOf: this.collectionsOf, isMember });
    applyTo(this.state, validated.writes);
    applyTo(this.privateState, privately.writes);
    this.height = number;
    this.#blocks.set(
      number,
      ordered.map(({ txId, result }, index) => ({ txId, timestamp: { seconds: BigInt(number), nanos: index }, rwset: result.rwset })),
    );
    return { ...validated, privately };
  }

  readonly collectionsOf = (namespace: string): ReadonlyMap<string, CollectionConfig> | undefined => {
    const collections = this.options.collections?.[namespace];
    return collections && new Map(Object.entries(collections));
  };
}

/** Takes only what the engine's storage takes: sorted, each key once, of bounded length, no empty value. */
export function applyTo(state: MemoryState, writes: readonly StateWrite[]): void {
  for (const [index, { key, value }] of writes.entries()) {
    const before = writes[index - 1]?.key;
    assert(before === undefined || Buffer.compare(before, key) < 0, 'writes are sorted, each key once');
    assert(key.length > 0 && key.length <= STATE_KEY_BYTES_MAX && value?.length !== 0, 'a write can be stored');
  }
  const overlay = new SortedMap<Uint8Array | undefined>();
  for (const { key, value } of writes) overlay.set(keyName(key), value);
  state.apply(overlay);
}

/** Everything a state holds, to compare two. */
export function dump(state: StateReader): readonly string[] {
  const all = state.range({ from: Uint8Array.of(0), to: Uint8Array.of(0xff), limit: 1_000_000 });
  return all.map(({ key, value }) => `${Buffer.from(key).toString('hex')}=${Buffer.from(value).toString('hex')}`);
}

export const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
export const text = (value: Uint8Array | undefined): string | undefined => (value === undefined ? undefined : Buffer.from(value).toString('utf8'));

/** All results of an iterator. */
export function drain<T>(iterator: { next(): T | undefined }): T[] {
  const results: T[] = [];
  for (let result = iterator.next(); result !== undefined; result = iterator.next()) results.push(result);
  return results;
}

/** A page as the peer reads it: it does not ask for more than the page has. */
export function takePage<T>(iterator: { next(): T | undefined; bookmark(): string }, size: number): { readonly results: T[]; readonly bookmark: string } {
  const results: T[] = [];
  while (results.length < size) {
    const result = iterator.next();
    if (result === undefined) break;
    results.push(result);
  }
  return { results, bookmark: iterator.bookmark() };
}
