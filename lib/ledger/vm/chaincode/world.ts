import type { ChaincodeReply } from './messages';

/** What `GET_STATE_BY_RANGE` and `GET_QUERY_RESULT` bring: one entry of the state. */
export interface StateRow {
  readonly namespace: string;
  readonly key: string;
  readonly value: Uint8Array;
}

/** What `GET_HISTORY_FOR_KEY` brings: one change of a key, newest first. */
export interface HistoryRow {
  readonly txId: string;
  readonly value: Uint8Array;
  /** Of the proposal that made the change. Nanoseconds 0 … 999,999,999. */
  readonly timestamp: { readonly seconds: bigint; readonly nanos: number };
  readonly isDelete: boolean;
}

/** Results of a query, read one by one while the transaction runs. */
export interface ChaincodeRows<Row> {
  /** The next result, or undefined after the last one. */
  next(): Promise<Row | undefined>;
  /** Where the next page begins, once this page is read; '' after the last page. Asked of paged queries alone. */
  bookmark(): string;
  /** Frees what it holds. Called once, also when it was not read to its end, and even while `next` is on its way. */
  close(): void;
}

/** A page as the chaincode asked for it: `size` 0 stands for "no limit of its own". */
export interface ChaincodePage {
  readonly size: number;
  readonly bookmark: string;
}

/**
 * What one transaction of one chaincode sees and changes: bound to channel, transaction and namespace by who makes it.
 * Methods are named as the requests of the stream, `collection` '' is the public state. At most one is asked at a time.
 * A `ChaincodeRefusal` goes to the chaincode as the request's error; any other exception ends the transaction as
 * `world-failed`. After the transaction ended nothing is asked any more, and a late answer is dropped.
 */
export interface ChaincodeWorld {
  /** Empty or undefined: there is no such key. */
  getState(collection: string, key: string): Promise<Uint8Array | undefined>;
  putState(collection: string, key: string, value: Uint8Array): Promise<void>;
  delState(collection: string, key: string): Promise<void>;
  getStateMetadata(collection: string, key: string): Promise<ReadonlyMap<string, Uint8Array>>;
  putStateMetadata(collection: string, key: string, metakey: string, value: Uint8Array): Promise<void>;
  getPrivateDataHash(collection: string, key: string): Promise<Uint8Array | undefined>;
  purgePrivateData(collection: string, key: string): Promise<void>;
  /** From `startKey` to before `endKey` ('' is open). With a page, its bookmark is in `startKey` already. */
  getStateByRange(collection: string, startKey: string, endKey: string, page?: ChaincodePage): Promise<ChaincodeRows<StateRow>>;
  getQueryResult(collection: string, query: string, page?: ChaincodePage): Promise<ChaincodeRows<StateRow>>;
  getHistoryForKey(key: string): Promise<ChaincodeRows<HistoryRow>>;
  /** Another chaincode, of this channel when `channel` is ''. `input`: a serialised `ChaincodeInput`, as it came. */
  invokeChaincode(chaincode: string, channel: string, input: Uint8Array): Promise<ChaincodeReply>;
}
