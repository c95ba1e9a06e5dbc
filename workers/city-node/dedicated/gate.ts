import { LedgerError, type ChainId } from '@/lib/ledger';

/** Calls that wait while a peer changes its home. */
const WAITING_MAX = 1_000;
/** Longer than this nobody waits. */
const WAIT_MS_MAX = 2_000;

/** Where calls of one sub-chain wait for the moment in which its peer has neither home. */
export class Gate {
  readonly #chain: ChainId;
  readonly #opened: Promise<void>;
  #open!: () => void;
  #waiting = 0;

  constructor(chain: ChainId) {
    this.#chain = chain;
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  /** All who wait go on. */
  open(): void {
    this.#open();
  }

  /** Errors: `peer-away` when it takes too long, `queue-full` when too many wait. */
  async pass(): Promise<void> {
    const chain = this.#chain;
    if (this.#waiting >= WAITING_MAX) throw new LedgerError('queue-full', { chain, retryAfterMs: 1_000 }, `Too many calls wait while the peer of ${chain} moves.`);
    this.#waiting += 1;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new LedgerError('peer-away', { chain, retryAfterMs: 1_000 }, `The peer of ${chain} goes to another process; try again in a moment.`)), WAIT_MS_MAX);
    });
    try {
      await Promise.race([this.#opened, tooLong]);
    } finally {
      clearTimeout(timer);
      this.#waiting -= 1;
    }
  }
}
