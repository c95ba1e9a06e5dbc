import { QUERY_BATCH_MAX, QUERY_RESULTS_MAX } from './limits';
import { RangeSummary } from './range-summary';
import { executeRichQuery, NO_BOOKMARK } from './rich-query/execute-rich-query';
import type { RichQuery } from './rich-query/parse-query';
import type { RangeQuery } from './rwset';
import type { Version } from './versioned-value';
import type { StateItem } from './world-state';

/** One result of a query on the world state. */
export interface QueryResult {
  readonly namespace: string;
  readonly key: string;
  readonly value: Uint8Array;
}

/** Results one by one. What was not asked for was not read: it is no part of the read-write set. */
export interface QueryIterator<T = QueryResult> {
  next(): T | undefined;
  /** Where another query goes on; empty when there is nothing more. */
  bookmark(): string;
}

/** Explicit paging, as the shim asks for it. Both unset means none (isMetadataSetForPagination in core/chaincode/handler.go). */
export interface Page {
  /** Results at most; 0: no limit of its own. */
  readonly pageSize: number;
  readonly bookmark: string;
}

export function isPaged(page: Page | undefined): page is Page {
  return page !== undefined && (page.pageSize !== 0 || page.bookmark !== '');
}

export interface QueryBatch<T> {
  readonly results: readonly T[];
  /** Ask again: there are more. */
  readonly hasMore: boolean;
  /** Of a paged query, which is over with its first batch. */
  readonly page: { readonly fetched: number; readonly bookmark: string } | undefined;
}

/**
 * Hands out results in the messages that the shim expects (core/chaincode/query_response_generator.go): 100 at a time,
 * or a whole page. A batch is only called the last once the iterator said that it is at its end, which makes the end part
 * of what the transaction read; a full page does not ask.
 */
export function createBatches<T>(iterator: QueryIterator<T>, page?: Page): { next(): QueryBatch<T> } {
  const limit = page !== undefined && page.pageSize > 0 ? Math.min(page.pageSize, QUERY_RESULTS_MAX) : QUERY_RESULTS_MAX;
  let pending: T[] = [];
  let fetched = 0;
  return {
    next: () => {
      while (fetched < limit) {
        const result = iterator.next();
        if (result === undefined) break;
        fetched += 1;
        if (!isPaged(page) && pending.length === QUERY_BATCH_MAX) {
          const results = pending;
          pending = [result];
          return { results, hasMore: true, page: undefined };
        }
        pending.push(result);
      }
      const results = pending;
      pending = [];
      return { results, hasMore: false, page: isPaged(page) ? { fetched, bookmark: iterator.bookmark() } : undefined };
    },
  };
}

/** A range of public keys that remembers what was seen of it (resultsItr in txmgr/query_executor.go). */
export class RangeIterator implements QueryIterator {
  readonly #summary = new RangeSummary();
  #seenUpTo = '';
  #isExhausted = false;
  #left: number;

  constructor(
    readonly namespace: string,
    readonly bounds: { readonly start: string; readonly end: string; readonly pageSize: number },
    readonly items: Iterator<StateItem, undefined>,
  ) {
    this.#left = bounds.pageSize > 0 ? bounds.pageSize : Infinity;
  }

  next(): QueryResult | undefined {
    const item = this.#left > 0 ? this.items.next().value : undefined;
    if (item === undefined) {
      this.#isExhausted = true;
      this.#seenUpTo = this.bounds.end;
      return undefined;
    }
    this.#left -= 1;
    this.#summary.add({ key: item.key, version: item.version });
    this.#seenUpTo = item.key;
    return { namespace: this.namespace, key: item.key, value: item.value };
  }

  /** The key that would come next. */
  bookmark(): string {
    return this.items.next().value?.key ?? '';
  }

  /** What of the range the transaction depends on. Nothing may be read after it. */
  finish(): RangeQuery {
    return { start: this.bounds.start, end: this.#seenUpTo, isExhausted: this.#isExhausted, results: this.#summary.finish() };
  }
}

/** A range of private keys: nothing of it goes into the read-write set, so only transactions that write nothing may ask. */
export function iteratePrivate(namespace: string, items: Iterator<StateItem, undefined>): QueryIterator {
  return {
    next: () => {
      const item = items.next().value;
      return item && { namespace, key: item.key, value: item.value };
    },
    bookmark: () => '',
  };
}

/** A rich query. Each result handed out is a read of its key; what else would match is not part of the transaction. */
export function iterateRich(
  namespace: string,
  query: RichQuery,
  items: Iterable<StateItem>,
  page: Page,
  onRead: (key: string, version: Version) => void,
): QueryIterator {
  const results = executeRichQuery(query, items, page.bookmark);
  let left = page.pageSize > 0 ? page.pageSize : Infinity;
  let bookmark = NO_BOOKMARK;
  return {
    next: () => {
      if (left === 0) return undefined;
      const result = results.next().value;
      if (result === undefined) return undefined;
      left -= 1;
      ({ bookmark } = result);
      onRead(result.item.key, result.item.version);
      return { namespace, key: result.item.key, value: result.value };
    },
    bookmark: () => bookmark,
  };
}
