import { isLedgerError } from '../errors';
import type { PeerLink } from '../host-types';
import type { MachinePorts } from '../ports';
import type { LedgerStorage } from '../storage';
import type { ChainId } from '../types';
import { askAll } from './certify';
import { joinSnapshot, type JoinedStage, type JoinOptions, type JoinProgress } from './join-snapshot';

export interface JoinsOptions {
  readonly storage: LedgerStorage;
  readonly link: PeerLink;
  readonly ports: MachinePorts;
  /** Puts what was filled in the place of the peer's ledger. */
  readonly install: (chain: ChainId, joined: JoinedStage) => Promise<void>;
  /** It ended, well or not: the peer goes on. */
  readonly onEnd: (chain: ChainId) => void;
}

/** What a peer brings to its own joining. */
export type Joiner = Pick<JoinOptions, 'chain' | 'genesisRecord' | 'genesisRules' | 'above' | 'attest'>;

interface Join {
  readonly done: Promise<void>;
  readonly end: AbortController;
  progress: JoinProgress | undefined;
}

/** Side by side; the others wait. */
const JOINS_MAX = 2;
/** After a failure a peer replays blocks for so long, or as long as it took, before it tries again; doubled with each failure. */
const FAILURE_PAUSE_MS = 15_000;
const FAILURE_PAUSE_MS_MAX = 10 * 60_000;

/** Peers of a host that fill themselves from snapshots of others. */
export class Joins {
  readonly #options: JoinsOptions;
  readonly #joins = new Map<ChainId, Join>();
  readonly #failures = new Map<ChainId, { readonly count: number; readonly notBefore: number }>();
  readonly #line: (() => void)[] = [];
  #running = 0;

  constructor(options: JoinsOptions) {
    this.#options = options;
  }

  isJoining(chain: ChainId): boolean {
    return this.#joins.has(chain);
  }

  progress(chain: ChainId): JoinProgress | undefined {
    return this.#joins.get(chain)?.progress;
  }

  /** Begins, unless nobody else is known or it failed a short while ago. */
  begin(joiner: Joiner): boolean {
    const { chain } = joiner;
    const { link, ports } = this.#options;
    if (this.#joins.has(chain)) return true;
    if (link.peers(chain).length === 0 || ports.now() < (this.#failures.get(chain)?.notBefore ?? 0)) return false;
    const end = new AbortController();
    const join: Join = { end, progress: undefined, done: Promise.resolve().then(() => this.#run(joiner, join)) };
    this.#joins.set(chain, join);
    return true;
  }

  /** Resolves when none is under way for the chain; never rejects. */
  async wait(chain: ChainId): Promise<void> {
    await this.#joins.get(chain)?.done;
  }

  /** Ends it before it is done, soon. */
  abort(chain: ChainId): void {
    this.#joins.get(chain)?.end.abort(new Error('joining is not wanted any more'));
    this.#failures.delete(chain);
  }

  async close(): Promise<void> {
    const joins = [...this.#joins];
    for (const [chain] of joins) this.abort(chain);
    await Promise.all(joins.map(([, { done }]) => done));
  }

  /** The highest height that any other peer tells of; 0 when nobody answers. */
  async survey(chain: ChainId): Promise<number> {
    const { link, ports } = this.#options;
    const heard = await askAll({ chain, link, ports, signal: new AbortController().signal }, 0);
    return Math.max(0, ...heard.map(({ answer }) => answer.height));
  }

  async #run(joiner: Joiner, join: Join): Promise<void> {
    const { chain } = joiner;
    const { storage, link, ports, install, onEnd } = this.#options;
    const { signal } = join.end;
    await this.#enter();
    const began = ports.now();
    try {
      signal.throwIfAborted();
      const joined = await joinSnapshot({ ...joiner, storage, link, ports, signal, onProgress: (progress) => void (join.progress = progress) });
      try {
        await install(chain, joined);
      } finally {
        await joined.stage.discard();
      }
      this.#failures.delete(chain);
      ports.logger.info({ chain, height: joined.height }, 'joined from a snapshot');
    } catch (error) {
      if (!signal.aborted) this.#failed(chain, error, ports.now() - began);
    } finally {
      this.#leave();
      this.#joins.delete(chain);
      if (!signal.aborted) onEnd(chain);
    }
  }

  #failed(chain: ChainId, error: unknown, tookMs: number): void {
    const { ports } = this.#options;
    const count = (this.#failures.get(chain)?.count ?? 0) + 1;
    const pauseMs = Math.min(FAILURE_PAUSE_MS_MAX, Math.max(FAILURE_PAUSE_MS, tookMs) * 2 ** Math.min(count - 1, 10));
    this.#failures.set(chain, { count, notBefore: ports.now() + pauseMs });
    const fields = { chain, reason: error instanceof Error ? error.message : 'unknown', failures: count };
    ports.logger[isLedgerError(error, 'storage-failed') ? 'error' : 'warn'](fields, 'no snapshot to join from; blocks are fetched instead');
  }

  async #enter(): Promise<void> {
    if (this.#running >= JOINS_MAX) await new Promise<void>((resolve) => this.#line.push(resolve));
    else this.#running += 1;
  }

  #leave(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}
