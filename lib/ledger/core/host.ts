import { ChangeMarks } from './change-marks';
import { indexOfValidator } from './consensus/rules';
import { sha256Hex, type Signer } from './crypto';
import { LedgerError } from './errors';
import type { Framework, ReadView, StoredBlockView } from './framework';
import { decodeEvidenceNote, EVIDENCE_NOTE } from './evidence-note';
import { checkGenesis, encodeGenesis } from './genesis';
import type { BlockView, ChainHead, GenesisSpec, GenesisView, HostStats, LedgerHost, PeerGlance, PeerIdentity, PeerLink, PeerResources, PeerStatus, RulesChange, StopNote, SubmitAnswer } from './host-types';
import { Moves } from './move/moves';
import { OpenedPeers } from './opened-peers';
import { Healing, isDamage } from './healing';
import { makeGenesis } from './make-genesis';
import type { Ordering } from './ordering';
import { openPeer, readPeer } from './peer';
import type { PeerKeys } from './peer-keys';
import { publicReason } from './public-reason';
import { agreementOf, CHANGE_NOTE, PeerRunner, replaced, stoppedError, type RunnerContext, type SnapshotWay } from './peer-runner';
import type { MachinePorts } from './ports';
import { PausedPeers, RESUME_MS } from './paused-peers';
import { RestingPeers, type RestingPeer } from './resting-peers';
import { isReadable, repairBlock, repairOrder } from './repair-block';
import { away, closing, damaged, unknown } from './host-errors';
import { HostTurns } from './host-turns';
import { ResourceBook } from './resource-book';
import { findGenesis } from './snapshot/find-genesis';
import { JoinFailed } from './snapshot/join-failed';
import type { JoinedStage } from './snapshot/join-snapshot';
import { joinerOf } from './snapshot/joiner-of';
import { Joins } from './snapshot/joins';
import { SnapshotKeeper } from './snapshot/snapshot-keeper';
import type { Damage, LedgerStorage } from './storage';
import { Turns } from './turns';
import { untilAborted } from './until-aborted';
import { decodeStopNote, STOP_NOTE } from './stop-note';
import { height, type ChainId, type Height } from './types';
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
/** A peer that nobody used for so long to twice as long is closed. */
const REST_MS = 30_000;
/** More open peers than this are not kept while some of them rest. */
const OPENED_MAX = 4_096;
const RECORDS_MAX = 256;
const RECORDS_BYTES_MAX = 4 * 1024 * 1024;

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
  readonly #runners = new OpenedPeers<PeerRunner>();
  #disarmSweep: (() => void) | undefined;
  /** A sub-chain was made since the last sweep: others may follow it. */
  #wasMade = false;
  readonly #paused: PausedPeers;
  /** Peers that exist here, with a ledger or with their key alone. */
  readonly #names: Set<ChainId>;
  readonly #resting = new RestingPeers();
  /** Peers whose stored data does not hang together, with what was found. */
  readonly #broken = new Map<ChainId, StopNote>();
  /** Making, stopping, starting and removing one chain happen one after another. */
  readonly #serial = new Map<ChainId, Promise<unknown>>();
  readonly #changes = new ChangeMarks();
  readonly #commits = new Set<Promise<void>>();
  readonly #context: RunnerContext;
  readonly #snapshots: SnapshotKeeper;
  readonly #joins: Joins;
  readonly moves: Moves;
  readonly #healing: Healing;
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
    for (const chain of storage.chains()) {
      const damage = storage.damageOf(chain);
      if (damage !== undefined) this.#markBroken(chain, damage);
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
        const runner = this.#runners.peek(chain);
        runner?.announced(runner.peer.announcedHeight);
      },
    });
    this.moves = new Moves({
      storage,
      keys,
      ordering,
      frameworks: this.#frameworks,
      runner: (chain) => this.#runner(chain),
      close: (runner) => this.#closeMoved(runner),
      entered: (chain) => {
        this.#names.add(chain);
        this.#changes.touch(chain);
      },
      inOrder: (chain, task) => this.#inOrder(chain, task),
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
      onFull: (runner, error) => this.#onFull(runner, error),
      onBroken: (runner, error) => this.#onBroken(runner, error),
    };
    this.#paused = new PausedPeers({ ports, isFull: () => storage.isFull, resume: (chain) => void (this.has(chain) && this.#findRunner(chain)?.resume()) });
    this.#names = new Set([...keys.chains(), ...storage.chains()]);
    ordering.onExpired((chain, ids) => this.#runners.peek(chain)?.expired(ids));
    ordering.onReady((chain) => this.#runners.use(chain)?.propose());
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
      if (this.#isDamaged(spec.chain)) await this.#healInOrder(spec.chain, spec);
      const broken = this.#broken.get(spec.chain);
      if (broken !== undefined) throw stoppedError(spec.chain, broken);
      if (this.#storage.height(spec.chain) >= 0) {
        const { peer } = this.#runner(spec.chain);
        if (peer.genesisHash === sha256Hex(document)) return peer.head;
        throw new LedgerError('chain-differs', { chain: spec.chain }, `${spec.chain} exists here with another genesis block.`);
      }
      const head = await this.#writeGenesis(spec, document);
      this.#changes.touch(spec.chain);
      // Others speak to a validator at once; who orders alone, or follows, is opened when somebody uses it.
      if (spec.finality !== 'solo') this.#runner(spec.chain);
      // Making it took memory, too.
      this.#wasMade = true;
      this.#armSweep();
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
    const runner = this.#runner(chain);
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
    await this.#runner(chain).keepLocally(request);
  }

  head(chain: ChainId): ChainHead {
    return this.#runner(chain).peer.head;
  }

  blockAt(chain: ChainId, at: Height): BlockView | undefined {
    return viewBlock(this.#runner(chain).peer, at);
  }

  genesis(chain: ChainId): GenesisView {
    const { genesis, genesisHash } = this.#runner(chain).peer;
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
    if (this.moves.isArriving(chain)) throw unknown(chain);
    const runner = this.#runners.peek(chain);
    const joining = this.#joins.progress(chain);
    const firstHeight = this.#storage.firstHeight(chain);
    const base = { chain, resources: this.#resources(chain), queued: this.#ordering.queued(chain), firstHeight, refusedBlocks: 0, ...(joining === undefined ? {} : { joining }) };
    if (runner !== undefined) {
      const { orders, head, stopped, announcedHeight, refusedBlocks, lastRefusal, signer } = runner.peer;
      const more = { announcedHeight: Math.max(announcedHeight, head.height), refusedBlocks, ...(lastRefusal === undefined ? {} : { lastRefusal }) };
      return { ...base, publicKey: signer.publicKey, ...standing(stopped), height: head.height, headHash: head.hash, orders, agreement: runner.agreement(), ...more };
    }
    const at = this.#storage.height(chain);
    const resting = at < 0 ? undefined : this.#findResting(chain);
    if (resting !== undefined) {
      const { publicKey, headHash, orders, stopped, agreement } = resting;
      return { ...base, publicKey, ...standing(stopped), height: at, headHash, announcedHeight: at, orders, agreement };
    }
    const signer = this.#findSigner(chain);
    const publicKey = signer?.publicKey ?? new Uint8Array(0);
    const stopped = this.#broken.get(chain);
    if (stopped !== undefined) return { ...base, publicKey, state: 'stopped', orders: false, height: at, announcedHeight: at, stopped };
    if (signer === undefined) throw unknown(chain);
    return { ...base, publicKey, state: 'key', orders: false, height: -1, announcedHeight: -1 };
  }

  glance(chain: ChainId): PeerGlance | undefined {
    if (!this.#names.has(chain)) return undefined;
    const runner = this.#runners.peek(chain);
    const at = this.#storage.height(chain);
    const stopped = runner === undefined ? (this.#broken.get(chain) ?? this.#storedStop(chain)) : runner.peer.stopped;
    const state = stopped !== undefined ? 'stopped' : at < 0 ? 'key' : 'running';
    return { chain, state, height: at, resources: this.#resources(chain), isInUse: runner !== undefined, ...(stopped === undefined ? {} : { stopped }) };
  }

  changedSince(mark: number): { chains: readonly ChainId[] | undefined; mark: number } {
    const touched = this.#changes.since(mark);
    const inUse = [...this.#runners.values()].map(({ peer }) => peer.chain);
    return { chains: touched === undefined ? undefined : [...new Set([...touched, ...inUse])], mark: this.#changes.now };
  }

  stopChain(chain: ChainId, reason: string): Promise<void> {
    return this.#inOrder(chain, async () => {
      const runner = this.#runner(chain);
      this.#joins.abort(chain);
      await runner.stop('operator', reason, runner.peer.head.height);
      await runner.settle();
    });
  }

  startChain(chain: ChainId): Promise<void> {
    return this.#inOrder(chain, async () => {
      // What is damaged stays so: the note says where. Blocks that a start reads may be had from others.
      if (this.#broken.has(chain) && this.#storage.damageOf(chain) === undefined) {
        await this.#repairEnds(chain);
        this.#broken.delete(chain);
      }
      return this.#runner(chain).start();
    });
  }

  removeChain(chain: ChainId): Promise<void> {
    return this.#inOrder(chain, async () => {
      await this.moves.forget(chain);
      this.#joins.abort(chain);
      this.#snapshots.forget(chain);
      this.#healing.forget(chain);
      const runner = this.#runners.peek(chain);
      if (runner !== undefined) {
        const at = runner.peer.head.height;
        runner.peer.stopped ??= { by: 'operator', reason: 'it is being removed', height: at, time: this.#ports.now() };
        await runner.settle();
        this.#runners.delete(chain);
        runner.release(unknown(chain));
      }
      this.#ordering.forget(chain);
      this.#broken.delete(chain);
      this.#paused.delete(chain);
      await this.#storage.remove(chain);
      this.#resting.delete(chain);
      this.#context.resources.forget(chain);
      await this.#keys.remove(chain);
      this.#names.delete(chain);
      this.#changes.remove(chain);
    });
  }

  blockRecords(chain: ChainId, from: Height, limit: number): readonly Uint8Array[] {
    // Followers ask at each start whether there is news: no reason to open a peer that has none.
    if (this.has(chain) && !this.#isAhead(chain, from)) return [];
    const { storage } = this.#runner(chain).peer;
    const records: Uint8Array[] = [];
    let bytes = 0;
    for (let at = from; at <= storage.height && records.length < Math.min(limit, RECORDS_MAX) && bytes < RECORDS_BYTES_MAX; at = height(at + 1)) {
      const record = storage.block(at);
      if (record === undefined) break;
      records.push(record);
      bytes += record.length;
    }
    return records;
  }

  snapshotAnswer(chain: ChainId, at: Height): Uint8Array {
    this.#checkOpen();
    const runner = this.#runner(chain);
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
    if (this.#runners.peek(chain) === undefined && (this.#isAhead(chain, at) || this.#storage.isFull)) return;
    this.#findRunner(chain)?.announced(at);
  }

  received(chain: ChainId, from: string, message: Uint8Array): void {
    if (this.#isClosing || !this.has(chain) || this.moves.hasLeft(chain)) return;
    if (this.#runners.peek(chain) === undefined && this.#storage.isFull) return;
    this.#findRunner(chain)?.received(from, message);
  }

  approveChange(chain: ChainId, change: RulesChange): Promise<'approved' | 'done'> {
    return this.#inOrder(chain, () => this.#runner(chain).approveChange(change));
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
      if (this.#storage.height(chain) >= 0 || this.#broken.has(chain)) return;
      if (this.#keys.find(chain) === undefined) throw new LedgerError('peer-missing', { chain }, `No peer key for ${chain} here: create the peer first.`);
      const asking = { chain, link: this.#link, ports: this.#ports, signal: this.#end.signal };
      const { genesis, reached } = await findGenesis(asking).catch((error: unknown) => {
        throw new LedgerError('peers-unreachable', { chain }, `The ledger of ${chain} cannot be restored now: ${messageOf(error)}.`, { cause: error });
      });
      if (genesis.chain !== chain || !isOurs(genesis)) throw new LedgerError('genesis-invalid', { chain }, `The other peers of ${chain} began with another sub-chain than this peer was opened for.`);
      await this.#writeGenesis(genesis, encodeGenesis(genesis));
      this.#ports.logger.warn({ chain, height: reached }, 'a lost ledger begins again from its genesis block');
      this.#runner(chain).announced(reached);
    });
    return this.catchUp(chain);
  }

  async healChain(chain: ChainId): Promise<ChainHead> {
    await this.#inOrder(chain, async () => {
      if (this.#isDamaged(chain)) await this.#healInOrder(chain);
    });
    return this.catchUp(chain);
  }

  async verify(): Promise<void> {
    const damages = [...(await this.#storage.verify())].sort(repairOrder);
    const left: Damage[] = [];
    for (const damage of damages) if (!damage.isRepaired && !(await this.#repairInOrder(damage))) left.push(damage);
    const [first] = left;
    if (first === undefined) return;
    const more = left.length === 1 ? '' : ` (and ${left.length - 1} more)`;
    throw damaged(first, more);
  }

  stats(): HostStats {
    const { syncs, commits, bytesWritten, diskBytes, deadBytes } = this.#storage.stats();
    const queued = [...this.#runners.values()].reduce((sum, { peer }) => sum + this.#ordering.queued(peer.chain), 0);
    return { isFull: this.#storage.isFull, chains: this.#names.size, openChains: this.#runners.size, queued, ...this.#context.counters, syncs, commits, bytesWritten, diskBytes, deadBytes };
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#end.abort(closing());
    this.#healing.close();
    await this.#joins.close();
    await this.moves.close();
    this.#snapshots.close();
    await Promise.allSettled(this.#serial.values());
    do {
      await this.#context.turns.idle();
      await Promise.allSettled(this.#commits);
    } while (this.#commits.size > 0 || this.#context.turns.isBusy);
    this.#disarmSweep?.();
    this.#paused.close();
    for (const runner of this.#runners.values()) runner.release(closing());
    await this.#keys.close();
    await this.#storage.close();
  }

  #resources(chain: ChainId): PeerResources {
    const memoryBytes = this.#storage.memoryBytes(chain) + this.#ordering.queuedBytes(chain);
    return { ...this.#context.resources.of(chain), memoryBytes, diskBytes: this.#storage.sizeBytes(chain) };
  }

  async #writeGenesis(spec: GenesisSpec, document: Uint8Array): Promise<ChainHead> {
    const { chain, time } = spec;
    const { record, hash, writes, notes } = await makeGenesis(spec, this.#keys, this.#frameworks);
    const storage = this.#storage.create(chain);
    storage.restart();
    await storage.commit(height(0), record, writes, notes);
    this.#rest(chain);
    return { chain, height: height(0), hash, time, genesisHash: sha256Hex(document) };
  }

  /** The task on the opened peer; again when another ledger took its place meanwhile. */
  async #withRunner<T>(chain: ChainId, task: (runner: PeerRunner) => Promise<T>): Promise<T> {
    this.#checkOpen();
    const runner = this.#runner(chain);
    try {
      return await task(runner);
    } catch (error) {
      if (!runner.isRetired || this.#isClosing) throw error;
      await this.#serial.get(chain)?.catch(() => undefined); // whoever put it in order hears of a failure
      return task(this.#runner(chain));
    }
  }

  /** Puts a chain that was filled aside in the place of a peer's ledger, and goes on with it. */
  #install(chain: ChainId, { stage, height: at, notes }: JoinedStage): Promise<void> {
    return this.#inOrder(chain, async () => {
      const runner = this.#runner(chain);
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
      const { peer } = this.#runner(chain);
      peer.announcedHeight = Math.max(peer.announcedHeight, announcedHeight);
    });
  }

  async #closeMoved(runner: PeerRunner): Promise<void> {
    const { chain } = runner.peer;
    this.#joins.abort(chain);
    this.#snapshots.forget(chain);
    this.#runners.delete(chain);
    this.#ordering.forget(chain);
    runner.release(away(chain));
  }

  #replaceRunner(chain: ChainId, runner: PeerRunner): void {
    this.#runners.delete(chain);
    this.#resting.delete(chain);
    this.#snapshots.forget(chain);
    runner.release(replaced(chain));
    this.#ordering.forget(chain);
  }

  #isDamaged(chain: ChainId): boolean {
    if (this.#storage.damageOf(chain) === undefined && this.#runners.peek(chain) === undefined) this.#findResting(chain);
    return this.#healing.isWanted(chain);
  }

  /** Gets from other peers what a damaged ledger lost, and goes on with it. */
  async #healInOrder(chain: ChainId, spec?: GenesisSpec): Promise<void> {
    const reached = await this.#healing.heal(chain, spec);
    this.#broken.delete(chain);
    this.#resting.delete(chain);
    this.#ordering.forget(chain);
    this.#runner(chain).announced(reached);
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

  /** Replaces those blocks without which a peer cannot be opened, where they cannot be read. */
  async #repairEnds(chain: ChainId): Promise<void> {
    const storage = this.#storage.open(chain);
    const signer = this.#keys.find(chain);
    if (storage === undefined || signer === undefined) return;
    for (const at of new Set([0, storage.height, Math.max(0, storage.height - 1)])) {
      if (isReadable(storage, at) || !(await repairBlock(storage, height(at), signer, this.#link, this.#end.signal))) continue;
      this.#ports.logger.warn({ chain, height: at }, 'a damaged block was replaced by another peer’s');
    }
  }

  /** Whether the damage is none any more, because other peers have what was lost. */
  async #repairInOrder({ chain, height: at }: Damage): Promise<boolean> {
    return chain !== undefined && at !== undefined && this.#inOrder(chain, () => this.#repair(chain, at));
  }

  async #repair(chain: ChainId, at: Height): Promise<boolean> {
    const storage = this.#storage.open(chain);
    if (storage === undefined) return false;
    const signer = this.#keys.find(chain);
    const isRepaired = signer !== undefined && (await repairBlock(storage, at, signer, this.#link, this.#end.signal));
    this.#rest(chain);
    if (!isRepaired) return false;
    this.#ports.logger.warn({ chain, height: at }, 'a damaged block was replaced by another peer’s');
    // A peer that could not be opened for it can be now.
    if (this.#broken.get(chain)?.by === 'fault') this.#broken.delete(chain);
    this.#healing.forget(chain);
    this.#resting.delete(chain);
    return true;
  }

  /** Whether this height is durable here. */
  #isAhead(chain: ChainId, at: number): boolean {
    return this.#storage.height(chain) >= at;
  }

  /** Whoever only looked at it is done. In the chain's order of things its storage may be held open, while others are asked: whoever does puts it back. */
  #restLookedAt(chain: ChainId): void {
    if (!this.#serial.has(chain)) this.#rest(chain);
  }

  /** What is stored of a peer that is not in use, or undefined when it cannot be opened; why stands in `#broken`. */
  #findResting(chain: ChainId): RestingPeer | undefined {
    const known = this.#resting.get(chain);
    if (known !== undefined) return known;
    const storage = this.#storage.open(chain);
    if (storage === undefined || this.#broken.has(chain)) return undefined;
    try {
      if (this.#findSigner(chain) === undefined) throw new Error('the peer’s key is missing');
      const { publicKey, rules, head, evidence, stopped } = readPeer(storage, this.#frameworks);
      const agreement = agreementOf(rules, decodeEvidenceNote(evidence));
      this.#resting.set(chain, { publicKey, headHash: head.hash, orders: indexOfValidator(rules, publicKey) >= 0, stopped, agreement });
      return this.#resting.get(chain);
    } catch (error) {
      this.#markBroken(chain, error);
      return undefined;
    } finally {
      this.#restLookedAt(chain);
    }
  }

  /** Why a peer that rests is stopped: its note alone is read. */
  #storedStop(chain: ChainId): StopNote | undefined {
    if (this.#storage.height(chain) < 0) return undefined;
    try {
      return decodeStopNote(this.#storage.open(chain)?.note(STOP_NOTE));
    } catch (error) {
      return this.#markBroken(chain, error);
    } finally {
      this.#restLookedAt(chain);
    }
  }

  /** The opened peer; opens it on first use. Throws when there is none or it cannot be opened. */
  #runner(chain: ChainId): PeerRunner {
    const known = this.#runners.use(chain);
    if (known !== undefined) return known;
    if (this.moves.hasLeft(chain)) throw away(chain);
    if (this.moves.isArriving(chain)) throw unknown(chain);
    const broken = this.#broken.get(chain);
    if (broken !== undefined) throw stoppedError(chain, broken);
    const signer = this.#findSigner(chain);
    const storage = this.#storage.open(chain);
    if (storage === undefined || storage.height < 0) {
      if (signer === undefined) throw unknown(chain);
      throw new LedgerError('peer-missing', { chain }, `${chain} has its key here, but its ledger was not opened yet.`);
    }
    try {
      if (signer === undefined) throw new Error('the peer’s key is missing');
      const runner = new PeerRunner(openPeer(storage, signer, this.#frameworks), this.#context);
      this.#runners.add(chain, runner);
      this.#changes.touch(chain);
      this.#resting.delete(chain);
      if (this.#runners.size > OPENED_MAX) this.#sweep();
      this.#armSweep();
      storage.restart();
      if (this.#storage.isFull) this.#paused.add(chain);
      else runner.begin();
      runner.checkInUse();
      return runner;
    } catch (error) {
      const stopped = stoppedError(chain, this.#broken.get(chain) ?? this.#markBroken(chain, error));
      this.#runners.peek(chain)?.release(stopped);
      this.#runners.delete(chain);
      throw stopped;
    }
  }

  /**
   * What the peer handed to the disk last found no room, and it built on that: it goes back to what is durable, as after
   * a restart. Whoever waits hears why.
   */
  #onFull(runner: PeerRunner, error: LedgerError): void {
    const { chain } = runner.peer;
    if (this.#runners.peek(chain) !== runner) return;
    this.#runners.delete(chain);
    runner.release(error);
    this.#paused.add(chain);
  }

  /** The peer cannot go on with what is stored of it; whoever asks for it hears why. */
  #onBroken(runner: PeerRunner, error: unknown): void {
    const { chain } = runner.peer;
    if (this.#runners.peek(chain) !== runner) return;
    this.#runners.delete(chain);
    runner.release(stoppedError(chain, this.#markBroken(chain, error)));
  }

  #checkRoom(chain: ChainId): void {
    if (!this.#storage.isFull) return;
    throw new LedgerError('storage-full', { retryAfterMs: RESUME_MS }, `The disk of this city node is full: ${chain} takes nothing until there is room on it again. Try again later.`);
  }

  /** Nobody uses it: what the storage holds of it in memory may go. A peer that is open goes on with that very storage. */
  #rest(chain: ChainId): void {
    if (this.#runners.peek(chain) === undefined) this.#storage.rest(chain);
  }

  /** One timer for all peers, and only while some are open or were just made. */
  #armSweep(): void {
    this.#disarmSweep ??= this.#ports.schedule(REST_MS, () => {
      this.#disarmSweep = undefined;
      this.#sweep();
      const isResting = this.#runners.size === 0 && !this.#wasMade;
      this.#wasMade = false;
      if (isResting) void this.#storage.relax().then(() => this.#ports.rested?.());
      else this.#armSweep();
    });
  }

  /** Peers that were not used since the last sweep go back to what the storage holds of them; their next use opens them. */
  #sweep(): void {
    this.#ordering.expire(this.#ports.now());
    for (const runner of this.#runners.turn(({ peer, isIdle }) => isIdle && !this.#serial.has(peer.chain) && !this.#joins.isJoining(peer.chain) && !this.moves.isDeparting(peer.chain))) {
      const { chain, head, orders, stopped, signer } = runner.peer;
      this.#resting.set(chain, { publicKey: signer.publicKey, headHash: head.hash, orders, stopped, agreement: runner.agreement() });
      runner.release(closing());
      this.#changes.touch(chain);
      this.#rest(chain);
    }
  }

  /** The peer's key; undefined when there is none or it cannot be read: why stands in `#broken` then. */
  #findSigner(chain: ChainId): Signer | undefined {
    if (this.#broken.has(chain)) return undefined;
    try {
      return this.#keys.find(chain);
    } catch (error) {
      this.#markBroken(chain, error);
      return undefined;
    }
  }

  #markBroken(chain: ChainId, error: unknown): StopNote {
    const at = height(Math.max(0, this.#storage.height(chain)));
    this.#resting.delete(chain);
    const note: StopNote = { by: 'fault', reason: `its stored data cannot be opened: ${publicReason(error)}`, height: at, time: this.#ports.now() };
    this.#broken.set(chain, note);
    if (isDamage(error)) this.#healing.want(chain);
    this.#changes.touch(chain);
    this.#ports.logger.error({ chain, reason: note.reason, cause: messageOf(error) }, 'peer stopped');
    return note;
  }

  /** The opened peer, or undefined when it cannot be opened; why stands in `#broken`. */
  #findRunner(chain: ChainId): PeerRunner | undefined {
    try {
      return this.#runner(chain);
    } catch (error) {
      if (this.#broken.has(chain)) return undefined;
      throw error;
    }
  }

  #inOrder<T>(chain: ChainId, task: () => Promise<T>): Promise<T> {
    if (this.#isClosing) return Promise.reject(closing());
    const before = this.#serial.get(chain) ?? Promise.resolve();
    const result = before.then(task, task);
    this.#serial.set(chain, result);
    const clean = (): void => {
      if (this.#serial.get(chain) === result) this.#serial.delete(chain);
    };
    result.then(clean, clean);
    return result;
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

function standing(stopped: StopNote | undefined) {
  return stopped === undefined ? { state: 'running' as const } : { state: 'stopped' as const, stopped };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
