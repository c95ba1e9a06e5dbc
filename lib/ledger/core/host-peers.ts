import type { ChangeMarks } from './change-marks';
import { indexOfValidator } from './consensus/rules';
import type { Signer } from './crypto';
import { LedgerError } from './errors';
import { decodeEvidenceNote } from './evidence-note';
import type { Framework } from './framework';
import { closing, unknown } from './host-errors';
import type { StopNote } from './host-types';
import { isDamage } from './healing';
import { OpenedPeers } from './opened-peers';
import type { Ordering } from './ordering';
import { PausedPeers } from './paused-peers';
import { openPeer, readPeer, type Peer } from './peer';
import type { PeerKeys } from './peer-keys';
import { agreementOf, stoppedError, type PeerRunner } from './peer-runner';
import type { MachinePorts } from './ports';
import { publicReason } from './public-reason';
import { RestingPeers, type RestingPeer } from './resting-peers';
import { decodeStopNote, STOP_NOTE } from './stop-note';
import type { LedgerStorage } from './storage';
import { height, type ChainId } from './types';

/** What the peers ask of the host that carries them. */
export interface HostPeersHome {
  readonly storage: LedgerStorage;
  readonly keys: PeerKeys;
  readonly frameworks: ReadonlyMap<string, Framework>;
  readonly ordering: Pick<Ordering, 'expire'>;
  readonly ports: MachinePorts;
  readonly changes: ChangeMarks;
  readonly run: (peer: Peer) => PeerRunner;
  /** A ledger of it is here, and is a peer. */
  readonly has: (chain: ChainId) => boolean;
  /** Why it must not be opened, whatever is stored of it. */
  readonly findRefusal: (chain: ChainId) => LedgerError | undefined;
  /** Something is done to it in the chain's order of things. */
  readonly isInOrder: (chain: ChainId) => boolean;
  /** Something is under way for which it must stay open. */
  readonly mustStayOpen: (chain: ChainId) => boolean;
  /** Other peers' data could put it right. */
  readonly onDamaged: (chain: ChainId) => void;
}

/** A peer that nobody used for so long to twice as long is closed. */
const REST_MS = 30_000;
/** More open peers than this are not kept while some of them rest. */
const OPENED_MAX = 4_096;

/** The peers of one host: opened by their first use, at rest when nobody uses them, broken when they cannot be opened. */
export class HostPeers {
  readonly #home: HostPeersHome;
  readonly #runners = new OpenedPeers<PeerRunner>();
  readonly #resting = new RestingPeers();
  /** Peers whose stored data does not hang together, with what was found. */
  readonly #broken = new Map<ChainId, StopNote>();
  readonly #paused: PausedPeers;
  #disarmSweep: (() => void) | undefined;
  #isClosed = false;
  /** A sub-chain was made since the last sweep: others may follow it. */
  #wasMade = false;

  constructor(home: HostPeersHome) {
    this.#home = home;
    const { ports, storage } = home;
    this.#paused = new PausedPeers({ ports, isFull: () => storage.isFull, resume: (chain) => void (home.has(chain) && this.find(chain)?.resume()) });
  }

  /** The opened peer; opens it on first use. Throws when there is none or it cannot be opened. */
  use(chain: ChainId): PeerRunner {
    const known = this.#runners.use(chain);
    if (known !== undefined) return known;
    const { storage: ledgers, frameworks, changes } = this.#home;
    const refusal = this.#home.findRefusal(chain);
    if (refusal !== undefined) throw refusal;
    const broken = this.#broken.get(chain);
    if (broken !== undefined) throw stoppedError(chain, broken);
    const signer = this.findSigner(chain);
    const storage = ledgers.open(chain);
    if (storage === undefined || storage.height < 0) {
      if (signer === undefined) throw unknown(chain);
      throw new LedgerError('peer-missing', { chain }, `${chain} has its key here, but its ledger was not opened yet.`);
    }
    try {
      if (signer === undefined) throw new Error('the peer’s key is missing');
      const runner = this.#home.run(openPeer(storage, signer, frameworks));
      this.#runners.add(chain, runner);
      changes.touch(chain);
      this.#resting.delete(chain);
      if (this.#runners.size > OPENED_MAX) this.#sweep();
      this.#armSweep();
      storage.restart();
      if (ledgers.isFull) this.#paused.add(chain);
      else runner.begin();
      runner.checkInUse();
      return runner;
    } catch (error) {
      const stopped = stoppedError(chain, this.#broken.get(chain) ?? this.markBroken(chain, error));
      this.#runners.peek(chain)?.release(stopped);
      this.#runners.delete(chain);
      // Looked at anew when it is started again.
      this.rest(chain);
      throw stopped;
    }
  }

  /** The opened peer; undefined when it cannot be opened: `brokenBy` says why then. Throws when there is none. */
  find(chain: ChainId): PeerRunner | undefined {
    try {
      return this.use(chain);
    } catch (error) {
      if (this.#broken.has(chain)) return undefined;
      throw error;
    }
  }

  /** The peer if it is open. That does not count as use. */
  peek(chain: ChainId): PeerRunner | undefined {
    return this.#runners.peek(chain);
  }

  /** The opened peer if it is open; it counts as used. */
  useOpened(chain: ChainId): PeerRunner | undefined {
    return this.#runners.use(chain);
  }

  /** All that are open. */
  opened(): IterableIterator<PeerRunner> {
    return this.#runners.values();
  }

  get openedCount(): number {
    return this.#runners.size;
  }

  /** It is not found again; ending it is the caller's. */
  delete(chain: ChainId): void {
    this.#runners.delete(chain);
  }

  /** Nothing that was seen of it holds any more. */
  forget(chain: ChainId): void {
    this.mended(chain);
    this.#paused.delete(chain);
  }

  /** Why the peer cannot be opened. */
  brokenBy(chain: ChainId): StopNote | undefined {
    return this.#broken.get(chain);
  }

  /** What made it unfit was put right, or is to be looked at anew. */
  mended(chain: ChainId): void {
    this.#broken.delete(chain);
    this.#resting.delete(chain);
  }

  /** What is stored of it may be another thing now. */
  forgetResting(chain: ChainId): void {
    this.#resting.delete(chain);
  }

  markBroken(chain: ChainId, error: unknown): StopNote {
    const { storage, ports, changes } = this.#home;
    const at = height(Math.max(0, storage.height(chain)));
    this.#resting.delete(chain);
    const note: StopNote = { by: 'fault', reason: `its stored data cannot be opened: ${publicReason(error)}`, height: at, time: ports.now() };
    this.#broken.set(chain, note);
    if (isDamage(error)) this.#home.onDamaged(chain);
    changes.touch(chain);
    ports.logger.error({ chain, reason: note.reason, cause: error instanceof Error ? error.message : 'unknown error' }, 'peer stopped');
    return note;
  }

  /**
   * What the peer handed to the disk last found no room, and it built on that: it goes back to what is durable, as after
   * a restart. Whoever waits hears why.
   */
  onFull(runner: PeerRunner, error: LedgerError): void {
    const { chain } = runner.peer;
    if (this.#runners.peek(chain) !== runner) return;
    this.#runners.delete(chain);
    runner.release(error);
    this.#paused.add(chain);
  }

  /** The peer cannot go on with what is stored of it; whoever asks for it hears why. */
  onBroken(runner: PeerRunner, error: unknown): void {
    const { chain } = runner.peer;
    if (this.#runners.peek(chain) !== runner) return;
    this.#runners.delete(chain);
    runner.release(stoppedError(chain, this.markBroken(chain, error)));
  }

  /** The peer's key; undefined when there is none or it cannot be read: `brokenBy` says why then. */
  findSigner(chain: ChainId): Signer | undefined {
    if (this.#broken.has(chain)) return undefined;
    try {
      return this.#home.keys.find(chain);
    } catch (error) {
      this.markBroken(chain, error);
      return undefined;
    }
  }

  /** What is stored of a peer that is not in use, or undefined when it cannot be opened: `brokenBy` says why then. */
  findResting(chain: ChainId): RestingPeer | undefined {
    const known = this.#resting.get(chain);
    if (known !== undefined) return known;
    const storage = this.#broken.has(chain) ? undefined : this.#home.storage.open(chain);
    if (storage === undefined) return undefined;
    try {
      if (this.findSigner(chain) === undefined) throw new Error('the peer’s key is missing');
      const { publicKey, rules, head, evidence, stopped } = readPeer(storage, this.#home.frameworks);
      const agreement = agreementOf(rules, decodeEvidenceNote(evidence));
      this.#resting.set(chain, { publicKey, headHash: head.hash, orders: indexOfValidator(rules, publicKey) >= 0, stopped, agreement });
      return this.#resting.get(chain);
    } catch (error) {
      this.markBroken(chain, error);
      return undefined;
    } finally {
      this.#restLookedAt(chain);
    }
  }

  /** Why a peer that rests is stopped: its note alone is read. */
  storedStop(chain: ChainId): StopNote | undefined {
    const { storage } = this.#home;
    if (storage.height(chain) < 0) return undefined;
    try {
      return decodeStopNote(storage.open(chain)?.note(STOP_NOTE));
    } catch (error) {
      return this.markBroken(chain, error);
    } finally {
      this.#restLookedAt(chain);
    }
  }

  /** Nobody uses it: what the storage holds of it in memory may go. A peer that is open goes on with that very storage. */
  rest(chain: ChainId): void {
    if (this.#runners.peek(chain) === undefined) this.#home.storage.rest(chain);
  }

  /** A sub-chain was made: that took memory, too. */
  made(): void {
    this.#wasMade = true;
    this.#armSweep();
  }

  /** The host closes: all that are open end. */
  close(): void {
    this.#isClosed = true;
    this.#disarmSweep?.();
    this.#paused.close();
    for (const runner of this.#runners.values()) runner.release(closing());
  }

  /** Whoever only looked at it is done. In the chain's order of things its storage may be held open, while others are asked: whoever does puts it back. */
  #restLookedAt(chain: ChainId): void {
    if (!this.#home.isInOrder(chain)) this.rest(chain);
  }

  /** One timer for all peers, and only while some are open or were just made. */
  #armSweep(): void {
    const { ports, storage } = this.#home;
    this.#disarmSweep ??= ports.schedule(REST_MS, () => {
      this.#disarmSweep = undefined;
      this.#sweep();
      const isResting = this.#runners.size === 0 && !this.#wasMade;
      this.#wasMade = false;
      if (isResting) void storage.relax().then((isDone) => this.#rested(isDone));
      else this.#armSweep();
    });
  }

  #rested(isRelaxed: boolean): void {
    if (this.#isClosed) return;
    this.#home.ports.rested?.();
    // Somebody still reads: another time.
    if (!isRelaxed) this.#armSweep();
  }

  /** Peers that were not used since the last sweep go back to what the storage holds of them; their next use opens them. */
  #sweep(): void {
    const { ordering, ports, changes, isInOrder, mustStayOpen } = this.#home;
    ordering.expire(ports.now());
    for (const runner of this.#runners.turn(({ peer, isIdle }) => isIdle && !isInOrder(peer.chain) && !mustStayOpen(peer.chain))) {
      const { chain, head, orders, stopped, signer } = runner.peer;
      this.#resting.set(chain, { publicKey: signer.publicKey, headHash: head.hash, orders, stopped, agreement: runner.agreement() });
      runner.release(closing());
      changes.touch(chain);
      this.rest(chain);
    }
  }
}
