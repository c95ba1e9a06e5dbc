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

/**
 * Results one by one. What was not asked for was not read: it is no part of the read-write set. Whoever wants a page stops
 * after it; only asking once more makes the end of the range part of what was read.
 */
export interface QueryIterator<T = QueryResult> {
  next(): T | undefined;
  /** Where the next page begins, once this one is read; empty when there is nothing more. */
  bookmark(): string;
}

/** Explicit paging, as the shim asks for it. Both unset means none (isMetadataSetForPagination in core/chaincode/handler.go). */
export interface Page {
  /** Results at most; 0: no limit of its own. */
  readonly size: number;
  readonly bookmark: string;
}

export function isPaged(page: Page | undefined): page is Page {
  return page !== undefined && (page.size !== 0 || page.bookmark !== '');
}

/** A range of public keys that remembers what was seen of it (resultsItr in txmgr/query_executor.go). */
export class RangeIterator implements QueryIterator {
  readonly #summary = new RangeSummary();
  #seenUpTo = '';
  #isExhausted = false;
  #left: number;

  constructor(
    readonly namespace: string,
    readonly bounds: { readonly start: string; readonly end: string; readonly size: number },
    readonly items: Iterator<StateItem, undefined>,
  ) {
    this.#left = bounds.size > 0 ? bounds.size : Infinity;
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
  let left = page.size > 0 ? page.size : Infinity;
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
