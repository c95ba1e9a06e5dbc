import { assert } from '@/lib/platform/pure/assert';
import { encodeSealed } from './block';
import { checkBlock, EMPTY_PAUSE_MS, findStepBack } from './check-block';
import type { Certificate } from './consensus/certificate';
import type { Evidence } from './consensus/evidence';
import { NIL } from './consensus/messages';
import { decodeRules, encodeRules, findRulesFault, indexOfValidator, quorumOf, rulesAt, type ChainRules } from './consensus/rules';
import { CodecError } from './codec';
import { isPublicKey } from './crypto';
import { isLedgerError, LedgerError } from './errors';
import { decodeEvidenceNote, encodeEvidenceNote, EVIDENCE_MAX, EVIDENCE_NOTE, EVIDENCE_PER_CULPRIT_MAX, type NotedEvidence } from './evidence-note';
import { HeightWaiters } from './height-waiters';
import type { HostTurns } from './host-turns';
import type { Agreement, AgreementPosition, ChainHead, FinalAnswer, PeerLink, RulesChange, StopNote, SubmitAnswer } from './host-types';
import { checkLocalKeys, writesOnThisPeer } from './local-writes';
import type { Commit } from './move/pieces';
import type { Ordering } from './ordering';
import { OwedBlock } from './owed-block';
import { rulesOfNext, type Peer } from './peer';
import type { PeerKeys } from './peer-keys';
import { decodePeerMessage, encodePeerMessage } from './peer-message';
import type { LogFields, MachinePorts } from './ports';
import { publicReason } from './public-reason';
import { CHANGES_MAX, nameOfRules, RULES_NOTE } from './rules-history';
import type { ResourceBook } from './resource-book';
import { attestBlock, type BlockDraft } from './seal-block';
import { backfillBlocks } from './snapshot/backfill-blocks';
import { encodeStopNote, STOP_NOTE } from './stop-note';
import type { Turn } from './turn';
import { height, type ChainId, type Hash } from './types';
import { isSilentAt, UNSETTLED_MAX, Validator, VOTES_BLOCK_NOTE, type ValidatorHome } from './validator';
import { WaitingTransactions } from './waiting-transactions';

/** What all peers of a host share. */
export interface RunnerContext {
  readonly keys: Pick<PeerKeys, 'markUsed' | 'wasUsed'>;
  readonly ordering: Ordering;
  readonly turns: HostTurns;
  readonly link: PeerLink;
  readonly ports: MachinePorts;
  readonly counters: RunnerCounters;
  readonly resources: ResourceBook;
  /** A block was handed to the storage. */
  readonly committed: (chain: ChainId, commit: Commit) => void;
  /** Something is on its way to the disk; the host waits for it when it closes. */
  readonly track: (commit: Promise<void>) => void;
  readonly snapshots: SnapshotWay;
  /** The disk had no room for what this peer handed over: it must go, and begin again from what is durable. */
  readonly onFull: (runner: PeerRunner, error: LedgerError) => void;
  /** What this peer keeps for its part as a validator cannot be read: it must go. */
  readonly onBroken: (runner: PeerRunner, error: unknown) => void;
}

/** The way to catch up that leaves out the blocks in between. */
export interface SnapshotWay {
  /** A peer that lags by more blocks takes it. */
  readonly gapMin: number;
  /** It is under way: nothing is fetched for the peer until it ends, which the host tells. */
  isJoining(chain: ChainId): boolean;
  /** Begins it; false when that makes no sense now. */
  begin(runner: PeerRunner): boolean;
  /** The highest height that others tell of; 0 when nobody answers. */
  survey(chain: ChainId): Promise<number>;
}

export interface RunnerCounters {
  blocks: number;
  transactions: number;
  droppedTransactions: number;
}

const FETCH_BLOCKS_MAX = 64;
/** After so many pages of blocks a peer asks how far the others are: it may have heard no bell. */
const PAGES_BEFORE_SURVEY = 2;
/** Sources that are tried for a block before catching up pauses. */
const SOURCES_MAX = 4;
/** A validator that hears of a height which it works on itself gives it so long before it fetches. */
const BELL_GRACE_MS = 150;
/** For so long after its approval a change asks for blocks; after it, it is still voted for. */
const CHANGE_WANTED_MS = 120_000;

/** Name of the durable note with rules that the operator approved. */
export const CHANGE_NOTE = 'change';

/**
 * Runs one opened peer. As a validator: transactions → queue → agreement → certified block → disk → answers. As a
 * follower: bell → fetch → check and execute again → disk. Readers see a block once it is durable, never before.
 */
export class PeerRunner {
  readonly peer: Peer;
  readonly #context: RunnerContext;
  readonly #waiting: WaitingTransactions;
  readonly #heights = new HeightWaiters();
  readonly #owed: OwedBlock;
  #validator: Validator | undefined;
  #evidence: readonly NotedEvidence[];
  #change: ChainRules | undefined;
  #changeWantedUntil = 0;
  #isRetired = false;
  /** Why it is stopped is on the disk. */
  #isStopKept: boolean;
  readonly #backfill = new AbortController();
  #isFillingBack = false;
  /** Why it is in use no more. */
  #released: LedgerError | undefined;
  #uses = 0;
  #lastCommit: Promise<void> = Promise.resolve();
  #lastLocal: Promise<void> = Promise.resolve();
  #following: Promise<void> | undefined;
  #bellGrace: (() => void) | undefined;
  #marking: Promise<void> | undefined;
  /** When it last told the validators that a reader here is owed a block. */
  #demandedAt = 0;

  constructor(peer: Peer, context: RunnerContext) {
    this.peer = peer;
    this.#context = context;
    this.#isStopKept = peer.stopped !== undefined;
    this.#owed = new OwedBlock({ peer, ports: context.ports, demand: () => this.#demand() });
    this.#waiting = new WaitingTransactions({
      peer,
      context,
      checkRunning: () => this.checkRunning(),
      hasOthers: () => !this.#isAlone,
      tellOthers: (message) => this.#validator?.sendToOthers(message),
      catchUp: () => this.catchUp(),
      warn: (event, error) => this.#warn(event, error),
    });
    this.#evidence = decodeEvidenceNote(peer.storage.note(EVIDENCE_NOTE));
    const change = peer.storage.note(CHANGE_NOTE);
    this.#change = change === undefined ? undefined : decodeRules(change);
  }

  /** Takes part, unless it is stopped. Once, after the constructor. */
  begin(): void {
    this.#takeRole();
    this.#fillBack();
  }

  /** Takes no part any more, without a word to anybody: another runner comes in its place, of a ledger further on. */
  retire(): void {
    this.#isRetired = true;
    this.#endValidator();
  }

  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Takes part again after a pause, and looks what it missed. */
  resume(): void {
    const { peer } = this;
    this.#takeRole();
    // One that was opened during the pause has not begun yet.
    this.#fillBack();
    // Bells are not heard without room; on a quiet chain none rings again.
    if (!(peer.orders && this.#isAlone) && peer.stopped === undefined) this.#followLater();
  }

  /** Fetches blocks that are missing below the first one; until it has them, or the runner's end. */
  #fillBack(): void {
    const { storage } = this.peer;
    const { link, turns, ports } = this.#context;
    if (storage.firstHeight === 0 || this.#isFillingBack || this.#backfill.signal.aborted) return;
    this.#isFillingBack = true;
    void backfillBlocks({ storage, link, turns, ports, signal: this.#backfill.signal });
  }

  /** On a validator: see {@link WaitingTransactions.submit}. */
  submit(bytes: Uint8Array): Promise<SubmitAnswer> {
    return this.#waiting.submit(bytes);
  }

  /** See {@link WaitingTransactions.expired}. */
  expired(ids: readonly Hash[]): void {
    this.#waiting.expired(ids);
  }

  /** See {@link WaitingTransactions.takeUnclaimed}. */
  takeUnclaimed(): readonly Uint8Array[] {
    return this.#waiting.takeUnclaimed();
  }

  async waitForHeight(after: number, signal: AbortSignal): Promise<ChainHead> {
    signal.throwIfAborted();
    while (this.peer.head.height <= after) await this.#heights.wait(after, signal);
    return this.peer.head;
  }

  /** The queue has something. */
  propose(): void {
    this.#validator?.wake();
  }

  /** The bell of another peer. */
  announced(at: number): void {
    const { peer } = this;
    if (!Number.isSafeInteger(at)) return;
    if (peer.orders && this.#isAlone) return;
    peer.announcedHeight = Math.max(peer.announcedHeight, at);
    if (peer.announcedHeight <= peer.parent.height || peer.stopped !== undefined) return;
    if (!peer.orders) return this.#followLater();
    // Most likely the last votes for it are on their way here, too.
    this.#bellGrace ??= this.#context.ports.schedule(BELL_GRACE_MS, () => {
      this.#bellGrace = undefined;
      if (this.#released === undefined && peer.stopped === undefined && peer.announcedHeight > peer.parent.height) this.#followLater();
    });
  }

  /** A message of the peer of that name. Never throws. */
  received(from: string, message: Uint8Array): void {
    const validator = this.#validator;
    if (validator === undefined || this.#released !== undefined) return;
    try {
      const decoded = decodePeerMessage(message);
      if (decoded.kind === 'consensus') validator.receive(from, decoded.payload);
      else if (decoded.kind === 'demand') validator.demand(false);
      else for (const bytes of decoded.transactions) void this.#waiting.takeForeign(bytes);
    } catch (error) {
      // Counted, not logged: whoever sends such things sends many.
      if (error instanceof CodecError) validator.refused('malformed');
      else this.#warn('a message of another peer was refused', error);
    }
  }

  /** A reader looked at the head: if the framework owes it a block, one is made. */
  headRead(): void {
    this.#owed.headRead();
  }

  #demand(): void {
    const { peer } = this;
    if (this.#validator !== undefined) return this.#validator.demand(true);
    // Readers ask as often as they like, also while no block can come.
    const now = this.#context.ports.now();
    const sinceMs = now - this.#demandedAt;
    if (sinceMs >= 0 && sinceMs < EMPTY_PAUSE_MS) return;
    this.#demandedAt = now;
    const message = encodePeerMessage({ kind: 'demand' });
    for (const { name } of rulesOfNext(peer).validators) this.#context.link.send(peer.chain, name, message);
  }

  /** Remembers rules that the operator wants. Errors: `change-refused`, `chain-stopped`. */
  async approveChange({ finality, validators, upgrade }: RulesChange): Promise<'approved' | 'done'> {
    this.checkRunning();
    const { peer } = this;
    const now = rulesOfNext(peer);
    const kept = upgrade ?? now.upgrade;
    const wanted: ChainRules = { finality, validators, engineVersion: now.engineVersion, ...(kept === undefined ? {} : { upgrade: kept }) };
    const refuse = (reason: string): never => {
      throw new LedgerError('change-refused', { chain: peer.chain, reason }, `The rules of ${peer.chain} cannot be changed so: ${reason}.`);
    };
    const fault = findRulesFault(wanted) ?? findStepBack(now, wanted);
    if (fault !== undefined) refuse(fault);
    // Nobody could sign with it: no block would ever come that takes it back.
    if (!validators.every(({ publicKey }) => isPublicKey(publicKey))) refuse('a public key is not P-256 as DER SubjectPublicKeyInfo');
    if (nameOfRules(wanted) === nameOfRules(now)) return 'done';
    if (peer.rules.isFull) refuse(`they were changed ${CHANGES_MAX} times, as often as is kept`);
    if (upgrade !== undefined && upgrade.height <= peer.parent.height + 1) refuse(`height ${upgrade.height} has come already, the next is ${peer.parent.height + 1}`);
    const { name, engineVersion } = peer.framework;
    if (upgrade !== undefined && upgrade.engineVersion > engineVersion) refuse(`this program has version ${engineVersion} of ${name}: update it before version ${upgrade.engineVersion} comes into force`);
    if (this.#change !== undefined && nameOfRules(this.#change) !== nameOfRules(wanted)) {
      // One that no quorum was found for would lock the sub-chain's rules for ever.
      if (this.#context.ports.now() < this.#changeWantedUntil) refuse('another change waits for its block');
    }
    // Before the note is asked for: the block that brings the rules may come while it is written, and clears both.
    this.#change = wanted;
    this.#changeWantedUntil = this.#context.ports.now() + CHANGE_WANTED_MS;
    await this.#setNote(CHANGE_NOTE, encodeRules(wanted));
    if (this.#change === undefined) return 'done';
    this.#validator?.wake();
    return 'approved';
  }

  /**
   * What the operator approved, for the next block: an announced version may have come into force since. Undefined when
   * it would change nothing, or what no block may change any more.
   */
  #approvedChange(): ChainRules | undefined {
    if (this.#change === undefined) return undefined;
    const next = this.peer.parent.height + 1;
    const [now, wanted] = [this.peer.rules.at(next), rulesAt(this.#change, next)];
    return !this.peer.rules.isFull && wanted.engineVersion === now.engineVersion && nameOfRules(wanted) !== nameOfRules(now) ? wanted : undefined;
  }

  /** How this peer agrees with the others, for people. */
  agreement(): Agreement {
    const { peer } = this;
    const rules = rulesOfNext(peer);
    return agreementOf(rules, this.#evidence, this.#validator);
  }

  /** Keeps what the framework makes of the request under the peer's own keys, durably. */
  async keepLocally(request: unknown): Promise<void> {
    this.checkRunning();
    const { instance, storage } = this.peer;
    assert(instance.keepLocally !== undefined, 'the framework keeps something for the peer alone');
    // In the step in which it goes to the storage: a block in between would have changed what it was made from.
    const writes = instance.keepLocally(request, storage.pendingState);
    // What was asked for may be there for another call's sake, which still waits for the disk.
    if (writes.length === 0) return this.#lastLocal;
    checkLocalKeys(instance, writes);
    // What it throws at once is said of the writes, not of the disk.
    const written = storage.writeLocal(writes);
    this.#lastLocal = written;
    const use = this.enterUse();
    try {
      await written;
    } catch (error) {
      this.#onStorageFailed(error);
      // Nothing of it is left in the state: whoever comes from now on finds what is durable.
      this.#lastLocal = Promise.resolve();
      throw error;
    } finally {
      use.leave();
    }
  }

  /** Fetches and executes what others have, until it has it all durably. */
  async catchUp(): Promise<ChainHead> {
    this.checkRunning();
    if (!(this.peer.orders && this.#isAlone)) await this.#follow();
    await this.#lastCommit;
    this.checkRunning();
    return this.peer.head;
  }

  /** Stops taking part; resolves when the reason is kept durably. The first reason stays. `cause` goes into the log alone. */
  async stop(by: StopNote['by'], reason: string, at: number, cause?: unknown): Promise<void> {
    const { peer } = this;
    if (peer.stopped === undefined) {
      peer.stopped = { by, reason, height: height(at), time: this.#context.ports.now() };
      this.#endValidator();
      this.#context.ports.logger[by === 'fault' ? 'error' : 'info']({ chain: peer.chain, height: at, reason, ...causeOf(cause) }, 'peer stopped');
      this.#refuseWaiting();
    }
    if (this.#isStopKept) return;
    const note = encodeStopNote(peer.stopped);
    // What went wrong stays wrong: such a peer does not go back, and its reason is known to this process alone.
    if (by === 'fault') await peer.storage.setNote(STOP_NOTE, note);
    else await this.#setNote(STOP_NOTE, note);
    this.#isStopKept = true;
  }

  async start(): Promise<void> {
    if (this.peer.stopped === undefined) return;
    // What was said before it stopped must be durable before it is read again.
    await this.settle();
    await this.#setNote(STOP_NOTE, undefined);
    this.#isStopKept = false;
    this.peer.stopped = undefined;
    this.#takeRole();
    this.checkInUse();
    this.announced(this.peer.announcedHeight);
  }

  /** Waits until nothing of this peer is under way. */
  async settle(): Promise<void> {
    await this.#following?.catch((error: unknown) => this.#warn('catch-up ended', error));
    await this.#context.turns.run(this.peer.chain, async () => undefined);
    await this.#lastCommit;
  }

  /** The end of this runner: rejects everybody who waits, begins nothing more. */
  release(error: LedgerError): void {
    this.#backfill.abort(error);
    this.#released = error;
    this.#endValidator();
    this.#waiting.refuseAll(error);
    this.#heights.rejectAll(error);
  }

  /** Somebody reads here, or waits for what others do, until `leave` is called. */
  enterUse(): { leave(): void } {
    this.#uses += 1;
    return { leave: () => void (this.#uses -= 1) };
  }

  /** Nothing of it is under way and nobody waits for it: closed and opened again, it is the same. */
  get isIdle(): boolean {
    const { peer } = this;
    const isBehind = peer.unsettled > 0 || peer.announcedHeight > peer.head.height;
    const isAwaited = this.#uses > 0 || !this.#heights.isEmpty || !this.#waiting.isEmpty;
    const lacksBlocks = peer.storage.firstHeight > 0;
    const hasWork = lacksBlocks || this.#following !== undefined || this.#owed.isPending || this.#bellGrace !== undefined || this.#marking !== undefined || this.#validator?.isIdle === false;
    // Why it stopped itself may not be on the disk.
    return !isBehind && !isAwaited && !hasWork && peer.stopped?.by !== 'fault' && this.#context.ports.now() >= this.#changeWantedUntil;
  }

  checkRunning(): void {
    const { chain, stopped } = this.peer;
    if (this.#isRetired) throw replaced(chain);
    this.checkInUse();
    if (stopped !== undefined) throw stoppedError(chain, stopped);
  }

  /** Throws when another runner has the peer now, or none: what was under way here ends. */
  checkInUse(): void {
    if (this.#released !== undefined) throw this.#released;
  }

  get #isAlone(): boolean {
    return rulesOfNext(this.peer).validators.length === 1;
  }

  /** Becomes a validator, or no longer is one, as the rules of the next block say. */
  #takeRole(): void {
    const { peer } = this;
    peer.orders = indexOfValidator(rulesOfNext(peer), peer.signer.publicKey) >= 0;
    if (!peer.orders || peer.stopped !== undefined || this.#released !== undefined || this.#isRetired) return this.#endValidator();
    if (this.#isAlone && (this.#validator?.isSilent ?? isSilentAt(peer, peer.parent.height + 1))) {
      // There is nobody whose blocks could tell it how far it was: one that it signed and forgot may be at any peer.
      const reason = 'it lost its ledger, but not its key, and orders alone: what it signed before cannot be known';
      void this.stop('fault', reason, peer.parent.height + 1).catch((failure: unknown) => this.#warn('the reason could not be kept', failure));
      return;
    }
    if (this.#validator !== undefined) return;
    if (!this.#isKeyMarked) return this.#markKey();
    try {
      this.#validator = new Validator(this.#home(), this.#context.ports.nonce);
      this.#validator.begin();
    } catch (error) {
      this.#context.onBroken(this, error);
    }
  }

  /** A validator speaks only once its key is marked: see `PeerKeys.markUsed`. A peer that was always alone has nobody to contradict. */
  get #isKeyMarked(): boolean {
    return this.peer.genesis.peers.length === 1 || this.#context.keys.wasUsed(this.peer.chain);
  }

  #markKey(): void {
    const { peer } = this;
    if (this.#marking !== undefined) return;
    this.#marking = this.#context.keys
      .markUsed(peer.chain)
      .finally(() => {
        this.#marking = undefined;
      })
      .then(
        () => this.#takeRole(),
        (error: unknown) =>
          isLedgerError(error, 'storage-full') ? this.#onStorageFailed(error) : this.stop('fault', `its key could not be marked: ${publicReason(error)}`, peer.head.height, error),
      )
      // The same disk may take neither mark nor reason.
      .catch((failure: unknown) => this.#warn('the reason could not be kept', failure));
    this.#context.track(this.#marking);
  }

  #endValidator(): void {
    this.#validator?.end();
    this.#validator = undefined;
    this.#owed.drop();
    this.#bellGrace?.();
    this.#bellGrace = undefined;
  }

  #home(): ValidatorHome {
    const { peer } = this;
    const stop = (reason: string, at: number, cause?: unknown): void => {
      const full = cause === undefined ? reason : `${reason}: ${publicReason(cause)}`;
      this.stop('fault', full, at, cause).catch((failure: unknown) => this.#warn('the reason could not be kept', failure));
    };
    return {
      peer,
      context: this.#context,
      approved: () => this.#approvedChange(),
      wantsChange: () => this.#context.ports.now() < this.#changeWantedUntil && this.#approvedChange() !== undefined,
      commit: (draft, certificate) => this.#commit(draft, certificate),
      refuse: ({ id }, reason) => this.#waiting.refuse(id, reason),
      behind: (at) => {
        peer.announcedHeight = Math.max(peer.announcedHeight, at);
        if (at > peer.parent.height) this.#followLater();
      },
      remind: () => {
        this.#waiting.remind();
        this.#validator?.wake();
      },
      noteEvidence: (evidence) => this.#noteEvidence(evidence),
      fault: stop,
      storageFailed: (error) => this.#onStorageFailed(error),
    };
  }

  #commit(draft: BlockDraft, certificate: Certificate): void {
    const { peer } = this;
    const { header, hash, executed, nextRules } = draft;
    const before = peer.rules.at(header.height);
    const isOwn = Buffer.compare(header.proposer, peer.signer.publicKey) === 0;
    // Who orders alone signed already.
    const attestation = isOwn && before.validators.length === 1 ? undefined : attestBlock(peer.chain, header.height, hash, peer.signer);
    const history = draft.isChange ? peer.rules.with(header.height + 1, nextRules) : peer.rules;
    const notes = new Map<string, Uint8Array | undefined>();
    if (draft.isChange) notes.set(RULES_NOTE, history.encode()).set(CHANGE_NOTE, undefined);
    // The block it was bound to is this one, or of no use.
    if (before.validators.length > 1) notes.set(VOTES_BLOCK_NOTE, undefined);
    // First, for it throws when the write set is not canonical: then this block does not exist.
    const record = encodeSealed(draft.body, { certificate, ...(attestation === undefined ? {} : { attestation }) });
    const writes = writesOnThisPeer(peer.instance, executed, peer.storage.pendingState);
    const commit = peer.storage.commit(header.height, record, writes, notes);
    this.#context.committed(peer.chain, { height: header.height, block: record, writes, notes });
    peer.parent = { height: header.height, hash, time: header.time };
    peer.rules = history;
    peer.tail = executed.transactions.length > 0 ? { empty: 0, isBare: false } : peer.tail && { ...peer.tail, empty: peer.tail.empty + 1 };
    if (draft.isChange) this.#change = undefined;
    peer.unsettled += 1;
    const ids = executed.transactions.map(({ id }) => id);
    // Until here the queue knows the next sequence of a lane, from now on the state does.
    this.#waiting.settle(ids);
    this.#lastCommit = commit.then(
      () => this.#onDurable(draft),
      (error: unknown) => this.#onStorageFailed(error),
    );
    this.#context.track(this.#lastCommit);
    this.#validator?.advanced();
    const ordered = peer.orders;
    this.#takeRole();
    if (ordered && !peer.orders) this.#waiting.handOver();
    if (!isOwn && peer.orders) this.#waiting.lookAgain(ids.length === 0);
    this.#validator?.wake();
  }

  #onDurable({ header, hash, executed }: BlockDraft): void {
    const { peer } = this;
    const { counters, link, resources } = this.#context;
    peer.unsettled -= 1;
    peer.head = { chain: peer.chain, height: header.height, hash, time: header.time, genesisHash: peer.genesisHash };
    counters.blocks += 1;
    counters.transactions += executed.transactions.length;
    resources.add(peer.chain, 'transactions', executed.transactions.length);
    executed.transactions.forEach(({ id, succeeded }, index) => {
      const answer: FinalAnswer = { state: 'final', id, height: header.height, index, succeeded, blockHash: hash };
      this.#waiting.finish(answer);
    });
    // Also who lost its vote by this block: those who got one by it may hear of it from nobody else.
    if (indexOfValidator(peer.rules.at(header.height), peer.signer.publicKey) >= 0) link.announce(peer.chain, header.height);
    this.#validator?.wake();
    this.#heights.reached(header.height);
  }

  /** The disk takes no more: what was not durable is lost to this process, and nothing may be answered any more. */
  #onStorageFailed(error: unknown): void {
    const { peer } = this;
    if (isLedgerError(error, 'storage-full')) return this.#context.onFull(this, error);
    if (peer.stopped === undefined) {
      const reason = `the disk failed: ${publicReason(error)}`;
      peer.stopped = { by: 'fault', reason, height: height(peer.head.height), time: this.#context.ports.now() };
      this.#context.ports.logger.error({ chain: peer.chain, height: peer.head.height, reason, ...causeOf(error) }, 'peer stopped');
    }
    this.#endValidator();
    this.#refuseWaiting();
  }

  #refuseWaiting(): void {
    const { chain, stopped } = this.peer;
    assert(stopped !== undefined, 'waiting transactions are refused when the peer is stopped');
    this.#waiting.refuseAll(stoppedError(chain, stopped));
  }

  #followLater(): void {
    this.#follow().catch((error: unknown) => this.#warn('catch-up paused', error));
  }

  /** One catch-up at a time; a bell during it is heard by it. */
  #follow(): Promise<void> {
    this.#following ??= this.#fetchAll();
    return this.#following;
  }

  async #fetchAll(): Promise<void> {
    const { peer } = this;
    const { link, turns, snapshots } = this.#context;
    let skip = 0;
    let pages = 0;
    // It is known as under way before it can end.
    await Promise.resolve();
    try {
      for (let isMore = true; isMore; ) {
        if (this.#isRetired || snapshots.isJoining(peer.chain)) return;
        if ((pages += 1) === PAGES_BEFORE_SURVEY + 1) peer.announcedHeight = Math.max(peer.announcedHeight, await snapshots.survey(peer.chain));
        if (peer.announcedHeight - peer.parent.height > snapshots.gapMin && snapshots.begin(this)) return;
        const from = height(peer.parent.height + 1);
        const announced = peer.announcedHeight;
        const records = (await link.fetchBlocks(peer.chain, from, FETCH_BLOCKS_MAX, skip)).slice(0, FETCH_BLOCKS_MAX);
        try {
          for (const record of records) {
            if (peer.unsettled >= UNSETTLED_MAX) await this.#lastCommit;
            await turns.run(peer.chain, (turn) => this.#applyTurn(turn, record));
          }
        } catch (error) {
          // Whoever gave it may lie, or its disk: others have the same blocks.
          if (peer.orders && !this.#isAlone && error instanceof LedgerError && error.code === 'block-refused' && (skip += 1) < SOURCES_MAX) continue;
          throw error;
        }
        // Sources have limits of their own. A single block is the usual bell: nothing more is asked for unless it was told of.
        const isTold = peer.announcedHeight > peer.parent.height && (records.length > 0 || peer.announcedHeight > announced);
        isMore = records.length > 1 || isTold;
        // What nobody has was a lie, or a hope.
        if (records.length === 0 && !isTold) peer.announcedHeight = peer.parent.height;
      }
    } finally {
      // In the same step as the last look at what was announced: a bell that rings after it begins another catch-up.
      this.#following = undefined;
    }
  }

  async #applyTurn(turn: Turn, record: Uint8Array): Promise<void> {
    const { peer } = this;
    this.checkRunning();
    const at = peer.parent.height + 1;
    const verdict = await checkBlock(peer, turn, record, this.#context.ports.now());
    // The votes for it were here first.
    if (peer.parent.height + 1 !== at) return;
    this.checkRunning();
    if (verdict.kind === 'good') {
      try {
        this.#commit(verdict.draft, verdict.certificate);
      } catch (error) {
        return this.#stopAndThrow(`block ${at} could not be stored: ${publicReason(error)}`, at, error);
      }
      peer.announcedHeight = Math.max(peer.announcedHeight, at);
      peer.lastRefusal = undefined;
      return;
    }
    if (verdict.kind === 'fault') return this.#stopAndThrow(verdict.reason, at, verdict.cause);
    peer.refusedBlocks += 1;
    peer.lastRefusal = verdict.reason;
    if (verdict.isFinal) peer.announcedHeight = Math.max(peer.announcedHeight, at);
    throw new LedgerError('block-refused', { chain: peer.chain, height: at }, `${peer.chain} refused a block: ${verdict.reason}.`);
  }

  /** A note that the operator wants. When it finds no room the peer goes back to what is durable, and can be asked again. */
  async #setNote(name: string, value: Uint8Array | undefined): Promise<void> {
    try {
      await this.peer.storage.setNote(name, value);
    } catch (error) {
      if (isLedgerError(error, 'storage-full')) this.#context.onFull(this, error);
      throw error;
    }
  }

  #noteEvidence(evidence: Evidence): void {
    const { peer } = this;
    const { ports } = this.#context;
    const { validators } = rulesOfNext(peer);
    const culprit = validators.find(({ publicKey }) => Buffer.compare(publicKey, evidence.culprit) === 0)?.name ?? 'unknown';
    const isSame = (noted: NotedEvidence): boolean => Buffer.compare(noted.evidence.culprit, evidence.culprit) === 0;
    // Its signatures cost it nothing: more of the same proves no more, and would fill disk and log.
    if (this.#evidence.filter(isSame).length >= EVIDENCE_PER_CULPRIT_MAX) return;
    this.#evidence = [...this.#evidence, { evidence, culprit, time: ports.now() }].slice(-EVIDENCE_MAX);
    ports.logger.error({ chain: peer.chain, height: evidence.height, round: evidence.round, culprit, kind: evidence.kind }, 'a validator signed two things');
    const kept = peer.storage.setNote(EVIDENCE_NOTE, encodeEvidenceNote(this.#evidence)).catch((error: unknown) => this.#onStorageFailed(error));
    this.#context.track(kept);
  }

  async #stopAndThrow(reason: string, at: number, cause?: unknown): Promise<void> {
    await this.stop('fault', reason, at, cause);
    this.checkRunning();
  }

  #warn(event: string, error: unknown): void {
    this.#context.ports.logger.warn({ chain: this.peer.chain, reason: describe(error) }, event);
  }
}

/** The ledger that was asked is replaced by one further on: the host asks that one. */
export function replaced(chain: string): LedgerError<'peers-unreachable'> {
  return new LedgerError('peers-unreachable', { chain }, `The peer of ${chain} takes a newer ledger; try again in a moment.`);
}

export function stoppedError(chain: string, { by, reason }: StopNote): LedgerError<'chain-stopped'> {
  const message = by === 'fault' ? `The peer of ${chain} stopped itself: ${reason}.` : `${chain} is stopped: ${reason}.`;
  return new LedgerError('chain-stopped', { chain, reason }, message);
}

/** For the log: everything, places on the disk too. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

function causeOf(error: unknown): LogFields {
  return error === undefined ? {} : { cause: describe(error) };
}

/** What a peer's agreement looks like from outside; without a validator: of one that follows, or is not in use. */
export function agreementOf(rules: ChainRules, evidence: readonly NotedEvidence[], validator?: Validator): Agreement {
  const { finality, validators, engineVersion, upgrade } = rules;
  const names = validators.map(({ name }) => name);
  const base = { finality, validators: names, quorum: quorumOf(finality, names.length), engineVersion, ...(upgrade === undefined ? {} : { upgrade }), evidence };
  if (validator === undefined) return { ...base, refusedMessages: {} };
  const { height: at, round, step, proposer, lastVote, lastVoteAt, abstainsThrough } = validator.status();
  const { hash, ...place } = lastVote ?? {};
  const position = {
    height: at,
    round,
    step,
    proposer: names[proposer] ?? '',
    ...(lastVote === undefined ? {} : { lastVote: { ...place, ...(hash === NIL ? {} : { hash }), time: lastVoteAt } }),
    ...(abstainsThrough === undefined ? {} : { abstainsThrough }),
  } as AgreementPosition;
  return { ...base, position, refusedMessages: validator.refusedMessages };
}
