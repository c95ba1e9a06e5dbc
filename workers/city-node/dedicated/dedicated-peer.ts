import {
  LedgerError,
  type Belongings,
  type BlockView,
  type ChainHead,
  type ChainId,
  type GenesisSpec,
  type GenesisView,
  type Height,
  type MovePiece,
  type PeerGlance,
  type PeerIdentity,
  type PeerLink,
  type PeerMoves,
  type PeerStatus,
  type RulesChange,
  type SubmitAnswer,
} from '@/lib/ledger';
import type { ProcessLogger } from '../process-logger';
import type { PeerHome } from './peer-home';
import { PeerProcess } from './peer-process';
import type { DedicatedReport, OpenDedicated } from './protocol';

export interface DedicatedPeerOptions {
  readonly open: OpenDedicated;
  /** How its peer reaches the others: through this process. */
  readonly link: PeerLink;
  readonly logger: ProcessLogger;
  /** It is the peer of its sub-chain. False: it is to become that, and does nothing by itself before `activate`. */
  readonly isActive: boolean;
}

/** Pauses between two starts of a process that ends: the first, and doubled up to the last. */
const PAUSE_MS_MIN = 250;
const PAUSE_MS_MAX = 30_000;
/** One that ran so long begins with the shortest pause again. */
const STEADY_MS = 60_000;

/**
 * A peer in a process of its own, begun again when it dies. Calls are answered by that process; what must be known at
 * once (status, head) is what it told last. While there is no process, calls get `peer-away`.
 */
export class DedicatedPeer implements PeerHome {
  readonly moves: PeerMoves;
  readonly #options: DedicatedPeerOptions;
  readonly #chain: ChainId;
  #process: PeerProcess | undefined;
  #report: DedicatedReport | undefined;
  #pauseMs = PAUSE_MS_MIN;
  #retry: NodeJS.Timeout | undefined;
  #starting: Promise<void> | undefined;
  #problem = 'it has not begun yet';
  /** It acts, and its process is begun again when it dies. */
  #isKept: boolean;
  #isEnded = false;

  constructor(options: DedicatedPeerOptions) {
    this.#options = options;
    this.#isKept = options.isActive;
    this.#chain = options.open.chain;
    this.moves = {
      next: () => this.#call('next') as Promise<MovePiece>,
      leave: async () => {
        // From here on nobody may open it again before it is known which of the two is the peer.
        this.#isKept = false;
        return (await this.#call('leave')) as Belongings;
      },
      stay: () => {
        this.#process?.calls.tell('stay', []);
        this.activate();
      },
      take: async (_, piece) => void (await this.#call('take', [piece])),
      settle: (_, belongings) => this.#call('settle', [belongings]) as Promise<ChainHead>,
    };
  }

  /** Begins the process. Rejects when it cannot be: it is then tried again by itself, unless the peer is ended. */
  start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** From now on it is the peer of its sub-chain. */
  activate(): void {
    this.#isKept = true;
    if (this.#process === undefined) this.#startLater();
    else this.#lookAround();
  }

  /** Ends the process: lets it finish, or not. Resolves when it is gone; nothing of it begins again. */
  async end({ isAbrupt = false }: { isAbrupt?: boolean } = {}): Promise<void> {
    this.#isEnded = true;
    clearTimeout(this.#retry);
    await this.#starting?.catch(() => undefined); // told to whoever started it
    const running = this.#process;
    this.#process = undefined;
    await (isAbrupt ? running?.kill() : running?.close());
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What its process costs; undefined while there is none. */
  get memoryBytes(): number | undefined {
    return this.#process === undefined ? undefined : this.#report?.memoryBytes;
  }

  peerStatus(): PeerStatus {
    const told = this.#report?.status;
    if (this.#process !== undefined && told !== undefined) return told;
    const last = told ?? blankStatus(this.#chain);
    const reason = `Its own process does not run: ${this.#problem}. It is started again by itself.`;
    return { ...last, state: 'stopped', stopped: { by: 'operator', reason, height: Math.max(0, last.height) as Height, time: 0 as never } };
  }

  glance(): PeerGlance {
    const { chain, state, height, resources, stopped } = this.peerStatus();
    return { chain, state, height, resources, isInUse: true, ...(stopped === undefined ? {} : { stopped }) };
  }

  head(): Promise<ChainHead> {
    return this.#call('head') as Promise<ChainHead>;
  }

  createPeer(): Promise<PeerIdentity> {
    return this.#call('createPeer') as Promise<PeerIdentity>;
  }

  createChain(genesis: GenesisSpec): Promise<ChainHead> {
    return this.#call('createChain', [genesis]) as Promise<ChainHead>;
  }

  submit(_: ChainId, bytes: Uint8Array): Promise<SubmitAnswer> {
    return this.#call('submit', [bytes]) as Promise<SubmitAnswer>;
  }

  query(_: ChainId, request: unknown, signal: AbortSignal, { isObserver = false }: { isObserver?: boolean } = {}): Promise<unknown> {
    return this.#call('query', [request, isObserver], signal);
  }

  blockAt(_: ChainId, at: Height): Promise<BlockView | undefined> {
    return this.#call('blockAt', [at]) as Promise<BlockView | undefined>;
  }

  genesis(): Promise<GenesisView> {
    return this.#call('genesis') as Promise<GenesisView>;
  }

  blockRecords(_: ChainId, from: Height, limit: number): Promise<readonly Uint8Array[]> {
    return this.#call('blockRecords', [from, limit]) as Promise<readonly Uint8Array[]>;
  }

  snapshotAnswer(_: ChainId, at: Height): Promise<Uint8Array> {
    return this.#call('snapshotAnswer', [at]) as Promise<Uint8Array>;
  }

  snapshotRange(_: ChainId, at: Height, index: number): Promise<Uint8Array> {
    return this.#call('snapshotRange', [at, index]) as Promise<Uint8Array>;
  }

  waitForHeight(_: ChainId, after: number, signal: AbortSignal): Promise<ChainHead> {
    return this.#call('waitForHeight', [after], signal) as Promise<ChainHead>;
  }

  async stopChain(_: ChainId, reason: string): Promise<void> {
    await this.#call('stopChain', [reason]);
  }

  async startChain(): Promise<void> {
    await this.#call('startChain');
  }

  approveChange(_: ChainId, change: RulesChange): Promise<'approved' | 'done'> {
    return this.#call('approveChange', [change]) as Promise<'approved' | 'done'>;
  }

  healChain(): Promise<ChainHead> {
    return this.#call('healChain') as Promise<ChainHead>;
  }

  catchUp(): Promise<ChainHead> {
    return this.#call('catchUp') as Promise<ChainHead>;
  }

  announced(_: ChainId, at: Height): void {
    this.#process?.calls.tell('announced', [at]);
  }

  received(_: ChainId, from: string, message: Uint8Array): void {
    this.#process?.calls.tell('received', [from, message]);
  }

  #call(method: string, args: readonly unknown[] = [], signal?: AbortSignal): Promise<unknown> {
    const running = this.#process;
    if (running === undefined) return Promise.reject(this.#away());
    const answer = running.calls.call(method, args, signal);
    running.attend();
    return answer;
  }

  async #start(): Promise<void> {
    const { open, logger } = this.#options;
    const { chain, cityNode } = open;
    const startedAt = performance.now();
    try {
      const running = await PeerProcess.start({
        open,
        onCall: (method, args, signal) => this.#carryOut(method, args as never, signal),
        onTell: (method, args) => this.#told(method, args as never),
        onEnd: (reason) => {
          if (this.#process !== running) return;
          this.#process = undefined;
          this.#problem = reason;
          logger.error({ chain, cityNode, reason }, 'the process of a peer ended');
          if (performance.now() - startedAt > STEADY_MS) this.#pauseMs = PAUSE_MS_MIN;
          this.#startLater();
        },
      });
      if (this.#isEnded) return await running.kill();
      this.#process = running;
      logger.info({ chain, cityNode, pid: running.pid, ms: Math.round(performance.now() - startedAt) }, 'the process of a peer runs');
      this.#lookAround();
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : 'unknown error';
      logger.error({ chain, cityNode, err: error }, 'the process of a peer did not start');
      this.#startLater();
      throw error;
    }
  }

  /** A validator takes part again, a follower asks for news. */
  #lookAround(): void {
    const { open, logger } = this.#options;
    if (this.#isKept && this.#process !== undefined) this.catchUp().catch((error: unknown) => logger.warn({ chain: open.chain, cityNode: open.cityNode, err: error }, 'a peer has not caught up yet'));
  }

  #startLater(): void {
    if (this.#isEnded || !this.#isKept) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.start().catch(() => undefined), this.#pauseMs); // it is logged, and tried again
    this.#pauseMs = Math.min(PAUSE_MS_MAX, this.#pauseMs * 2);
  }

  #told(method: string, args: never): void {
    const { link } = this.#options;
    if (method === 'report') [this.#report] = args as [DedicatedReport];
    else if (method === 'announce') link.announce(this.#chain, args[0]);
    else if (method === 'send') link.send(this.#chain, args[0], args[1]);
  }

  async #carryOut(method: string, args: never, signal: AbortSignal): Promise<unknown> {
    const { link } = this.#options;
    switch (method) {
      case 'fetchBlocks':
        return link.fetchBlocks(this.#chain, args[0], args[1], args[2]);
      case 'askSnapshot':
        return link.askSnapshot(this.#chain, args[0], args[1]);
      case 'fetchRange':
        return link.fetchRange(this.#chain, args[0], args[1], args[2]);
      case 'submit':
        return link.submit(this.#chain, args[0], { signal });
      default:
        throw new Error(`a dedicated process asks for ${method}, which is not offered`);
    }
  }

  #away(): LedgerError<'peer-away'> {
    return new LedgerError('peer-away', { chain: this.#chain, retryAfterMs: 1_000 }, `The process of ${this.#chain} is not there at the moment; try again soon.`);
  }
}

function blankStatus(chain: ChainId): PeerStatus {
  const resources = { memoryBytes: 0, diskBytes: 0, executionMs: 0, workerMs: 0, transactions: 0, calls: 0 };
  return { chain, state: 'stopped', orders: false, publicKey: new Uint8Array(0), height: -1, resources, announcedHeight: -1, queued: 0, firstHeight: 0, refusedBlocks: 0 };
}
