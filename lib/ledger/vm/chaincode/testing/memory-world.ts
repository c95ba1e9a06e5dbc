import { createHash } from 'node:crypto';
import { ChaincodeRefusal } from '../errors';
import type { ChaincodeReply } from '../messages';
import type { ChaincodePage, ChaincodeRows, ChaincodeWorld, HistoryRow, StateRow } from '../world';

/**
 * A world in memory for tests of what carries chaincode: what is written is read again at once, without versions or
 * read sets. `getQueryResult` takes the text that values must contain.
 */
export class MemoryWorld implements ChaincodeWorld {
  readonly states = new Map<string, Map<string, Uint8Array>>();
  readonly metadata = new Map<string, Map<string, Uint8Array>>();
  readonly history: (HistoryRow & { key: string })[] = [];
  /** Iterators that are open now. */
  openRows = 0;

  constructor(
    readonly namespace = 'test',
    private readonly invoke?: (chaincode: string, channel: string, input: Uint8Array) => Promise<ChaincodeReply>,
  ) {}

  private collection(name: string): Map<string, Uint8Array> {
    let state = this.states.get(name);
    if (!state) this.states.set(name, (state = new Map()));
    return state;
  }

  async getState(collection: string, key: string): Promise<Uint8Array | undefined> {
    return this.collection(collection).get(key);
  }

  async putState(collection: string, key: string, value: Uint8Array): Promise<void> {
    this.collection(collection).set(key, value.slice());
    this.note(key, value.slice(), false);
  }

  async delState(collection: string, key: string): Promise<void> {
    this.collection(collection).delete(key);
    this.note(key, new Uint8Array(), true);
  }

  private note(key: string, value: Uint8Array, isDelete: boolean): void {
    this.history.unshift({ key, txId: `tx${this.history.length}`, value, isDelete, timestamp: { seconds: 1_760_000_000n, nanos: 5 } });
  }

  async getStateMetadata(collection: string, key: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.metadata.get(`${collection}/${key}`) ?? new Map();
  }

  async putStateMetadata(collection: string, key: string, metakey: string, value: Uint8Array): Promise<void> {
    const entries = this.metadata.get(`${collection}/${key}`) ?? new Map<string, Uint8Array>();
    this.metadata.set(`${collection}/${key}`, entries.set(metakey, value.slice()));
  }

  async getPrivateDataHash(collection: string, key: string): Promise<Uint8Array | undefined> {
    const value = this.collection(collection).get(key);
    return value && createHash('sha256').update(value).digest();
  }

  async purgePrivateData(collection: string, key: string): Promise<void> {
    this.collection(collection).delete(key);
  }

  async getStateByRange(collection: string, startKey: string, endKey: string, page?: ChaincodePage): Promise<ChaincodeRows<StateRow>> {
    const rows = this.sorted(collection).filter(({ key }) => key >= startKey && (endKey === '' || key < endKey));
    return this.rows(rows, page);
  }

  async getQueryResult(collection: string, query: string, page?: ChaincodePage): Promise<ChaincodeRows<StateRow>> {
    if (query === '') throw new ChaincodeRefusal('the query is empty');
    const rows = this.sorted(collection).filter(({ key, value }) => Buffer.from(value).includes(query) && key >= (page?.bookmark ?? ''));
    return this.rows(rows, page);
  }

  async getHistoryForKey(key: string): Promise<ChaincodeRows<HistoryRow>> {
    return this.rows(this.history.filter((one) => one.key === key));
  }

  invokeChaincode(chaincode: string, channel: string, input: Uint8Array): Promise<ChaincodeReply> {
    if (!this.invoke) throw new ChaincodeRefusal(`chaincode ${chaincode} not found`);
    return this.invoke(chaincode, channel, input);
  }

  private sorted(collection: string): StateRow[] {
    const entries = [...this.collection(collection)].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return entries.map(([key, value]) => ({ namespace: this.namespace, key, value }));
  }

  /** The bookmark is the first key of the next page. */
  private rows<Row>(rows: readonly Row[], page?: ChaincodePage): ChaincodeRows<Row> {
    let at = 0;
    this.openRows++;
    return {
      next: async () => (page && page.size > 0 && at >= page.size ? undefined : rows[at++]),
      bookmark: () => (rows[at] as { key?: string } | undefined)?.key ?? '',
      close: () => void this.openRows--,
    };
  }
}
