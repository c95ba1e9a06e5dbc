import { decodeBlock, hashHeader } from '../block';
import { snapshotStatement } from '../consensus/statements';
import { LedgerError } from '../errors';
import type { Peer } from '../peer';
import type { MachinePorts } from '../ports';
import type { StateSnapshot } from '../storage';
import { height, type ChainId } from '../types';
import { describeState, readRange, type StateDescription } from './describe-state';
import { encodeRange } from './ranges';
import { encodeSnapshotAnswer, type SignedSnapshot, type SnapshotAnswer } from './snapshot-answer';

/**
 * Each that is made or ready holds its state back from being overwritten: a host has few. A sub-chain may have two, but
 * one that has none takes it from who has two, so that two of them cannot take all.
 */
const SNAPSHOTS_MAX = 4;
/** Those included that wait for their height; these give way to one that need not wait. */
const SNAPSHOTS_PER_CHAIN_MAX = 2;
/** Those that wait hold back little, and no place of the others. Beyond that, who has waited longest gives way. */
const WAITING_MAX = 64;
/** What a height needs cannot be held back for more blocks than about that. */
const AHEAD_MAX = 500;
/** Nobody asked for it for so long: it goes. */
const IDLE_MS = 60_000;
/** … and whoever asks, it goes after so long. Ten gigabytes are through by then. */
const LIFE_MS = 20 * 60_000;
/** A height that was asked for and does not come is not waited for any longer. */
const WAIT_MS = 10_000;
const SWEEP_MS = 5_000;

/** A peer that is opened here, and how to hear of its heights. */
export interface SnapshotSource {
  readonly peer: Peer;
  waitForHeight(after: number, signal: AbortSignal): Promise<unknown>;
}

interface Held {
  readonly source: SnapshotSource;
  readonly height: number;
  readonly began: number;
  asked: number;
  state: 'waiting' | 'making' | 'ready';
  /** Holds back what the height needs until it is pinned. */
  view: StateSnapshot | undefined;
  pin: StateSnapshot | undefined;
  made: { readonly description: StateDescription; readonly signed: SignedSnapshot } | undefined;
  readonly end: AbortController;
}

/** Makes snapshots of sub-chains for other peers and keeps them for a while: a state that stands still, described and signed. */
export class SnapshotKeeper {
  readonly #ports: MachinePorts;
  readonly #held = new Map<string, Held>();
  #stopSweep: (() => void) | undefined;

  constructor(ports: MachinePorts) {
    this.#ports = ports;
  }

  /** The answer to who asks for a snapshot at a height, encoded; asked again, it says how far it is. */
  answer(source: SnapshotSource, at: number): Uint8Array {
    return encodeSnapshotAnswer(this.#answer(source, at));
  }

  /** A range of a snapshot that is ready, encoded. Error `snapshot-missing`. */
  range(chain: ChainId, at: number, index: number): Uint8Array {
    const held = this.#held.get(nameOf(chain, at));
    const description = held?.made?.description;
    const range = description?.ranges[index];
    if (held?.pin === undefined || description === undefined || range === undefined) {
      throw new LedgerError('snapshot-missing', { chain, height: at }, `No snapshot of ${chain} at height ${at} with a range ${index} is held here: ask for one again.`);
    }
    held.asked = this.#ports.now();
    return encodeRange(readRange(held.pin, range), description.proofOf(index));
  }

  /** The peer is not here any more, or another one is in its place. */
  forget(chain: ChainId): void {
    for (const [name, held] of this.#held) if (held.source.peer.chain === chain) this.#drop(name, held);
  }

  close(): void {
    for (const [name, held] of this.#held) this.#drop(name, held);
  }

  #answer(source: SnapshotSource, at: number): SnapshotAnswer {
    const { peer } = source;
    const own = peer.head.height;
    const known = this.#held.get(nameOf(peer.chain, at));
    if (known !== undefined) {
      known.asked = this.#ports.now();
      if (known.made !== undefined) return { state: 'ready', height: own, signed: known.made.signed };
      return { state: known.state === 'waiting' ? 'waiting' : 'making', height: own };
    }
    // Height 0 is asked for to hear how far it is.
    if (own > at || at === 0) return { state: 'passed', height: own, genesisHash: peer.genesisHash, changes: peer.rules.changeHeights.filter((change) => change <= own) };
    const isAhead = own < at;
    if (at > own + AHEAD_MAX || !this.#makeRoom(peer.chain, isAhead)) return { state: 'busy', height: own };
    this.#begin(source, at, isAhead);
    return { state: isAhead ? 'waiting' : 'making', height: own };
  }

  /** Whether another one of the sub-chain may begin; who gives way to it is gone then. */
  #makeRoom(chain: ChainId, isAhead: boolean): boolean {
    const waiting = [...this.#held].filter(([, { state }]) => state === 'waiting');
    const isCrowded = [...this.#held.values()].filter((held) => held.source.peer.chain === chain).length >= SNAPSHOTS_PER_CHAIN_MAX;
    const [crowding] = waiting.filter(([, held]) => held.source.peer.chain === chain);
    if (isAhead) {
      if (isCrowded) return false;
      // In the order in which they came.
      const [first] = waiting;
      if (waiting.length >= WAITING_MAX && first !== undefined) this.#drop(...first);
      return true;
    }
    if (isCrowded && crowding === undefined) return false;
    if (!this.#takePlace(chain)) return false;
    if (isCrowded && crowding !== undefined) this.#drop(...crowding);
    return true;
  }

  /** Whether one more of the sub-chain may be made now. */
  #takePlace(chain: ChainId): boolean {
    const placed = [...this.#held].filter(([, { state }]) => state !== 'waiting');
    if (placed.length < SNAPSHOTS_MAX) return true;
    const countOf = (of: ChainId): number => placed.filter(([, held]) => held.source.peer.chain === of).length;
    if (countOf(chain) > 0) return false;
    const [longestUnasked] = placed.filter(([, held]) => countOf(held.source.peer.chain) > 1).sort(([, a], [, b]) => a.asked - b.asked);
    if (longestUnasked === undefined) return false;
    this.#drop(...longestUnasked);
    return true;
  }

  #begin(source: SnapshotSource, at: number, isAhead: boolean): void {
    const { peer } = source;
    const now = this.#ports.now();
    const held: Held = { source, height: at, began: now, asked: now, state: isAhead ? 'waiting' : 'making', view: peer.storage.snapshot(), pin: undefined, made: undefined, end: new AbortController() };
    const name = nameOf(peer.chain, at);
    this.#held.set(name, held);
    this.#stopSweep ??= this.#ports.schedule(SWEEP_MS, () => this.#sweep());
    this.#make(held).catch((error: unknown) => {
      // Ended by the sweep, or what it was to be of moved on: whoever asks again begins anew.
      if (!held.end.signal.aborted) this.#ports.logger.warn({ chain: peer.chain, height: at, reason: error instanceof Error ? error.message : 'unknown' }, 'a snapshot was not made');
      if (this.#held.get(name) === held) this.#drop(name, held);
    });
  }

  async #make(held: Held): Promise<void> {
    const { source, height: at, end } = held;
    const { peer } = source;
    await source.waitForHeight(at - 1, end.signal);
    if (held.state === 'waiting' && !this.#takePlace(peer.chain)) throw new Error('others have all places');
    held.state = 'making';
    const pin = await peer.storage.pin(height(at));
    held.view?.release();
    held.view = undefined;
    if (end.signal.aborted) return pin.release();
    held.pin = pin;
    const description = await describeState(pin, async () => {
      await this.#ports.yieldTurn();
      end.signal.throwIfAborted();
    }, peer.instance.localKeysFrom);
    const record = peer.storage.block(height(at));
    if (record === undefined) throw new Error(`block ${at} is not here`);
    const { stateHash, bytes, ranges } = description;
    const facts = { chain: peer.chain, height: at, blockHash: hashHeader(decodeBlock(record).header), stateHash, ranges: ranges.length, bytes };
    held.made = { description, signed: { facts, publicKey: peer.signer.publicKey, signature: peer.signer.sign(snapshotStatement(facts)) } };
    held.state = 'ready';
    this.#ports.logger.info({ chain: peer.chain, height: at, ranges: ranges.length, bytes }, 'snapshot ready');
  }

  #sweep(): void {
    this.#stopSweep = undefined;
    const now = this.#ports.now();
    for (const [name, held] of this.#held) {
      const waitedInVain = held.state === 'waiting' && now - held.began > WAIT_MS;
      if (waitedInVain || now - held.asked > IDLE_MS || now - held.began > LIFE_MS) this.#drop(name, held);
    }
    if (this.#held.size > 0) this.#stopSweep = this.#ports.schedule(SWEEP_MS, () => this.#sweep());
  }

  #drop(name: string, held: Held): void {
    this.#held.delete(name);
    held.end.abort(new Error('the snapshot is not kept any longer'));
    held.view?.release();
    held.pin?.release();
    held.view = undefined;
    held.pin = undefined;
    if (this.#held.size > 0) return;
    this.#stopSweep?.();
    this.#stopSweep = undefined;
  }
}

function nameOf(chain: ChainId, at: number): string {
  return `${chain} ${at}`;
}
