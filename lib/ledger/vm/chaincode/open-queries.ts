import { ChaincodeRefusal } from './errors';
import type { ChaincodeLimits } from './limits';
import { encodeQueryResponse } from './messages';
import type { ChaincodeRows } from './world';

interface OpenQuery {
  readonly rows: { next(): Promise<Uint8Array | undefined>; bookmark(): string; close(): void };
  readonly isPaged: boolean;
  /** Read, but not yet sent: the row that did not fit the last message. */
  waiting: Uint8Array[];
  returned: number;
}

/**
 * The iterators of one transaction. Cuts results into messages as core/chaincode/query_response_generator.go does: 100 at a
 * time, a page whole, and no more than the limit of results in all, which ends a query without an error.
 */
export class OpenQueries {
  private readonly open = new Map<string, OpenQuery>();
  private opened = 0;
  private isClosed = false;

  constructor(private readonly limits: ChaincodeLimits) {}

  /** Takes over `rows` and gives the first message; `pageSize` 0 or less stands for no limit of the page's own. */
  async begin<Row>(rows: ChaincodeRows<Row>, encode: (row: Row) => Uint8Array, page?: { readonly size: number; readonly isPaged: boolean }): Promise<Uint8Array> {
    if (this.isClosed || this.open.size >= this.limits.iteratorsMax) {
      rows.close();
      throw new ChaincodeRefusal(`more than ${this.limits.iteratorsMax} iterators are open: close those that are read`);
    }
    const id = String(++this.opened);
    const encoded = {
      next: async () => {
        const row = await rows.next();
        return row === undefined ? undefined : encode(row);
      },
      bookmark: () => rows.bookmark(),
      close: () => rows.close(),
    };
    this.open.set(id, { rows: encoded, isPaged: page?.isPaged ?? false, waiting: [], returned: 0 });
    const { resultsMax } = this.limits;
    return this.read(id, page && page.size > 0 && page.size < resultsMax ? page.size : resultsMax);
  }

  async next(id: string): Promise<Uint8Array> {
    if (!this.open.has(id)) throw new ChaincodeRefusal('query iterator not found');
    return this.read(id, this.limits.resultsMax);
  }

  /** Always answers, also for an iterator that is read to its end: the shim closes those too. */
  close(id: string): Uint8Array {
    this.forget(id);
    return encodeQueryResponse({ id, results: [], hasMore: false });
  }

  closeAll(): void {
    this.isClosed = true;
    for (const id of this.open.keys()) this.forget(id);
  }

  private forget(id: string): void {
    const query = this.open.get(id);
    this.open.delete(id);
    query?.rows.close();
  }

  private async read(id: string, resultsMax: number): Promise<Uint8Array> {
    const query = this.open.get(id)!;
    let bytes = query.waiting.reduce((sum, row) => sum + row.length, 0);
    try {
      while (query.returned < resultsMax) {
        const row = await query.rows.next();
        if (row === undefined || this.isClosed) break;
        const isFull = query.waiting.length === this.limits.resultsPerMessage || (bytes > 0 && bytes + row.length > this.limits.resultsBytesPerMessage);
        query.returned++;
        if (isFull && !query.isPaged) {
          const results = query.waiting;
          query.waiting = [row];
          return encodeQueryResponse({ id, results, hasMore: true });
        }
        query.waiting.push(row);
        bytes += row.length;
        if (bytes > this.limits.messageBytesMax) throw new ChaincodeRefusal(`a page has more than ${this.limits.messageBytesMax} bytes: ask for smaller pages`);
      }
      const page = query.isPaged ? { fetched: query.returned, bookmark: query.rows.bookmark() } : undefined;
      this.forget(id);
      return encodeQueryResponse({ id, results: query.waiting, hasMore: false, page });
    } catch (error) {
      this.forget(id);
      throw error;
    }
  }
}
