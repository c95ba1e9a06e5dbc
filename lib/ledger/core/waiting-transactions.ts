import { sha256Hex } from './crypto';
import { LedgerError } from './errors';
import { TransactionRefused, type CheckedTransaction } from './framework';
import type { FinalAnswer, SubmitAnswer } from './host-types';
import type { Peer } from './peer';
import { packTransactions } from './peer-message';
import type { RunnerContext } from './peer-runner';
import { Submissions } from './submissions';
import type { Hash } from './types';

/** What is asked of the peer whose transactions these are. */
export interface WaitingHome {
  readonly peer: Peer;
  readonly context: Pick<RunnerContext, 'link' | 'ordering' | 'ports'>;
  /** Throws when the peer is stopped. */
  checkRunning(): void;
  /** Another validator has a say in what is ordered. */
  hasOthers(): boolean;
  tellOthers(message: Uint8Array): void;
  /** Until this peer has all that is final elsewhere. */
  catchUp(): Promise<unknown>;
  warn(event: string, error: unknown): void;
}

const CHECK_ATTEMPTS_MAX = 8;
/** Transactions from other peers that are looked at at the same time. */
const FOREIGN_CHECKS_MAX = 512;
/** Own waiting transactions that are kept to be sent again. */
const OWN_MAX = 1_000;
/** … and sent again at once. */
const REMIND_MAX = 64;
const REMIND_BYTES_MAX = 1024 * 1024;
/** Who orders now may not know of it yet: so often, and with such pauses, it is offered what waited here. */
const HAND_OVER_ATTEMPTS = 20;
const HAND_OVER_PAUSE_MS = 500;

/** The transactions of one peer on their way into a block: who handed them in, who waits for them, who else knows them. */
export class WaitingTransactions {
  readonly #home: WaitingHome;
  readonly #submissions = new Submissions();
  readonly #joins = new Map<Hash, Promise<SubmitAnswer>>();
  /** Bytes of what was handed in here and is not in a block yet, oldest first. */
  readonly #own = new Map<Hash, Uint8Array>();
  #foreignChecks = 0;
  #untold: Uint8Array[] = [];
  /** Looks at transactions that are under way. */
  #checks = 0;

  constructor(home: WaitingHome) {
    this.#home = home;
  }

  /** Nothing waits here, nobody waits for it, and none is being looked at. */
  get isEmpty(): boolean {
    const { peer, context } = this.#home;
    return this.#submissions.isEmpty && this.#joins.size === 0 && this.#checks === 0 && this.#own.size === 0 && this.#untold.length === 0 && context.ordering.queued(peer.chain) === 0;
  }

  /** Checks, queues, and waits for the durable block. The same bytes at the same time share one answer. */
  submit(bytes: Uint8Array): Promise<SubmitAnswer> {
    const digest = sha256Hex(bytes);
    const joined = this.#joins.get(digest);
    if (joined !== undefined) return joined.then(asRepeated);
    const answer = this.#takeIn(bytes, digest);
    this.#joins.set(digest, answer);
    return answer;
  }

  /** One that another validator has. It refuses it where it was handed in; here it is just not taken. Never rejects. */
  async takeForeign(bytes: Uint8Array): Promise<void> {
    if (this.#foreignChecks >= FOREIGN_CHECKS_MAX) return;
    this.#foreignChecks += 1;
    // A copy: the message it came in goes.
    await this.#take(Uint8Array.from(bytes));
    this.#foreignChecks -= 1;
  }

  /** Tells the other validators again of what waits here: they may have missed it. */
  remind(): void {
    const { peer, context } = this.#home;
    const oldest = [...this.#own.values()].slice(0, REMIND_MAX);
    // What came in while this peer ordered alone, or from one who is gone now, nobody else may know.
    if (oldest.length < REMIND_MAX) {
      const queued = context.ordering.cut(peer.chain, { transactionsMax: REMIND_MAX, bytesMax: REMIND_BYTES_MAX });
      oldest.push(...queued.filter(({ id }) => !this.#own.has(id)).map(({ bytes }) => bytes).slice(0, REMIND_MAX - oldest.length));
    }
    for (const message of packTransactions(oldest)) this.#home.tellOthers(message);
  }

  /** It can be in no block. */
  refuse(id: Hash, reason: TransactionRefused): void {
    this.#own.delete(id);
    this.#submissions.refuse(id, reason);
  }

  /** These are in a block that is on its way to the disk. */
  settle(ids: readonly Hash[]): void {
    const { peer, context } = this.#home;
    context.ordering.settle(peer.chain, ids);
    for (const id of ids) this.#own.delete(id);
  }

  /** They waited too long for an earlier one: nobody is told of them again. */
  expired(ids: readonly Hash[]): void {
    for (const id of ids) this.#own.delete(id);
  }

  /**
   * After a block of somebody else: what waited for a transaction that came with it may go now. After an empty one all
   * is looked at again: what is waiting here although others had nothing may be of no use any more.
   */
  lookAgain(isEmpty: boolean): void {
    const { peer, context, warn } = this.#home;
    const { ordering } = context;
    for (const { bytes } of ordering.takeHeld(peer.chain)) void this.#take(bytes);
    if (!isEmpty || ordering.ready(peer.chain) === 0) return;
    for (const { id, bytes } of ordering.cut(peer.chain, { transactionsMax: FOREIGN_CHECKS_MAX, bytesMax: Number.MAX_SAFE_INTEGER })) {
      const at = peer.storage.pendingHeight;
      peer.instance.checkTransaction(bytes, peer.storage.pendingState).catch((reason: unknown) => {
        // A block came meanwhile: it may be refused because it is in it.
        if (peer.storage.pendingHeight !== at) return;
        if (!(reason instanceof TransactionRefused)) return warn('a waiting transaction could not be looked at again', reason);
        ordering.settle(peer.chain, [id]);
        this.refuse(id, reason);
      });
    }
  }

  /** This peer orders no more: who does now gets what waits here, and whoever waits here for an answer waits for theirs. */
  handOver(): void {
    const { peer, context } = this.#home;
    const { ordering } = context;
    const waiting = [...ordering.takeHeld(peer.chain), ...ordering.cut(peer.chain, { transactionsMax: Number.MAX_SAFE_INTEGER, bytesMax: Number.MAX_SAFE_INTEGER })];
    ordering.forget(peer.chain);
    this.#own.clear();
    for (const transaction of waiting) this.#passOn(transaction, HAND_OVER_ATTEMPTS);
  }

  /** What waits here and nobody waits for, oldest first: it is out of the queue then. Who waits hears of the end and may hand in again. */
  takeUnclaimed(): readonly Uint8Array[] {
    const { peer, context } = this.#home;
    const { ordering } = context;
    const waiting = [...ordering.cut(peer.chain, { transactionsMax: Number.MAX_SAFE_INTEGER, bytesMax: Number.MAX_SAFE_INTEGER }), ...ordering.takeHeld(peer.chain)];
    ordering.forget(peer.chain);
    return waiting.filter(({ id }) => !this.#submissions.isExpected(id)).map(({ bytes }) => bytes);
  }

  /** Its block is durable. */
  finish(answer: FinalAnswer): void {
    this.#submissions.finish(answer);
  }

  /** Nobody who waits here gets an answer any more, and nothing of the queue is kept. */
  refuseAll(error: LedgerError): void {
    const { peer, context } = this.#home;
    context.ordering.forget(peer.chain);
    this.#own.clear();
    this.#submissions.refuseAll(error);
  }

  async #takeIn(bytes: Uint8Array, digest: Hash): Promise<SubmitAnswer> {
    try {
      return await this.#check(bytes, this.#place);
    } finally {
      this.#joins.delete(digest);
    }
  }

  /** The rules may have changed while it was looked at. */
  readonly #place = (checked: CheckedTransaction): Promise<SubmitAnswer> => (this.#home.peer.orders ? this.#queue(checked) : this.#handOver(checked));

  async #queue(checked: CheckedTransaction): Promise<SubmitAnswer> {
    const { peer, context } = this.#home;
    const { bytes } = checked;
    const { id } = checked;
    // Before the queue has it: its block may be durable by the time `place` resolves.
    const answer = this.#submissions.expect(id);
    try {
      const placement = await context.ordering.place(peer.chain, checked, context.ports.now());
      if (this.#home.hasOthers()) this.#tellOthers(id, bytes);
      if (placement === 'duplicate') return answer.then(asRepeated);
      if (placement === 'queued') return answer;
      this.#submissions.forget(id);
      return { state: 'held', id, ...(placement === 'held' ? {} : { repeated: true }) };
    } catch (error) {
      this.#submissions.forget(id);
      throw error;
    }
  }

  #handOver(checked: CheckedTransaction): Promise<SubmitAnswer> {
    const answer = this.#submissions.expect(checked.id);
    this.#passOn(checked, HAND_OVER_ATTEMPTS);
    return answer;
  }

  #passOn(transaction: CheckedTransaction, attemptsLeft: number): void {
    const { peer, context } = this.#home;
    const { id, bytes } = transaction;
    // Or it got its vote back.
    const passed = peer.orders ? this.submit(bytes) : context.link.submit(peer.chain, bytes);
    passed.then(
      () => this.#home.catchUp(),
      async (error: unknown) => {
        if (error instanceof LedgerError && (error.code === 'peers-unreachable' || error.code === 'peer-away') && attemptsLeft > 1 && this.#submissions.isExpected(id)) {
          context.ports.schedule(HAND_OVER_PAUSE_MS, () => {
            if (this.#submissions.isExpected(id)) this.#passOn(transaction, attemptsLeft - 1);
          });
          return;
        }
        // It may be in a block that this peer does not have yet, and be refused for that alone.
        await this.#home.catchUp().catch(() => undefined);
        this.#submissions.refuse(id, error);
      },
    ).catch((error: unknown) => this.#home.warn('what waited here is in a block that did not arrive yet', error));
  }

  /** To the queue, if it may be there. Never rejects. */
  async #take(bytes: Uint8Array): Promise<void> {
    const { peer, context, warn } = this.#home;
    try {
      await this.#check(bytes, async (checked) => {
        if (peer.orders) await context.ordering.place(peer.chain, checked, context.ports.now());
      });
    } catch (error) {
      if (!(error instanceof TransactionRefused || error instanceof LedgerError)) warn('a transaction could not be looked at', error);
    }
  }

  /** Nothing is awaited between the last look and `place`, which takes the transaction to the queue. */
  async #check<T>(bytes: Uint8Array, place: (checked: CheckedTransaction) => Promise<T>): Promise<T> {
    const { peer } = this.#home;
    const { storage, instance } = peer;
    this.#home.checkRunning();
    this.#checks += 1;
    try {
      let before = storage.pendingHeight;
      let checked = await instance.checkTransaction(bytes, storage.pendingState);
      // What looks ahead of its lane is looked at again when blocks came meanwhile: its turn may be now.
      for (let attempt = 2; attempt <= CHECK_ATTEMPTS_MAX && isAhead(checked) && storage.pendingHeight !== before; attempt += 1) {
        this.#home.checkRunning();
        before = storage.pendingHeight;
        checked = await instance.checkTransaction(bytes, storage.pendingState);
      }
      this.#home.checkRunning();
      return await place(checked);
    } finally {
      this.#checks -= 1;
    }
  }

  /** All that is handed in within a moment goes out together. */
  #tellOthers(id: Hash, bytes: Uint8Array): void {
    this.#own.delete(id);
    this.#own.set(id, bytes);
    const oldest = this.#own.keys().next();
    // Of those that wait too long for their predecessor nobody hears again.
    if (this.#own.size > OWN_MAX && !oldest.done) this.#own.delete(oldest.value);
    this.#untold.push(bytes);
    if (this.#untold.length > 1) return;
    void Promise.resolve().then(() => {
      const untold = this.#untold;
      this.#untold = [];
      for (const message of packTransactions(untold)) this.#home.tellOthers(message);
    });
  }
}

function asRepeated(answer: SubmitAnswer): SubmitAnswer {
  return { ...answer, repeated: true };
}

function isAhead({ lane }: CheckedTransaction): boolean {
  return lane !== undefined && lane.sequence > lane.next;
}
