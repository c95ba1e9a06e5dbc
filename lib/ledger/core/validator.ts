import { assert } from '@/lib/platform/pure/assert';
import { decodeBody, hashHeader } from './block';
import { buildBlock, roundsOf } from './build-block';
import { BLOCK_CAPS, checkProposal, EMPTY_PAUSE_MS } from './check-block';
import type { Certificate } from './consensus/certificate';
import { Consensus } from './consensus/consensus';
import type { ConsensusPorts, ConsensusStatus, Effect } from './consensus/effects';
import type { Evidence } from './consensus/evidence';
import { indexOfValidator, type ChainRules } from './consensus/rules';
import { verifySignature } from './crypto';
import type { CheckedTransaction, TransactionRefused } from './framework';
import { rulesOfNext, type Peer } from './peer';
import { encodePeerMessage } from './peer-message';
import type { RunnerContext } from './peer-runner';
import type { BlockDraft } from './seal-block';
import { TURN_SHARE, type Turn } from './turn';
import { height, timeMs, type Hash, type TimeMs } from './types';

/** Names of the durable notes of a validator: what it signed at the open height, and the block it is bound to. */
export const VOTES_NOTE = 'votes';
export const VOTES_BLOCK_NOTE = 'votes-block';
/** Up to which height it signs nothing: a number as text, or `unknown`. */
export const ABSTAIN_NOTE = 'abstain';

/** Blocks that may be executed while earlier ones are not durable yet. */
export const UNSETTLED_MAX = 2;
/** A proposer without transactions waits so long for those that are on their way before it proposes an empty block. */
const GRACE_MS = 300;

type Check = Extract<Effect, { do: 'check' }>;

/** What a validator asks of the peer it belongs to. */
export interface ValidatorHome {
  readonly peer: Peer;
  readonly context: RunnerContext;
  /** Rules that the operator approved, and whether a block should be made for them now. */
  readonly approved: () => ChainRules | undefined;
  readonly wantsChange: () => boolean;
  /** Hands the block to the disk; the peer goes on from it. */
  commit(draft: BlockDraft, certificate: Certificate): void;
  refuse(transaction: CheckedTransaction, reason: TransactionRefused): void;
  behind(height: number): void;
  remind(): void;
  noteEvidence(evidence: Evidence): void;
  fault(reason: string, at: number, cause?: unknown): void;
  storageFailed(error: unknown): void;
}

/**
 * One validator's part in the agreement: feeds the pure state machine and carries out what it wants. Blocks are built
 * and checked in the chain's turns; nothing leaves before what it says is durable.
 */
export class Validator {
  readonly #home: ValidatorHome;
  readonly #core: Consensus;
  /** Executed on top of the last block, by hash. */
  readonly #drafts = new Map<Hash, BlockDraft>();
  readonly #timers = new Set<() => void>();
  #durable: Promise<void> | undefined;
  /** Tasks that wait for the chain's turn, or are under way in it. */
  #tasks = 0;
  #isEnded = false;
  #isDemanded = false;
  /** A build that waits for the disk. */
  #postponed: { readonly height: number; readonly round: number } | undefined;
  /** Checks that wait for it: others may be faster than this disk, and what they made final must not pile up here. */
  #postponedChecks: Check[] = [];
  #openedAt: TimeMs | undefined;
  #badReason: string | undefined;
  #lastVoteAt: TimeMs = timeMs(0);

  constructor(home: ValidatorHome, nonce: () => Uint8Array) {
    this.#home = home;
    const { peer } = home;
    const { storage, chain, signer, parent } = peer;
    const [record, block] = [storage.note(VOTES_NOTE), storage.note(VOTES_BLOCK_NOTE)];
    const abstain = decodeAbstain(storage.note(ABSTAIN_NOTE));
    const ports: ConsensusPorts = { sign: (statement) => signer.sign(statement), verify: verifySignature, inspect: (bytes) => inspect(peer, bytes) };
    this.#core = new Consensus(
      {
        chain,
        publicKey: signer.publicKey,
        head: { height: parent.height, hash: parent.hash },
        rules: peer.rules.at(parent.height + 1),
        ...(record === undefined ? {} : { record }),
        ...(block === undefined ? {} : { block }),
        ...(abstain === undefined ? {} : { abstain }),
        ...(abstain === 'unknown' ? { nonce: nonce() } : {}),
      },
      ports,
    );
  }

  /** Goes on where it was. Once. */
  begin(): void {
    this.#perform(this.#core.resume());
    this.wake();
  }

  /** Something may want a block now: transactions, a reader, an approved change. Or the disk has caught up. */
  wake(): void {
    const { peer, context } = this.#home;
    if (this.#isEnded || peer.stopped !== undefined) return;
    const postponed = this.#postponed;
    if (postponed !== undefined && peer.unsettled < UNSETTLED_MAX) {
      this.#postponed = undefined;
      this.#build(postponed.height, postponed.round);
    }
    if (peer.unsettled < UNSETTLED_MAX) for (const check of this.#postponedChecks.splice(0)) this.#check(check);
    if (context.ordering.ready(peer.chain) > 0 || this.#isDemanded || this.#home.wantsChange()) this.#perform(this.#core.wake());
  }

  /** A message that the peer of that name brought. */
  receive(from: string, message: Uint8Array): void {
    if (!this.#isEnded && this.#home.peer.stopped === undefined) this.#perform(this.#core.receive(message), from);
  }

  /** A reader is owed a block, unless the last one is too fresh. `isOwn`: the reader is here, so the others should know. */
  demand(isOwn: boolean): void {
    const { peer, context } = this.#home;
    if (this.#isEnded || context.ports.now() < peer.parent.time + EMPTY_PAUSE_MS) return;
    const isNew = !this.#isDemanded;
    this.#isDemanded = true;
    if (isOwn && isNew) this.#tellDemand();
    this.wake();
  }

  #tellDemand(): void {
    this.sendToOthers(encodePeerMessage({ kind: 'demand' }));
  }

  /** The peer has a new last block: by this validator's word, or fetched. */
  advanced(): void {
    if (this.#isEnded) return;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#drafts.clear();
    this.#isDemanded = false;
    this.#postponed = undefined;
    this.#postponedChecks = [];
    this.#openedAt = undefined;
    const { parent, rules } = this.#home.peer;
    this.#perform(this.#core.advance({ height: parent.height, hash: parent.hash }, rules.at(parent.height + 1)));
  }

  /** Says nothing any more. */
  end(): void {
    this.#isEnded = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#drafts.clear();
  }

  /** It does nothing by itself any more: what it said is durable, and opened again it goes on from there. */
  get isIdle(): boolean {
    const isBusy = this.#tasks > 0 || this.#timers.size > 0 || this.#durable !== undefined;
    return !isBusy && !this.#isDemanded && this.#postponed === undefined && this.#postponedChecks.length === 0;
  }

  get isSilent(): boolean {
    return this.#core.status().abstainsThrough !== undefined;
  }

  status(): ConsensusStatus & { readonly lastVoteAt: TimeMs } {
    return { ...this.#core.status(), lastVoteAt: this.#lastVoteAt };
  }

  /** Counts a message that did not reach the state machine. */
  refused(reason: string): void {
    this.#core.refused.set(reason, (this.#core.refused.get(reason) ?? 0) + 1);
  }

  get refusedMessages(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#core.refused);
  }

  /** `from`: who brought the message that these answer. */
  #perform(effects: readonly Effect[], from?: string): void {
    const { peer, context } = this.#home;
    for (const effect of effects) {
      if (this.#isEnded) return;
      switch (effect.do) {
        case 'persist':
          this.#persist(new Map(effect.block === undefined ? [[VOTES_NOTE, effect.record]] : [[VOTES_NOTE, effect.record], [VOTES_BLOCK_NOTE, effect.block]]));
          this.#lastVoteAt = context.ports.now();
          break;
        case 'abstain':
          this.#persist(new Map([[ABSTAIN_NOTE, encodeAbstain(effect.through)]]));
          context.ports.logger.warn({ chain: peer.chain, through: effect.through }, 'a validator that lost its memory is silent for a while');
          break;
        case 'send':
          this.#send(effect.to === 'sender' ? from : effect.to, encodePeerMessage({ kind: 'consensus', payload: effect.message }));
          break;
        case 'timer':
          this.#arm(effect.delayMs, () => this.#perform(this.#core.onTimer(effect.timer)));
          break;
        case 'build':
          this.#build(effect.height, effect.round);
          break;
        case 'check':
          this.#check(effect);
          break;
        case 'final':
          this.#finish(effect.hash, effect.certificate);
          break;
        case 'fault':
          this.#home.fault(`a quorum made block ${effect.height} final, but it is wrong here: ${this.#badReason ?? 'its execution differs'}`, effect.height);
          break;
        case 'behind':
          this.#home.behind(effect.height);
          break;
        case 'evidence':
          this.#home.noteEvidence(effect.evidence);
          break;
        case 'remind':
          this.#home.remind();
          // It may have got lost, or by the clocks of the others the last block was too fresh.
          if (this.#isDemanded) this.#tellDemand();
          break;
      }
    }
  }

  #persist(notes: ReadonlyMap<string, Uint8Array>): void {
    const durable = this.#home.peer.storage.setNotes(notes);
    this.#durable = durable;
    const kept = durable.then(
      () => {
        if (this.#durable === durable) this.#durable = undefined;
      },
      (error: unknown) => this.#home.storageFailed(error),
    );
    this.#home.context.track(kept);
  }

  #send(to: number | string | undefined, message: Uint8Array): void {
    if (this.#durable === undefined) return this.#sendNow(to, message);
    this.#durable.then(
      () => this.#sendNow(to, message),
      () => undefined, // never said: the failure is told where the write was asked for
    );
  }

  /** `to`: a place among the validators, a peer's name, or all. */
  #sendNow(to: number | string | undefined, message: Uint8Array): void {
    if (this.#isEnded || to === undefined) return;
    if (to === 'all') return this.sendToOthers(message);
    const { peer, context } = this.#home;
    const name = typeof to === 'string' ? to : rulesOfNext(peer).validators[to]?.name;
    if (name !== undefined) context.link.send(peer.chain, name, message);
  }

  /** To every other validator; may be lost. */
  sendToOthers(message: Uint8Array): void {
    const { peer, context } = this.#home;
    const rules = rulesOfNext(peer);
    const self = indexOfValidator(rules, peer.signer.publicKey);
    rules.validators.forEach(({ name }, at) => {
      if (at !== self) context.link.send(peer.chain, name, message);
    });
  }

  #arm(delayMs: number, task: () => void): void {
    const cancel = this.#home.context.ports.schedule(delayMs, () => {
      this.#timers.delete(cancel);
      if (!this.#isEnded) task();
    });
    this.#timers.add(cancel);
  }

  #build(at: number, round: number): void {
    const { peer, context } = this.#home;
    this.#openedAt ??= context.ports.now();
    if (peer.unsettled >= UNSETTLED_MAX) this.#postponed = { height: at, round };
    else this.#inTurn(at, (turn) => this.#buildTurn(turn, at, round));
  }

  #check(check: Check): void {
    if (this.#home.peer.unsettled >= UNSETTLED_MAX) this.#postponedChecks.push(check);
    else this.#inTurn(check.height, (turn) => this.#checkTurn(turn, check));
  }

  /** In the chain's turn, if the height is still the next one then; what is thrown there stops the peer. */
  #inTurn(at: number, task: (turn: Turn) => Promise<void>): void {
    const { peer, context } = this.#home;
    this.#tasks += 1;
    context.turns
      .run(peer.chain, async (turn) => {
        if (this.#isCurrent(at)) await task(turn);
      })
      .catch((error: unknown) => {
        // What a neighbour of time threw: the block it belonged to was overtaken.
        if (this.#isCurrent(at)) this.#home.fault(`block ${at} could not be built`, at, error);
      })
      .finally(() => {
        this.#tasks -= 1;
      });
  }

  #isCurrent(at: number): boolean {
    const { peer } = this.#home;
    return !this.#isEnded && peer.stopped === undefined && peer.parent.height + 1 === at;
  }

  async #buildTurn(turn: Turn, at: number, round: number): Promise<void> {
    const { peer, context } = this.#home;
    const { ordering, ports, counters } = context;
    const status = this.#core.status();
    if (status.round !== round || status.step !== 'propose') return;
    const change = this.#home.wantsChange() ? this.#home.approved() : undefined;
    const { blockCostMax } = peer.instance;
    // Alone it takes all it may: fewer, bigger blocks. It still looks whether somebody came, between two transactions.
    const transactionsMax = turn.isAwaited ? TURN_SHARE.transactions * roundsOf(rulesOfNext(peer)) : BLOCK_CAPS.transactionsMax;
    const caps = { ...BLOCK_CAPS, transactionsMax, ...(blockCostMax === undefined ? {} : { costMax: blockCostMax }) };
    for (;;) {
      const batch = change === undefined ? ordering.cut(peer.chain, caps) : [];
      if (batch.length === 0 && change === undefined && !this.#mayBeEmpty()) return this.#buildNothing(at, round);
      const { draft, dropped } = await buildBlock(peer, turn, batch, ports.now(), change);
      if (!this.#isCurrent(at)) return;
      counters.droppedTransactions += dropped.length;
      for (const { index, reason } of dropped) {
        const transaction = batch[index];
        if (transaction !== undefined) this.#home.refuse(transaction, reason);
      }
      ordering.settle(peer.chain, dropped.flatMap(({ index }) => batch[index]?.id ?? []));
      if (batch.length > 0 && draft.executed.transactions.length === 0) {
        // None of them could be in a block: on with the next, in this turn or in another.
        if (turn.isEnough()) return this.#build(at, round);
        continue;
      }
      this.#drafts.set(draft.hash, draft);
      return this.#perform(this.#core.built(at, round, { hash: draft.hash, block: draft.body }));
    }
  }

  #buildNothing(at: number, round: number): void {
    const { peer, context } = this.#home;
    this.#perform(this.#core.built(at, round, undefined));
    if (this.#core.status().step === 'idle') return;
    // Others opened this height for what they have: if it does not come here, an empty block lets all go on.
    const now = context.ports.now();
    const wait = Math.max(GRACE_MS, peer.parent.time + EMPTY_PAUSE_MS - now);
    this.#arm(wait, () => {
      if (this.#isCurrent(at)) this.#perform(this.#core.wake());
    });
  }

  /** Whether a block without transactions would be taken, and is wanted. */
  #mayBeEmpty(): boolean {
    const { peer, context } = this.#home;
    const now = context.ports.now();
    if (now < peer.parent.time + EMPTY_PAUSE_MS) return false;
    const isAlone = rulesOfNext(peer).validators.length === 1;
    return this.#isDemanded || (!isAlone && now - (this.#openedAt ?? now) >= GRACE_MS);
  }

  async #checkTurn(turn: Turn, { height: at, hash, block, isCertain }: Check): Promise<void> {
    const { peer, context } = this.#home;
    if (this.#drafts.has(hash)) return this.#perform(this.#core.checked(at, hash, 'good'));
    const verdict = await checkProposal(peer, turn, block, { now: context.ports.now(), approved: this.#home.approved(), isCertain });
    if (!this.#isCurrent(at)) return;
    if (verdict.kind === 'good') this.#drafts.set(hash, verdict.draft);
    else {
      this.#badReason = verdict.reason;
      context.ports.logger.warn({ chain: peer.chain, height: at, reason: verdict.reason }, verdict.kind === 'bad' ? 'a proposal is wrong' : 'a proposal is not voted for yet');
    }
    this.#perform(this.#core.checked(at, hash, verdict.kind));
  }

  #finish(hash: Hash, certificate: Certificate): void {
    const draft = this.#drafts.get(hash);
    assert(draft !== undefined, 'what is final was checked here');
    try {
      this.#home.commit(draft, certificate);
    } catch (error) {
      this.#home.fault(`block ${draft.header.height} could not be stored`, draft.header.height, error);
    }
  }
}

function inspect({ chain }: Peer, bytes: Uint8Array): { hash: Hash; height: number; previousHash: Hash } | undefined {
  try {
    const { header } = decodeBody(bytes);
    return header.chain === chain ? { hash: hashHeader(header), height: header.height, previousHash: header.previousHash } : undefined;
  } catch {
    // Whatever is wrong with foreign bytes: they are no block.
    return undefined;
  }
}

function encodeAbstain(through: number | 'unknown'): Uint8Array {
  return Buffer.from(String(through), 'utf8');
}

export const ABSTAIN_UNKNOWN = encodeAbstain('unknown');

/** True when the peer may have signed something at this height and forgot. */
export function isSilentAt({ storage }: Pick<Peer, 'storage'>, at: number): boolean {
  const through = decodeAbstain(storage.note(ABSTAIN_NOTE));
  return through === 'unknown' || (through !== undefined && at <= through);
}

function decodeAbstain(note: Uint8Array | undefined): number | 'unknown' | undefined {
  if (note === undefined) return undefined;
  const text = Buffer.from(note).toString('utf8');
  return text === 'unknown' ? text : height(Number(text));
}
