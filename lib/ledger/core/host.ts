import { ChainOrder } from './chain-order';
import { ChangeMarks } from './change-marks';
import { sha256Hex } from './crypto';
import { LedgerError } from './errors';
import { EVIDENCE_NOTE } from './evidence-note';
import type { Framework, ReadView, StoredBlockView } from './framework';
import { checkGenesis, encodeGenesis } from './genesis';
import { Healing } from './healing';
import { away, closing, damaged, unknown } from './host-errors';
import { HostPeers } from './host-peers';
import { HostTurns } from './host-turns';
import type { BlockView, ChainHead, GenesisSpec, GenesisView, HostStats, LedgerHost, PeerGlance, PeerIdentity, PeerLink, PeerStatus, RulesChange, SubmitAnswer } from './host-types';
import { makeGenesis } from './make-genesis';
import { Moves } from './move/moves';
import type { Ordering } from './ordering';
import { RESUME_MS } from './paused-peers';
import type { PeerKeys } from './peer-keys';
import { CHANGE_NOTE, PeerRunner, replaced, stoppedError, type RunnerContext, type SnapshotWay } from './peer-runner';
import { PeerViews } from './peer-views';
import type { MachinePorts } from './ports';
import { readRecords } from './read-records';
import { Repairs } from './repairs';
import { ResourceBook } from './resource-book';
import { findGenesis } from './snapshot/find-genesis';
import { JoinFailed } from './snapshot/join-failed';
import type { JoinedStage } from './snapshot/join-snapshot';
import { joinerOf } from './snapshot/joiner-of';
import { Joins } from './snapshot/joins';
import { SnapshotKeeper } from './snapshot/snapshot-keeper';
import type { LedgerStorage } from './storage';
import { Turns } from './turns';
import { height, type ChainId, type Height } from './types';
import { untilAborted } from './until-aborted';
import { ABSTAIN_NOTE } from './validator';
import { viewBlock } from './view-block';

export interface LedgerHostSockets {
  readonly storage: LedgerStorage;
  readonly keys: PeerKeys;
  readonly ordering: Ordering;
  readonly frameworks: readonly Framework[];
  readonly link: PeerLink;
  readonly ports: MachinePorts;
  /** A peer that lags by more blocks joins from a snapshot; 1,000 by default. */
  readonly snapshotGap?: number;
  /** Of the thread, when other hosts share it. Absent: its own. */
  readonly turns?: Turns;
}

const SNAPSHOT_GAP = 1_000;

/** Assembles a host from its sockets. The host closes the storage when it is closed. */
export function createLedgerHost(sockets: LedgerHostSockets): LedgerHost {
  return new Host(sockets);
}

class Host implements LedgerHost {
  readonly #storage: LedgerStorage;
  readonly #keys: PeerKeys;
  readonly #link: PeerLink;
  readonly #ports: MachinePorts;
  readonly #ordering: Ordering;
  readonly #frameworks: ReadonlyMap<string, Framework>;
  readonly #peers: HostPeers;
  /** Peers that exist here, with a ledger or with their key alone. */
  readonly #names: Set<ChainId>;
  readonly #order = new ChainOrder();
  readonly #changes = new ChangeMarks();
  readonly #commits = new Set<Promise<void>>();
  readonly #context: RunnerContext;
  readonly #snapshots: SnapshotKeeper;
  readonly #joins: Joins;
  readonly moves: Moves;
  readonly #healing: Healing;
  readonly #repairs: Repairs;
  readonly #views: PeerViews;
  /** Ends every wait for other peers. */
  readonly #end = new AbortController();

  constructor({ storage, keys, ordering, frameworks, link, ports, turns = new Turns(ports), snapshotGap = SNAPSHOT_GAP }: LedgerHostSockets) {
    this.#storage = storage;
    this.#keys = keys;
    this.#link = link;
    this.#ports = ports;
    this.#ordering = ordering;
    this.#frameworks = new Map(frameworks.map((framework) => [framework.name, framework]));
    this.#healing = new Healing({ storage, keys, frameworks: this.#frameworks, link, ports, signal: this.#end.signal, healNow: (chain) => this.healChain(chain) });
    const inOrder = <T>(chain: ChainId, task: () => Promise<T>): Promise<T> => this.#inOrder(chain, task);
    this.#peers = new HostPeers({
      storage,
      keys,
      frameworks: this.#frameworks,
      ordering,
      ports,
      changes: this.#changes,
      run: (peer) => new PeerRunner(peer, this.#context),
      has: (chain) => this.has(chain),
      findRefusal: (chain) => (this.moves.hasLeft(chain) ? away(chain) : this.moves.isArriving(chain) ? unknown(chain) : undefined),
      isInOrder: (chain) => this.#order.isBusy(chain),
      mustStayOpen: (chain) => this.#joins.isJoining(chain) || this.moves.isDeparting(chain),
      onDamaged: (chain) => this.#healing.want(chain),
    });
    this.#repairs = new Repairs({ storage, keys, ordering, link, ports, peers: this.#peers, healing: this.#healing, signal: this.#end.signal, inOrder });
    for (const chain of storage.chains()) {
      const damage = storage.damageOf(chain);
      if (damage !== undefined) this.#peers.markBroken(chain, damage);
    }
    const track = (commit: Promise<void>): void => {
      this.#commits.add(commit);
      void commit.finally(() => this.#commits.delete(commit));
    };
    const counters = { blocks: 0, transactions: 0, droppedTransactions: 0 };
    this.#snapshots = new SnapshotKeeper(ports);
    this.#joins = new Joins({
      storage,
      link,
      ports,
      install: (chain, joined) => this.#install(chain, joined),
      onEnd: (chain) => {
        const runner = this.#peers.peek(chain);
        runner?.announced(runner.peer.announcedHeight);
      },
    });
    this.moves = new Moves({
      storage,
      keys,
      ordering,
      frameworks: this.#frameworks,
      runner: (chain) => this.#peers.use(chain),
      close: (runner) => this.#closeMoved(runner),
      entered: (chain) => {
        this.#names.add(chain);
        this.#changes.touch(chain);
      },
      inOrder,
    });
    const snapshots: SnapshotWay = {
      gapMin: snapshotGap,
      isJoining: (chain) => this.#joins.isJoining(chain),
      begin: ({ peer }) => !this.#isClosing && !this.moves.isDeparting(peer.chain) && this.#joins.begin(joinerOf(peer)),
      survey: (chain) => this.#joins.survey(chain),
    };
    const resources = new ResourceBook();
    const hostTurns = new HostTurns(turns, (chain, heldMs, workerMs) => {
      resources.add(chain, 'executionMs', heldMs);
      resources.add(chain, 'workerMs', workerMs);
    });
    this.#context = {
      keys,
      ordering,
      link,
      ports,
      turns: hostTurns,
      counters,
      resources,
      track,
      snapshots,
      committed: (chain, commit) => this.moves.committed(chain, commit),
      onFull: (runner, error) => this.#peers.onFull(runner, error),
      onBroken: (runner, error) => this.#peers.onBroken(runner, error),
    };
    this.#views = new PeerViews({ storage, ordering, peers: this.#peers, moves: this.moves, joins: this.#joins, resources });
    this.#names = new Set([...keys.chains(), ...storage.chains()]);
    ordering.onExpired((chain, ids) => this.#peers.peek(chain)?.expired(ids));
    ordering.onReady((chain) => this.#peers.useOpened(chain)?.propose());
  }

  createPeer(chain: ChainId): Promise<PeerIdentity> {
    return this.#inOrder(chain, async () => {
      const { publicKey } = await this.#keys.create(chain);
      this.#names.add(chain);
      this.#changes.touch(chain);
      return { chain, publicKey };
    });
  }

  createChain(spec: GenesisSpec): Promise<ChainHead> {
    return this.#inOrder(spec.chain, async () => {
      checkGenesis(spec);
      const document = encodeGenesis(spec);
      // One that is damaged begins again, if the others have what it had.
      if (this.#repairs.isDamaged(spec.chain)) await this.#repairs.heal(spec.chain, spec);
      const broken = this.#peers.brokenBy(spec.chain);
      if (broken !== undefined) throw stoppedError(spec.chain, broken);
      if (this.#storage.height(spec.chain) >= 0) {
        const { peer } = this.#peers.use(spec.chain);
        if (peer.genesisHash === sha256Hex(document)) return peer.head;
        throw new LedgerError('chain-differs', { chain: spec.chain }, `${spec.chain} exists here with another genesis block.`);
      }
      const head = await this.#writeGenesis(spec, document);
      this.#changes.touch(spec.chain);
      // Others speak to a validator at once; who orders alone, or follows, is opened when somebody uses it.
      if (spec.finality !== 'solo') this.#peers.use(spec.chain);
      this.#peers.made();
      return head;
    });
  }

  submit(chain: ChainId, bytes: Uint8Array, options: { signal?: AbortSignal } = {}): Promise<SubmitAnswer> {
    return this.#withRunner(chain, (runner) => this.#submitTo(runner, bytes, options));
  }

  async #submitTo(runner: PeerRunner, bytes: Uint8Array, options: { signal?: AbortSignal }): Promise<SubmitAnswer> {
    const { peer } = runner;
    const { chain } = peer;
    const { signal } = options;
    signal?.throwIfAborted();
    if (peer.orders) this.#checkRoom(chain);
    if (peer.orders) return signal === undefined ? runner.submit(bytes) : untilAborted(runner.submit(bytes), signal);
    // Until then it stays open, however long others take.
    const use = runner.enterUse();
    try {
      const answer = await untilAborted(this.#link.submit(chain, bytes, options), signal);
      // Whoever sent it here wants to read it here.
      if (answer.state === 'final' && peer.head.height < answer.height && peer.stopped === undefined) await this.#arrive(runner, answer.height, signal);
      return answer;
    } finally {
      use.leave();
    }
  }

  async query(chain: ChainId, request: unknown, signal: AbortSignal, { isObserver = false }: { isObserver?: boolean } = {}): Promise<unknown> {
    const runner = this.#peers.use(chain);
    const { peer } = runner;
    this.#context.resources.add(chain, 'calls', 1);
    if (!isObserver && peer.instance.blocksOnDemand?.readsHead(request) === true) runner.headRead();
    const read = runner.enterUse();
    const state = peer.storage.snapshot();
    const at = height(state.height);
    const { firstHeight } = peer.storage;
    const isHere = (wanted: Height): boolean => wanted <= at && (wanted >= firstHeight || peer.storage.block(wanted) !== undefined);
    const view: ReadView = {
      height: at,
      knownHeight: Math.max(peer.announcedHeight, at),
      firstHeight,
      state,
      signal,
      blockAt: (wanted) => (isHere(wanted) ? this.#storedBlock(chain, wanted) : undefined),
      spentOnWorker: (ms) => this.#context.resources.add(chain, 'workerMs', ms),
    };
    try {
      return await peer.instance.query(request, view);
    } finally {
      state.release();
      read.leave();
    }
  }

  async keepLocally(chain: ChainId, request: unknown): Promise<void> {
    // What is copied of it is blocks: this would be left behind.
    if (this.moves.isDeparting(chain)) throw away(chain);
    await this.#peers.use(chain).keepLocally(request);
  }

  head(chain: ChainId): ChainHead {
    return this.#peers.use(chain).peer.head;
  }

  blockAt(chain: ChainId, at: Height): BlockView | undefined {
    return viewBlock(this.#peers.use(chain).peer, at);
  }

  genesis(chain: ChainId): GenesisView {
    const { genesis, genesisHash } = this.#peers.use(chain).peer;
    return { ...genesis, hash: genesisHash };
  }

  waitForHeight(chain: ChainId, after: number, signal: AbortSignal): Promise<ChainHead> {
    return this.#withRunner(chain, (runner) => runner.waitForHeight(after, signal));
  }

  chains(): readonly ChainId[] {
    return [...this.#names].sort();
  }

  has(chain: ChainId): boolean {
    return !this.moves.isArriving(chain) && (this.#storage.height(chain) >= 0 || this.#storage.damageOf(chain) !== undefined);
  }

  peerStatus(chain: ChainId): PeerStatus {
    return this.#views.status(chain);
  }

  glance(chain: ChainId): PeerGlance | undefined {
    return this.#names.has(chain) ? this.#views.glance(chain) : undefined;
  }

  changedSince(mark: number): { chains: readonly ChainId[] | undefined; mark: number } {
    const touched = this.#changes.since(mark);
    const inUse = [...this.#peers.opened()].map(({ peer }) => peer.chain);
    return { chains: touched === undefined ? undefined : [...new Set([...touched, ...inUse])], mark: this.#changes.now };
  }

  stopChain(chain: ChainId, reason: string): Promise<void> {
    return this.#inOrder(chain, async () => {
      const runner = this.#peers.use(chain);
      this.#joins.abort(chain);
      await runner.stop('operator', reason, runner.peer.head.height);
      await runner.settle();
    });
  }

  startChain(chain: ChainId): Promise<void> {
    return this.#inOrder(chain, async () => {
      // What is damaged stays so: the note says where. Blocks that a start reads may be had from others.
      if (this.#peers.brokenBy(chain) !== undefined && this.#storage.damageOf(chain) === undefined) {
        await this.#repairs.ends(chain);
        this.#peers.mended(chain);
      }
      return this.#peers.use(chain).start();
    });
  }

  removeChain(chain: ChainId): Promise<void> {
    return this.#inOrder(chain, async () => {
      await this.moves.forget(chain);
      this.#joins.abort(chain);
      this.#snapshots.forget(chain);
      this.#healing.forget(chain);
      const runner = this.#peers.peek(chain);
      if (runner !== undefined) {
        const at = runner.peer.head.height;
        runner.peer.stopped ??= { by: 'operator', reason: 'it is being removed', height: at, time: this.#ports.now() };
        await runner.settle();
        this.#peers.delete(chain);
        runner.release(unknown(chain));
      }
      this.#ordering.forget(chain);
      this.#peers.forget(chain);
      await this.#storage.remove(chain);
      // Whoever looked at it meanwhile saw what is gone.
      this.#peers.forgetResting(chain);
      this.#context.resources.forget(chain);
      await this.#keys.remove(chain);
      this.#names.delete(chain);
      this.#changes.remove(chain);
    });
  }

  blockRecords(chain: ChainId, from: Height, limit: number): readonly Uint8Array[] {
    // Followers ask at each start whether there is news: no reason to open a peer that has none.
    if (this.has(chain) && !this.#isAhead(chain, from)) return [];
    return readRecords(this.#peers.use(chain).peer.storage, from, limit);
  }

  snapshotAnswer(chain: ChainId, at: Height): Uint8Array {
    this.#checkOpen();
    const runner = this.#peers.use(chain);
    // Its own state may be what is wrong.
    if (runner.peer.stopped?.by === 'fault') throw stoppedError(chain, runner.peer.stopped);
    return this.#snapshots.answer(runner, at);
  }

  snapshotRange(chain: ChainId, at: Height, index: number): Uint8Array {
    this.#checkOpen();
    return this.#snapshots.range(chain, at, index);
  }

  announced(chain: ChainId, at: Height): void {
    if (this.#isClosing || !this.has(chain) || this.moves.hasLeft(chain)) return;
    if (this.#peers.peek(chain) === undefined && (this.#isAhead(chain, at) || this.#storage.isFull)) return;
    this.#peers.find(chain)?.announced(at);
  }

  received(chain: ChainId, from: string, message: Uint8Array): void {
    if (this.#isClosing || !this.has(chain) || this.moves.hasLeft(chain)) return;
    if (this.#peers.peek(chain) === undefined && this.#storage.isFull) return;
    this.#peers.find(chain)?.received(from, message);
  }

  approveChange(chain: ChainId, change: RulesChange): Promise<'approved' | 'done'> {
    return this.#inOrder(chain, () => this.#peers.use(chain).approveChange(change));
  }

  async catchUp(chain: ChainId): Promise<ChainHead> {
    for (;;) {
      // A ledger may take the place of another meanwhile; one that could not is not tried again for a while.
      const head = await this.#withRunner(chain, (runner) => runner.catchUp());
      if (!this.#joins.isJoining(chain)) return head;
      await this.#joins.wait(chain);
    }
  }

  async restoreChain(chain: ChainId, isOurs: (genesis: GenesisSpec) => boolean): Promise<ChainHead> {
    await this.#inOrder(chain, async () => {
      if (this.#storage.height(chain) >= 0 || this.#peers.brokenBy(chain) !== undefined) return;
      if (this.#keys.find(chain) === undefined) throw new LedgerError('peer-missing', { chain }, `No peer key for ${chain} here: create the peer first.`);
      const asking = { chain, link: this.#link, ports: this.#ports, signal: this.#end.signal };
      const { genesis, reached } = await findGenesis(asking).catch((error: unknown) => {
        throw new LedgerError('peers-unreachable', { chain }, `The ledger of ${chain} cannot be restored now: ${messageOf(error)}.`, { cause: error });
      });
      if (genesis.chain !== chain || !isOurs(genesis)) throw new LedgerError('genesis-invalid', { chain }, `The other peers of ${chain} began with another sub-chain than this peer was opened for.`);
      await this.#writeGenesis(genesis, encodeGenesis(genesis));
      this.#ports.logger.warn({ chain, height: reached }, 'a lost ledger begins again from its genesis block');
      this.#peers.use(chain).announced(reached);
    });
    return this.catchUp(chain);
  }

  async healChain(chain: ChainId): Promise<ChainHead> {
    await this.#inOrder(chain, async () => {
      if (this.#repairs.isDamaged(chain)) await this.#repairs.heal(chain);
    });
    return this.catchUp(chain);
  }

  async verify(): Promise<void> {
    const left = await this.#repairs.verify();
    const [first] = left;
    if (first === undefined) return;
    const more = left.length === 1 ? '' : ` (and ${left.length - 1} more)`;
    throw damaged(first, more);
  }

  stats(): HostStats {
    const { syncs, commits, bytesWritten, diskBytes, deadBytes } = this.#storage.stats();
    const queued = [...this.#peers.opened()].reduce((sum, { peer }) => sum + this.#ordering.queued(peer.chain), 0);
    return { isFull: this.#storage.isFull, chains: this.#names.size, openChains: this.#peers.openedCount, queued, ...this.#context.counters, syncs, commits, bytesWritten, diskBytes, deadBytes };
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#end.abort(closing());
    this.#healing.close();
    await this.#joins.close();
    await this.moves.close();
    this.#snapshots.close();
    await this.#order.settled();
    do {
      await this.#context.turns.idle();
      await Promise.allSettled(this.#commits);
    } while (this.#commits.size > 0 || this.#context.turns.isBusy);
    this.#peers.close();
    await this.#keys.close();
    await this.#storage.close();
  }

  async #writeGenesis(spec: GenesisSpec, document: Uint8Array): Promise<ChainHead> {
    const { chain, time } = spec;
    const { record, hash, writes, notes } = await makeGenesis(spec, this.#keys, this.#frameworks);
    const storage = this.#storage.create(chain);
    storage.restart();
    await storage.commit(height(0), record, writes, notes);
    this.#peers.rest(chain);
    return { chain, height: height(0), hash, time, genesisHash: sha256Hex(document) };
  }

  /** The task on the opened peer; again when another ledger took its place meanwhile. */
  async #withRunner<T>(chain: ChainId, task: (runner: PeerRunner) => Promise<T>): Promise<T> {
    this.#checkOpen();
    const runner = this.#peers.use(chain);
    try {
      return await task(runner);
    } catch (error) {
      if (!runner.isRetired || this.#isClosing) throw error;
      await this.#order.wait(chain);
      return task(this.#peers.use(chain));
    }
  }

  /** Puts a chain that was filled aside in the place of a peer's ledger, and goes on with it. */
  #install(chain: ChainId, { stage, height: at, notes }: JoinedStage): Promise<void> {
    return this.#inOrder(chain, async () => {
      const runner = this.#peers.use(chain);
      if (runner.peer.stopped !== undefined || runner.peer.parent.height >= at) throw new JoinFailed('the peer is not behind any more, or stopped');
      const { storage, announcedHeight } = runner.peer;
      runner.retire();
      await runner.settle();
      try {
        const kept = KEPT_NOTES.map((name) => [name, storage.note(name)] as const);
        await stage.install({ height: height(at), notes: new Map([...kept, ...notes]) });
      } finally {
        this.#replaceRunner(chain, runner);
      }
      const { peer } = this.#peers.use(chain);
      peer.announcedHeight = Math.max(peer.announcedHeight, announcedHeight);
    });
  }

  async #closeMoved(runner: PeerRunner): Promise<void> {
    const { chain } = runner.peer;
    this.#joins.abort(chain);
    this.#snapshots.forget(chain);
    this.#peers.delete(chain);
    this.#ordering.forget(chain);
    runner.release(away(chain));
  }

  #replaceRunner(chain: ChainId, runner: PeerRunner): void {
    this.#peers.delete(chain);
    this.#peers.forgetResting(chain);
    this.#snapshots.forget(chain);
    runner.release(replaced(chain));
    this.#ordering.forget(chain);
  }

  /** Until the block is durable here, too, or it is clear that this peer cannot have it now. Never rejects. */
  async #arrive(runner: PeerRunner, at: Height, signal: AbortSignal | undefined): Promise<void> {
    const enough = new AbortController();
    const until = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]);
    runner.announced(at);
    try {
      await Promise.race([runner.waitForHeight(at - 1, until), runner.catchUp()]);
    } catch (error) {
      this.#ports.logger.warn({ chain: runner.peer.chain, height: at, reason: messageOf(error) }, 'this peer lags behind its answer');
    } finally {
      enough.abort();
    }
  }

  #storedBlock(chain: ChainId, at: Height): StoredBlockView | undefined {
    const block = this.blockAt(chain, at);
    if (block === undefined) return undefined;
    const { header, hash, frameworkHeader, transactions } = block;
    return { height: header.height, hash, time: header.time, frameworkHeader, transactions };
  }

  /** Whether this height is durable here. */
  #isAhead(chain: ChainId, at: number): boolean {
    return this.#storage.height(chain) >= at;
  }

  #checkRoom(chain: ChainId): void {
    if (!this.#storage.isFull) return;
    throw new LedgerError('storage-full', { retryAfterMs: RESUME_MS }, `The disk of this city node is full: ${chain} takes nothing until there is room on it again. Try again later.`);
  }

  #inOrder<T>(chain: ChainId, task: () => Promise<T>): Promise<T> {
    return this.#isClosing ? Promise.reject(closing()) : this.#order.run(chain, task);
  }

  get #isClosing(): boolean {
    return this.#end.signal.aborted;
  }

  #checkOpen(): void {
    if (this.#isClosing) throw closing();
  }
}

/** What a peer was goes over to its new ledger: what it must not sign, what it saw, what its operator approved. */
const KEPT_NOTES = [ABSTAIN_NOTE, EVIDENCE_NOTE, CHANGE_NOTE];

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
