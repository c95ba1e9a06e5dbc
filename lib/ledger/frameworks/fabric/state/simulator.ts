import type { StateReader } from '../../../core/storage';
import { checkCollection, type CollectionsOf } from './collections';
import { decodeMetadata } from './decode-rwset';
import { readHistory, type KeyModification, type TransactionAt } from './history';
import { ITERATORS_MAX } from './limits';
import { isPaged, iteratePrivate, iterateRich, RangeIterator, type Page, type QueryIterator, type QueryResult } from './query-iterator';
import type { JsonIndex } from './rich-query/json-index';
import { parseQuery } from './rich-query/parse-query';
import { RwsetBuilder } from './rwset-builder';
import { checkKey, checkName, keyHashOf } from './state-keys';
import { FabricStateError } from './state-error';
import { sameVersion } from './versioned-value';
import { worldState, type WorldState } from './world-state';

const NOTHING = new Uint8Array(0);
const NO_PAGE: Page = { size: 0, bookmark: '' };

export type Metadata = ReadonlyMap<string, Uint8Array>;

export interface SimulatorInput {
  readonly txId: string;
  /** Both at one height, held until the simulation is over: between two reads other blocks may be committed. */
  readonly state: StateReader;
  readonly privateState: StateReader;
  readonly collectionsOf: CollectionsOf;
  /** Definitions of a chaincode's package, for the namespace's own data or that of a collection. */
  readonly indexesOf: (namespace: string, collection: string | undefined) => readonly JsonIndex[];
  readonly transactionAt: TransactionAt;
}

export interface SimulationResult {
  /** Bytes of rwset.TxReadWriteSet: goes into the ChaincodeAction and is signed. */
  readonly rwset: Uint8Array;
  /** Bytes of rwset.TxPvtReadWriteSet, when private data was written: goes to members only. */
  readonly privateRwset: Uint8Array | undefined;
  /** Collections whose plaintext was read: only members can have endorsed. */
  readonly privateReads: readonly { readonly namespace: string; readonly collection: string }[];
  /** Keys written that have metadata now, such as a policy of their own. No collection: public. */
  readonly keyMetadata: readonly { readonly namespace: string; readonly collection: string | undefined; readonly key: string; readonly metadata: Metadata }[];
}

/**
 * Runs one proposal against the world state and writes down what it reads and would write (kvledger/txmgmt/txmgr/
 * tx_simulator.go, query_executor.go). Nothing that it writes can be read back: reads see the height of the snapshot.
 *
 * One for a proposal and channel: a chaincode that calls another one in its channel shares it, under that one's namespace.
 * For one of another channel the caller opens a second one on that channel's state and drops its result, so that such a
 * call only reads. Throws {@link FabricStateError}; nothing is written down of the call that threw but, of a refused write,
 * that there was one.
 */
export class Simulator {
  readonly #world: WorldState;
  readonly #builder = new RwsetBuilder();
  readonly #ranges: RangeIterator[] = [];
  readonly #privateReads = new Map<string, { namespace: string; collection: string }>();
  readonly #keyMetadata = new Map<string, SimulationResult['keyMetadata'][number]>();
  #iterators = 0;
  #hasWritten = false;
  #hasPaged = false;
  #hasQueriedPrivate = false;
  #isOver = false;

  constructor(readonly input: SimulatorInput) {
    this.#world = worldState(input.state, input.privateState);
  }

  getState(namespace: string, key: string): Uint8Array | undefined {
    this.#checkOpen();
    const found = this.#world.get(namespace, key);
    this.#builder.read(namespace, key, found?.version);
    return found?.value;
  }

  getStateMetadata(namespace: string, key: string): Metadata {
    this.#checkOpen();
    const found = this.#world.get(namespace, key);
    this.#builder.read(namespace, key, found?.version);
    return decodeMetadata(found?.metadata ?? NOTHING);
  }

  /** An empty value deletes. */
  putState(namespace: string, key: string, value: Uint8Array): void {
    this.#checkWrite(namespace, undefined, key);
    this.#builder.write(namespace, key, value);
    this.#noteMetadata(namespace, undefined, key, this.#world.get(namespace, key)?.metadata);
  }

  delState(namespace: string, key: string): void {
    this.putState(namespace, key, NOTHING);
  }

  /** Replaces all metadata of the key, as Fabric's peer does with the one entry that the shim sends. */
  putStateMetadata(namespace: string, key: string, metadata: Metadata): void {
    this.#checkWrite(namespace, undefined, key);
    this.#builder.writeMetadata(namespace, key, metadata);
    this.#noteMetadata(namespace, undefined, key, this.#world.get(namespace, key)?.metadata);
  }

  /** Keys from `start` up to, not including, `end`; empty is no bound. A page's bookmark takes the place of `start`. */
  getStateByRange(namespace: string, start: string, end: string, page?: Page): QueryIterator {
    const from = isPaged(page) && page.bookmark !== '' ? page.bookmark : start;
    if (isPaged(page)) this.#beginPaged();
    this.#open();
    const iterator = new RangeIterator(namespace, { start: from, end, size: page?.size ?? 0 }, this.#world.range(namespace, from, end));
    this.#ranges.push(iterator);
    return iterator;
  }

  /** A rich query (CouchDB's selectors). At commit only the versions of its results are looked at, not whether others match. */
  getQueryResult(namespace: string, query: string, page?: Page): QueryIterator {
    if (isPaged(page)) this.#beginPaged();
    this.#open();
    const parsed = parseQuery(query, this.input.indexesOf(namespace, undefined));
    return iterateRich(namespace, parsed, this.#world.range(namespace, '', ''), page ?? NO_PAGE, (key, version) => this.#builder.read(namespace, key, version));
  }

  /** Newest first. Not part of the read-write set. */
  getHistoryForKey(namespace: string, key: string): QueryIterator<KeyModification> {
    this.#open();
    const past = readHistory(this.input.state, this.input.transactionAt, namespace, key);
    return { next: () => past.next().value, bookmark: () => '' };
  }

  getPrivateData(namespace: string, collection: string, key: string): Uint8Array | undefined {
    checkCollection(this.input.collectionsOf, namespace, collection);
    this.#checkOpen();
    const found = this.#world.getPrivate(namespace, collection, key);
    const hashed = this.#world.getHashed(namespace, collection, keyHashOf(key));
    if (!sameVersion(found?.version, hashed?.version)) {
      const told = (version: { block: number; transaction: number } | undefined) => (version === undefined ? '<nil>' : `{BlockNum: ${version.block}, TxNum: ${version.transaction}}`);
      throw new FabricStateError(
        'private-data-stale',
        `private data matching public hash version is not available. Public hash version = ${told(hashed?.version)}, Private data version = ${told(found?.version)}`,
      );
    }
    this.#builder.readHashed(namespace, collection, key, found?.version);
    this.#privateReads.set(`${namespace}\0${collection}`, { namespace, collection });
    return found?.value;
  }

  /** SHA-256 of the value: for everybody, members or not. */
  getPrivateDataHash(namespace: string, collection: string, key: string): Uint8Array | undefined {
    checkCollection(this.input.collectionsOf, namespace, collection);
    this.#checkOpen();
    const hashed = this.#world.getHashed(namespace, collection, keyHashOf(key));
    this.#builder.readHashed(namespace, collection, key, hashed?.version);
    return hashed?.value;
  }

  getPrivateDataMetadata(namespace: string, collection: string, key: string): Metadata {
    checkCollection(this.input.collectionsOf, namespace, collection);
    this.#checkOpen();
    const hashed = this.#world.getHashed(namespace, collection, keyHashOf(key));
    this.#builder.readHashed(namespace, collection, key, hashed?.version);
    return decodeMetadata(hashed?.metadata ?? NOTHING);
  }

  /** An empty value deletes. */
  putPrivateData(namespace: string, collection: string, key: string, value: Uint8Array): void {
    this.#checkWrite(namespace, collection, key);
    this.#builder.writePrivate(namespace, collection, key, value);
    this.#notePrivateMetadata(namespace, collection, key);
  }

  delPrivateData(namespace: string, collection: string, key: string): void {
    this.putPrivateData(namespace, collection, key, NOTHING);
  }

  /** Deletes the key, and with the commit every value that it ever had goes from members' peers. */
  purgePrivateData(namespace: string, collection: string, key: string): void {
    this.#checkWrite(namespace, collection, key);
    this.#builder.writePrivate(namespace, collection, key, NOTHING, true);
    this.#notePrivateMetadata(namespace, collection, key);
  }

  putPrivateDataMetadata(namespace: string, collection: string, key: string, metadata: Metadata): void {
    this.#checkWrite(namespace, collection, key);
    this.#builder.writePrivateMetadata(namespace, collection, key, metadata);
    this.#notePrivateMetadata(namespace, collection, key);
  }

  getPrivateDataByRange(namespace: string, collection: string, start: string, end: string): QueryIterator {
    this.#beginPrivateQuery();
    checkCollection(this.input.collectionsOf, namespace, collection);
    this.#open();
    return iteratePrivate(namespace, this.#world.privateRange(namespace, collection, start, end));
  }

  getPrivateDataQueryResult(namespace: string, collection: string, query: string): QueryIterator<QueryResult> {
    this.#beginPrivateQuery();
    checkCollection(this.input.collectionsOf, namespace, collection);
    this.#open();
    const parsed = parseQuery(query, this.input.indexesOf(namespace, collection));
    return iterateRich(namespace, parsed, this.#world.privateRange(namespace, collection, '', ''), NO_PAGE, () => undefined);
  }

  /** The end: nothing can be read or written after it. */
  finish(): SimulationResult {
    this.#checkOpen();
    this.#isOver = true;
    for (const range of this.#ranges) this.#builder.rangeQuery(range.namespace, range.finish());
    return { ...this.#builder.finish(), privateReads: [...this.#privateReads.values()], keyMetadata: [...this.#keyMetadata.values()] };
  }

  #checkOpen(): void {
    if (this.#isOver) throw new FabricStateError('transaction-refused', 'this instance should not be used after calling Done()');
  }

  /** Another iterator. */
  #open(): void {
    this.#checkOpen();
    this.#iterators += 1;
    if (this.#iterators > ITERATORS_MAX) throw new FabricStateError('limit-reached', `the transaction makes more than ${ITERATORS_MAX} queries: split it`);
  }

  #checkWrite(namespace: string, collection: string | undefined, key: string): void {
    if (collection !== undefined) checkCollection(this.input.collectionsOf, namespace, collection);
    this.#checkOpen();
    if (this.#hasQueriedPrivate) throw this.#refused('Transaction has already performed queries on pvt data. Writes are not allowed');
    if (this.#hasPaged) throw this.#refused('Transaction has already performed a paginated query. Writes are not allowed');
    this.#hasWritten = true;
    checkName(namespace, 'namespace');
    checkKey(key);
  }

  #beginPaged(): void {
    if (this.#hasWritten) throw this.#refused('Paginated queries are supported only in a read-only transaction');
    this.#hasPaged = true;
  }

  #beginPrivateQuery(): void {
    if (this.#hasWritten) throw this.#refused('Queries on pvt data is supported only in a read-only transaction');
    this.#hasQueriedPrivate = true;
  }

  /** Fabric's own sentence, its spelling included. */
  #refused(what: string): FabricStateError {
    return new FabricStateError('transaction-refused', `txid [${this.input.txId}]: unsuppored transaction. ${what}`);
  }

  #notePrivateMetadata(namespace: string, collection: string, key: string): void {
    this.#noteMetadata(namespace, collection, key, this.#world.getHashed(namespace, collection, keyHashOf(key))?.metadata);
  }

  #noteMetadata(namespace: string, collection: string | undefined, key: string, metadata: Uint8Array | undefined): void {
    if (metadata === undefined || metadata.length === 0) return;
    this.#keyMetadata.set(JSON.stringify([namespace, collection ?? '', key]), { namespace, collection, key, metadata: decodeMetadata(metadata) });
  }
}
