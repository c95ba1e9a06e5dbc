import { assert } from '@/lib/platform/pure/assert';
import { buildBlock, type SealedBlock } from './build-block';
import { checkBlock } from './check-block';
import { sha256Hex } from './crypto';
import { LedgerError } from './errors';
import type { CheckedTransaction } from './framework';
import { HeightWaiters } from './height-waiters';
import type { ChainHead, FinalAnswer, PeerLink, StopNote, SubmitAnswer } from './host-types';
import type { BlockCaps, Ordering } from './ordering';
import type { Peer } from './peer';
import type { LogFields, MachinePorts } from './ports';
import { publicReason } from './public-reason';
import { encodeStopNote, STOP_NOTE } from './stop-note';
import { Submissions } from './submissions';
import type { Turns } from './turns';
import { height, type Hash } from './types';

/** What all peers of a host share. */
export interface RunnerContext {
  readonly ordering: Ordering;
  readonly turns: Turns;
  readonly link: PeerLink;
  readonly ports: MachinePorts;
  readonly counters: RunnerCounters;
  /** A commit is on its way; the host waits for it when it closes. */
  readonly track: (commit: Promise<void>) => void;
}

export interface RunnerCounters {
  blocks: number;
  transactions: number;
  droppedTransactions: number;
}

/** Blocks that may be executed while earlier ones are not durable yet. */
const UNSETTLED_MAX = 2;
const FETCH_BLOCKS_MAX = 64;
const CHECK_ATTEMPTS_MAX = 8;
const BLOCK_CAPS: BlockCaps = { transactionsMax: 1_000, bytesMax: 2 * 1024 * 1024 };

/**
 * Runs one opened peer. Ordering: transactions → batch → executed and signed block → disk → answers. Following: bell →
 * fetch → check and execute again → sign → disk. Readers see a block once it is durable, never before.
 */
export class PeerRunner {
  readonly peer: Peer;
  readonly #context: RunnerContext;
  readonly #submissions = new Submissions();
  readonly #joins = new Map<Hash, Promise<SubmitAnswer>>();
  readonly #heights = new HeightWaiters();
  #isProposing = false;
  #isReleased = false;
  #lastCommit: Promise<void> = Promise.resolve();
  #following: Promise<void> | undefined;

  constructor(peer: Peer, context: RunnerContext) {
    this.peer = peer;
    this.#context = context;
  }

  /** On the ordering peer: checks, queues, and waits for the durable block. The same bytes at the same time share one answer. */
  submit(bytes: Uint8Array): Promise<SubmitAnswer> {
    const digest = sha256Hex(bytes);
    const joined = this.#joins.get(digest);
    if (joined !== undefined) return joined.then(asRepeated);
    const answer = this.#submitOnce(bytes).finally(() => this.#joins.delete(digest));
    this.#joins.set(digest, answer);
    return answer;
  }

  async waitForHeight(after: number, signal: AbortSignal): Promise<ChainHead> {
    signal.throwIfAborted();
    while (this.peer.head.height <= after) await this.#heights.wait(after, signal);
    return this.peer.head;
  }

  /** Has the queue's next batch made into a block in this chain's next turn, unless the disk is behind: then once it is not. */
  propose(): void {
    const { peer } = this;
    if (this.#isReleased || this.#isProposing || peer.stopped !== undefined || peer.unsettled >= UNSETTLED_MAX) return;
    this.#isProposing = true;
    this.#context.turns.run(peer.chain, () => this.#proposeTurn()).catch((error: unknown) => {
      const reason = `block ${peer.parent.height + 1} could not be built: ${publicReason(error)}`;
      this.stop('fault', reason, peer.parent.height + 1, error).catch((failure: unknown) => this.#warn('the reason could not be kept', failure));
    });
  }

  announced(at: number): void {
    const { peer } = this;
    if (peer.orders || !Number.isSafeInteger(at)) return;
    peer.announcedHeight = Math.max(peer.announcedHeight, at);
    if (peer.announcedHeight > peer.parent.height && peer.stopped === undefined) this.#follow().catch((error: unknown) => this.#warn('catch-up paused', error));
  }

  /** On a following peer: fetches and executes what others have, until it has it all durably. */
  async catchUp(): Promise<ChainHead> {
    this.checkRunning();
    if (!this.peer.orders) await this.#follow();
    await this.#lastCommit;
    this.checkRunning();
    return this.peer.head;
  }

  /** Stops taking part and keeps the reason durably. The first reason stays. `cause` goes into the log alone. */
  async stop(by: StopNote['by'], reason: string, at: number, cause?: unknown): Promise<void> {
    const { peer } = this;
    if (peer.stopped !== undefined) return;
    const note: StopNote = { by, reason, height: height(at), time: this.#context.ports.now() };
    peer.stopped = note;
    this.#context.ports.logger[by === 'fault' ? 'error' : 'info']({ chain: peer.chain, height: at, reason, ...causeOf(cause) }, 'peer stopped');
    this.#refuseWaiting();
    await peer.storage.setNote(STOP_NOTE, encodeStopNote(note));
  }

  async start(): Promise<void> {
    if (this.peer.stopped === undefined) return;
    await this.peer.storage.setNote(STOP_NOTE, undefined);
    this.peer.stopped = undefined;
    this.propose();
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
    this.#isReleased = true;
    this.#submissions.refuseAll(error);
    this.#heights.rejectAll(error);
  }

  checkRunning(): void {
    const { chain, stopped } = this.peer;
    if (stopped !== undefined) throw stoppedError(chain, stopped);
  }

  async #submitOnce(bytes: Uint8Array): Promise<SubmitAnswer> {
    const { peer } = this;
    const { ordering, ports } = this.#context;
    this.checkRunning();
    const { storage, instance } = peer;
    let before = storage.pendingHeight;
    let checked = await instance.checkTransaction(bytes, storage.pendingState);
    // What looks ahead of its lane is looked at again when blocks came meanwhile: its turn may be now. Nothing may be
    // awaited between the last look and the queue.
    for (let attempt = 2; attempt <= CHECK_ATTEMPTS_MAX && isAhead(checked) && storage.pendingHeight !== before; attempt += 1) {
      this.checkRunning();
      before = storage.pendingHeight;
      checked = await instance.checkTransaction(bytes, storage.pendingState);
    }
    this.checkRunning();
    const { id } = checked;
    // Before the queue has it: its block may be durable by the time `place` resolves.
    const answer = this.#submissions.expect(id);
    try {
      const placement = await ordering.place(peer.chain, checked, ports.now());
      if (placement === 'duplicate') return answer.then(asRepeated);
      if (placement === 'queued') return answer;
      this.#submissions.forget(id);
      return { state: 'held', id, ...(placement === 'held' ? {} : { repeated: true }) };
    } catch (error) {
      this.#submissions.forget(id);
      throw error;
    }
  }

  async #proposeTurn(): Promise<void> {
    const { peer } = this;
    const { ordering, ports, counters } = this.#context;
    // Before the cut: a bell from here on is for the turn after this one.
    this.#isProposing = false;
    if (peer.stopped !== undefined || peer.unsettled >= UNSETTLED_MAX) return;
    const costMax = peer.instance.blockCostMax;
    const batch = ordering.cut(peer.chain, costMax === undefined ? BLOCK_CAPS : { ...BLOCK_CAPS, costMax });
    if (batch.length === 0) return;
    try {
      const { sealed, dropped } = await buildBlock(peer, batch, ports.now());
      counters.droppedTransactions += dropped.length;
      for (const { index, reason } of dropped) {
        const transaction = batch[index];
        if (transaction !== undefined) this.#submissions.refuse(transaction.id, reason);
      }
      if (sealed !== undefined) this.#commit(sealed);
    } finally {
      // After the commit: until it is settled the queue knows the next sequence of a lane, from then on the state does.
      ordering.settle(peer.chain, batch);
    }
    this.propose();
  }

  #commit(sealed: SealedBlock): void {
    const { peer } = this;
    const { header, hash } = sealed;
    // First, for it throws when the write set is not canonical: then this block does not exist.
    const commit = peer.storage.commit(header.height, sealed.record, sealed.executed.writes);
    peer.parent = { height: header.height, hash, time: header.time };
    peer.unsettled += 1;
    this.#lastCommit = commit.then(
      () => this.#onDurable(sealed),
      (error: unknown) => this.#onStorageFailed(error),
    );
    this.#context.track(this.#lastCommit);
  }

  #onDurable({ header, hash, executed }: SealedBlock): void {
    const { peer } = this;
    const { counters, link } = this.#context;
    peer.unsettled -= 1;
    peer.head = { chain: peer.chain, height: header.height, hash, time: header.time, genesisHash: peer.genesisHash };
    counters.blocks += 1;
    counters.transactions += executed.transactions.length;
    if (peer.orders) {
      executed.transactions.forEach(({ id, succeeded }, index) => {
        const answer: FinalAnswer = { state: 'final', id, height: header.height, index, succeeded, blockHash: hash };
        this.#submissions.finish(answer);
      });
      link.announce(peer.chain, header.height);
      this.propose();
    }
    this.#heights.reached(header.height);
  }

  /** The disk takes no more: what was not durable is lost to this process, and nothing may be answered any more. */
  #onStorageFailed(error: unknown): void {
    const { peer } = this;
    peer.unsettled -= 1;
    if (peer.stopped === undefined) {
      const reason = `the disk failed: ${publicReason(error)}`;
      peer.stopped = { by: 'fault', reason, height: height(peer.head.height), time: this.#context.ports.now() };
      this.#context.ports.logger.error({ chain: peer.chain, height: peer.head.height, reason, ...causeOf(error) }, 'peer stopped');
    }
    this.#refuseWaiting();
  }

  #refuseWaiting(): void {
    const { chain, stopped } = this.peer;
    assert(stopped !== undefined, 'waiting transactions are refused when the peer is stopped');
    this.#context.ordering.forget(chain);
    this.#submissions.refuseAll(stoppedError(chain, stopped));
  }

  /** One catch-up at a time; a bell during it is heard by it. */
  #follow(): Promise<void> {
    this.#following ??= this.#fetchAll().finally(() => {
      this.#following = undefined;
    });
    return this.#following;
  }

  async #fetchAll(): Promise<void> {
    const { peer } = this;
    const { link, turns } = this.#context;
    for (let isMore = true; isMore; ) {
      const from = height(peer.parent.height + 1);
      const records = (await link.fetchBlocks(peer.chain, from, FETCH_BLOCKS_MAX)).slice(0, FETCH_BLOCKS_MAX);
      for (const record of records) {
        if (peer.unsettled >= UNSETTLED_MAX) await this.#lastCommit;
        await turns.run(peer.chain, () => this.#applyTurn(record));
      }
      // Sources have limits of their own. A single block is the usual bell: nothing more is asked for unless it was told of.
      isMore = records.length > 1 || (records.length > 0 && peer.announcedHeight > peer.parent.height);
    }
  }

  async #applyTurn(record: Uint8Array): Promise<void> {
    const { peer } = this;
    this.checkRunning();
    const at = peer.parent.height + 1;
    const verdict = await checkBlock(peer, record, this.#context.ports.now());
    if (verdict.kind === 'sealed') {
      try {
        this.#commit(verdict.sealed);
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
    if (verdict.isSigned) peer.announcedHeight = Math.max(peer.announcedHeight, at);
    throw new LedgerError('block-refused', { chain: peer.chain, height: at }, `${peer.chain} refused a block: ${verdict.reason}.`);
  }

  async #stopAndThrow(reason: string, at: number, cause?: unknown): Promise<void> {
    await this.stop('fault', reason, at, cause);
    this.checkRunning();
  }

  #warn(event: string, error: unknown): void {
    this.#context.ports.logger.warn({ chain: this.peer.chain, reason: describe(error) }, event);
  }
}

function asRepeated(answer: SubmitAnswer): SubmitAnswer {
  return { ...answer, repeated: true };
}

function isAhead({ lane }: CheckedTransaction): boolean {
  return lane !== undefined && lane.sequence > lane.next;
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

