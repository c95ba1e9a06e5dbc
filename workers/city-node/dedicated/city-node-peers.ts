import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HomeStatus, PeerHomeName as Home } from '@/lib/control';
import { isLedgerError, LedgerError, untilAborted, type BlockView, type ChainHead, type ChainId, type GenesisSpec, type GenesisView, type Height, type HostStats, type LedgerHost, type PeerGlance, type PeerIdentity, type PeerStatus, type RulesChange, type SubmitAnswer } from '@/lib/ledger';
import type { ProcessLogger } from '../process-logger';
import type { DedicatedPeer } from './dedicated-peer';
import { Gate } from './gate';
import { MoveGivenUp, movePeer, MoveUndecided, type MoveStage } from './move-peer';
import type { CityNodeHost, PeerHome, PeerMover } from './peer-home';
import { clearDirectory, listDedicatedDirectories } from './dedicated-directories';

/** What is written down of homes. */
export interface HomeRegister {
  hasOwnProcess(peer: { readonly cityNode: string; readonly chain: string }): boolean;
  putHome(peer: { readonly cityNode: string; readonly chain: string }, home: Home): Promise<void>;
}

export interface CityNodePeersOptions {
  readonly cityNode: string;
  /** Of the host's process: directories of dedicated peers lie beside the city node's. */
  readonly dataDirectory: string;
  readonly shared: LedgerHost;
  readonly register: HomeRegister;
  /** A peer in a process of its own, not started yet. */
  readonly createDedicated: (chain: ChainId, directory: string, isActive: boolean) => DedicatedPeer;
  readonly logger: ProcessLogger;
}

/** Processes of their own that one city node may have: each takes memory of its own. */
export const DEDICATED_MAX = 16;
/** A start does not wait longer for the processes of its peers. */
const START_MS_MAX = 15_000;
/** A call that finds its peer gone tries again where it is now; a peer moves no more often while a call waits. */
const ATTEMPTS_MAX = 3;
/** Reads that still run in an old home are waited for. */
const READS_MS_MAX = 60_000;

/** A city node's peers, wherever they live: shared ones and those in processes of their own. Which is which stands in the register. */
export class CityNodePeers implements CityNodeHost, PeerMover {
  readonly #options: CityNodePeersOptions;
  readonly #dedicated = new Map<ChainId, DedicatedPeer>();
  readonly #gates = new Map<ChainId, Gate>();
  readonly #moving = new Map<ChainId, { to: Home; stage: MoveStage; done: Promise<void> }>();
  readonly #problems = new Map<ChainId, string>();
  /** Reads under way, by home and sub-chain. */
  readonly #reads = new Map<string, number>();
  #isClosing = false;

  private constructor(options: CityNodePeersOptions) {
    this.#options = options;
  }

  /** Begins the processes of dedicated peers, and sweeps what an interrupted move left. */
  static async open(options: CityNodePeersOptions): Promise<CityNodePeers> {
    const peers = new CityNodePeers(options);
    await peers.#begin();
    return peers;
  }

  /** Where the peer lives, what that costs, and how its move stands. */
  homeStatus(chain: ChainId): HomeStatus {
    const dedicated = this.#dedicated.get(chain);
    const moving = this.#moving.get(chain);
    const problem = this.#problems.get(chain);
    return {
      at: this.#homeOf(chain),
      ...(dedicated?.memoryBytes === undefined ? {} : { memoryBytes: dedicated.memoryBytes }),
      ...(moving === undefined ? {} : { moving: { to: moving.to, stage: moving.stage } }),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  /** See {@link PeerMover}. */
  async move(chain: ChainId, to: Home): Promise<void> {
    const moving = this.#moving.get(chain);
    if (moving?.to === to) return moving.done;
    if (moving !== undefined) throw moveFailed(chain, 'another move of it is under way');
    if (this.#homeOf(chain) === to) return;
    if (this.#isClosing) throw closing();
    if (!this.has(chain)) throw new LedgerError('chain-unknown', { chain }, `No peer of ${chain} lives in this city node.`);
    if (to === 'own' && this.#dedicated.size >= DEDICATED_MAX) {
      const refusal = moveFailed(chain, `this city node has ${DEDICATED_MAX} peers in processes of their own, as many as it may`);
      this.#problems.set(chain, refusal.message);
      throw refusal;
    }
    const entry: { to: Home; stage: MoveStage; done: Promise<void> } = { to, stage: 'copying', done: Promise.resolve() };
    this.#moving.set(chain, entry);
    this.#problems.delete(chain);
    entry.done = this.#carryOut(chain, to, (stage) => (entry.stage = stage)).finally(() => this.#moving.delete(chain));
    entry.done.catch((error: unknown) => this.#problems.set(chain, messageOf(error)));
    return entry.done;
  }

  chains(): readonly ChainId[] {
    return [...new Set([...this.#options.shared.chains(), ...this.#dedicated.keys()])].sort();
  }

  has(chain: ChainId): boolean {
    return this.#dedicated.has(chain) || this.#options.shared.has(chain);
  }

  peerStatus(chain: ChainId): PeerStatus {
    return this.#home(chain).peerStatus(chain);
  }

  glance(chain: ChainId): PeerGlance | undefined {
    return this.#home(chain).glance(chain);
  }

  /** See `LedgerHost.changedSince`. Dedicated peers are always in use. */
  changedSince(mark: number): { readonly chains: readonly ChainId[] | undefined; readonly mark: number } {
    const { chains, mark: now } = this.#options.shared.changedSince(mark);
    return { chains: chains && [...new Set([...chains, ...this.#dedicated.keys()])], mark: now };
  }

  head(chain: ChainId): ChainHead | Promise<ChainHead> {
    return this.#home(chain).head(chain);
  }

  blockAt(chain: ChainId, at: Height): BlockView | undefined | Promise<BlockView | undefined> {
    return this.#home(chain).blockAt(chain, at);
  }

  genesis(chain: ChainId): GenesisView | Promise<GenesisView> {
    return this.#home(chain).genesis(chain);
  }

  blockRecords(chain: ChainId, from: Height, limit: number): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
    return this.#home(chain).blockRecords(chain, from, limit);
  }

  snapshotAnswer(chain: ChainId, at: Height): Uint8Array | Promise<Uint8Array> {
    return this.#home(chain).snapshotAnswer(chain, at);
  }

  snapshotRange(chain: ChainId, at: Height, index: number): Uint8Array | Promise<Uint8Array> {
    return this.#home(chain).snapshotRange(chain, at, index);
  }

  announced(chain: ChainId, at: Height): void {
    this.#home(chain).announced(chain, at);
  }

  received(chain: ChainId, from: string, message: Uint8Array): void {
    this.#home(chain).received(chain, from, message);
  }

  /** See `LedgerHost.submit`. Whoever does not wait any more takes nothing back, also while the peer moves. */
  submit(chain: ChainId, bytes: Uint8Array, { signal }: { signal?: AbortSignal } = {}): Promise<SubmitAnswer> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return untilAborted(
      this.#atHome(chain, (home) => home.submit(chain, bytes)),
      signal,
    );
  }

  query(chain: ChainId, request: unknown, signal: AbortSignal, options?: { isObserver?: boolean }): Promise<unknown> {
    return this.#atHome(chain, async (home) => {
      const name = this.#readsOf(home, chain);
      this.#reads.set(name, (this.#reads.get(name) ?? 0) + 1);
      try {
        return await home.query(chain, request, signal, options);
      } finally {
        const left = (this.#reads.get(name) ?? 1) - 1;
        if (left > 0) this.#reads.set(name, left);
        else this.#reads.delete(name);
      }
    });
  }

  waitForHeight(chain: ChainId, after: number, signal: AbortSignal): Promise<ChainHead> {
    return this.#atHome(chain, (home) => home.waitForHeight(chain, after, signal));
  }

  createPeer(chain: ChainId): Promise<PeerIdentity> {
    return this.#atHome(chain, (home) => home.createPeer(chain));
  }

  createChain(genesis: GenesisSpec): Promise<ChainHead> {
    return this.#atHome(genesis.chain, (home) => home.createChain(genesis));
  }

  stopChain(chain: ChainId, reason: string): Promise<void> {
    return this.#atHome(chain, (home) => home.stopChain(chain, reason));
  }

  startChain(chain: ChainId): Promise<void> {
    return this.#atHome(chain, (home) => home.startChain(chain));
  }

  approveChange(chain: ChainId, change: RulesChange): Promise<'approved' | 'done'> {
    return this.#atHome(chain, (home) => home.approveChange(chain, change));
  }

  healChain(chain: ChainId): Promise<ChainHead> {
    return this.#atHome(chain, (home) => home.healChain(chain));
  }

  catchUp(chain: ChainId): Promise<ChainHead> {
    return this.#atHome(chain, (home) => home.catchUp(chain));
  }

  /** See `LedgerHost.restoreChain`. One in a process of its own only catches up. */
  restoreChain(chain: ChainId, isOurs: (genesis: GenesisSpec) => boolean): Promise<ChainHead> {
    return this.#atHome(chain, (home) => (home === this.#options.shared ? this.#options.shared.restoreChain(chain, isOurs) : home.catchUp(chain)));
  }

  /** See `LedgerHost.removeChain`. Waits for a move that is under way. */
  async removeChain(chain: ChainId): Promise<void> {
    await this.#moving.get(chain)?.done.catch(() => undefined); // told to whoever asked for it
    const dedicated = this.#dedicated.get(chain);
    if (dedicated !== undefined) {
      // Whoever asks meanwhile is told that it is away; it is the register's record that ends it.
      await dedicated.end({ isAbrupt: true });
      await clearDirectory(this.#directoryOf(chain));
      this.#dedicated.delete(chain);
    }
    await this.#options.shared.removeChain(chain);
  }

  /** Of the shared process; the disk of dedicated peers is counted in. */
  stats(): HostStats {
    const stats = this.#options.shared.stats();
    const own = [...this.#dedicated.values()].map((peer) => peer.peerStatus());
    return { ...stats, chains: stats.chains + own.length, openChains: stats.openChains + own.length, diskBytes: own.reduce((sum, { resources }) => sum + resources.diskBytes, stats.diskBytes) };
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    // A move that is under way comes to nothing, or is done: both are a good end.
    await Promise.all([...this.#dedicated.values()].map((peer) => peer.end()));
    await this.#options.shared.close();
    await Promise.allSettled([...this.#moving.values()].map(({ done }) => done));
  }

  #homeOf(chain: ChainId): Home {
    return this.#dedicated.has(chain) ? 'own' : 'shared';
  }

  #home(chain: ChainId): PeerHome {
    return this.#dedicated.get(chain) ?? this.#options.shared;
  }

  /** Carries out a call where the peer lives, and again where it lives then when it moved meanwhile. */
  async #atHome<T>(chain: ChainId, call: (home: PeerHome) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#gates.get(chain)?.pass();
      const home = this.#home(chain);
      try {
        return await call(home);
      } catch (error) {
        const hasMoved = this.#gates.has(chain) || this.#home(chain) !== home;
        if (attempt >= ATTEMPTS_MAX || !hasMoved || !isLedgerError(error, 'peer-away')) throw error;
      }
    }
  }

  async #carryOut(chain: ChainId, to: Home, onStage: (stage: MoveStage) => void): Promise<void> {
    const { shared, logger, cityNode, register } = this.#options;
    const directory = this.#directoryOf(chain);
    const own = this.#dedicated.get(chain) ?? (await this.#prepare(chain, directory));
    const [from, target]: [PeerHome, PeerHome] = to === 'own' ? [shared, own] : [own, shared];
    const gate = new Gate(chain);
    const begunAt = performance.now();
    const tell = (stage: MoveStage): void => {
      onStage(stage);
      logger.info({ chain, cityNode, to, stage }, 'a peer moves');
    };
    try {
      const { transactions, head, pausedMs } = await movePeer({
        chain,
        from,
        to: target,
        onStage: tell,
        close: () => void this.#gates.set(chain, gate),
        decide: () => register.putHome({ chain, cityNode }, to),
      });
      if (to === 'own') this.#dedicated.set(chain, own);
      else this.#dedicated.delete(chain);
      this.#open(chain, gate);
      if (to === 'own') own.activate();
      this.#handIn(chain, transactions);
      if (to === 'shared') this.catchUp(chain).catch((error: unknown) => logger.warn({ chain, cityNode, err: error }, 'a peer has not caught up yet'));
      logger.info({ chain, cityNode, to, height: head.height, pausedMs: Math.round(pausedMs), ms: Math.round(performance.now() - begunAt) }, 'a peer has moved');
    } catch (error) {
      // Nobody gets by: what the register says after a restart is the truth.
      if (error instanceof MoveUndecided) {
        logger.fatal({ chain, cityNode, to, err: error }, 'a peer stays closed until the city node starts again');
        throw error;
      }
      await this.#discard(chain, to, own, directory);
      this.#open(chain, gate);
      if (error instanceof MoveGivenUp) this.#handIn(chain, error.transactions);
      logger.warn({ chain, cityNode, to, err: error }, 'a peer was not moved');
      throw isLedgerError(error, 'move-failed') ? error : moveFailed(chain, messageOf(error), error);
    }
    tell('clearing');
    await this.#clear(chain, from, own, directory).catch((error: unknown) => logger.error({ chain, cityNode, err: error }, 'what a moved peer left is swept at the next start'));
  }

  async #prepare(chain: ChainId, directory: string): Promise<DedicatedPeer> {
    await clearDirectory(directory);
    const own = this.#options.createDedicated(chain, directory, false);
    try {
      await own.start();
      return own;
    } catch (error) {
      await own.end({ isAbrupt: true });
      await rm(directory, { recursive: true, force: true });
      throw moveFailed(chain, `its process did not start: ${messageOf(error)}`, error);
    }
  }

  /** The new home of a move that came to nothing. */
  async #discard(chain: ChainId, to: Home, own: DedicatedPeer, directory: string): Promise<void> {
    if (to === 'shared') return this.#options.shared.removeChain(chain);
    await own.end({ isAbrupt: true });
    await clearDirectory(directory);
  }

  /** The old home of a peer that has moved. */
  async #clear(chain: ChainId, from: PeerHome, own: DedicatedPeer, directory: string): Promise<void> {
    for (const until = performance.now() + READS_MS_MAX; this.#reads.has(this.#readsOf(from, chain)) && performance.now() < until; ) await sleep(50);
    if (from !== own) return this.#options.shared.removeChain(chain);
    await own.end();
    await clearDirectory(directory);
  }

  #readsOf(home: PeerHome, chain: ChainId): string {
    return `${home === this.#options.shared ? 'shared' : 'own'} ${chain}`;
  }

  #open(chain: ChainId, gate: Gate): void {
    this.#gates.delete(chain);
    gate.open();
  }

  /** Transactions that somebody was told of and nobody waits for. */
  #handIn(chain: ChainId, transactions: readonly Uint8Array[]): void {
    for (const bytes of transactions) {
      this.submit(chain, bytes).catch((error: unknown) => this.#options.logger.warn({ chain, cityNode: this.#options.cityNode, err: error }, 'a waiting transaction was refused after its peer moved'));
    }
  }

  async #begin(): Promise<void> {
    const { cityNode, shared, register, createDedicated, logger, dataDirectory } = this.#options;
    const found = await listDedicatedDirectories(dataDirectory, cityNode);
    const chains = new Set([...shared.chains(), ...found]);
    const starts: Promise<void>[] = [];
    for (const chain of chains) {
      const isOwn = register.hasOwnProcess({ cityNode, chain });
      if (isOwn) {
        const dedicated = createDedicated(chain, this.#directoryOf(chain), true);
        this.#dedicated.set(chain, dedicated);
        // It says itself why it does not start, and goes on trying.
        starts.push(dedicated.start().catch(() => undefined));
      }
      // What a move left: the old home of one that was decided, or the new one of one that was not.
      if (isOwn && shared.chains().includes(chain)) await shared.removeChain(chain);
      if (!isOwn && found.has(chain)) await clearDirectory(this.#directoryOf(chain)).catch((error: unknown) => logger.error({ chain, cityNode, err: error }, 'what an interrupted move left is swept at the next start'));
    }
    await Promise.race([Promise.all(starts), sleep(START_MS_MAX, undefined, { ref: false })]);
  }

  #directoryOf(chain: ChainId): string {
    return `${this.#options.dataDirectory}/${this.#options.cityNode}.${chain}`;
  }
}

function moveFailed(chain: ChainId, reason: string, cause?: unknown): LedgerError<'move-failed'> {
  return new LedgerError('move-failed', { chain, reason }, `The peer of ${chain} stays where it is: ${reason.replace(/\.$/, '')}.`, { cause });
}

function closing(): LedgerError<'closing'> {
  return new LedgerError('closing', {}, 'The city node is shutting down; try again in a moment.');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
