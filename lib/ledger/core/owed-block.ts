import { EMPTY_PAUSE_MS } from './check-block';
import { countEmptyTail, type Peer } from './peer';
import type { MachinePorts } from './ports';

export interface OwedBlockHome {
  readonly peer: Peer;
  readonly ports: MachinePorts;
  /** Asks whoever orders for a block. */
  readonly demand: () => void;
}

/**
 * A reader waits for no owed block, it comes back for it; so answers go before the work on it. After a restart each
 * sub-chain's first reader is owed one, and all of them would wait for the blocks of all.
 */
const ANSWERS_FIRST_MS = 250;

/** The block that readers of one peer's head may be owed though nobody has a transaction: see `BlocksOnDemand`. */
export class OwedBlock {
  readonly #home: OwedBlockHome;
  #disarm: (() => void) | undefined;

  constructor(home: OwedBlockHome) {
    this.#home = home;
  }

  get isPending(): boolean {
    return this.#disarm !== undefined;
  }

  /** Somebody looked at the head. */
  headRead(): void {
    if (this.#disarm !== undefined || !this.#isOwed()) return;
    this.#disarm = this.#home.ports.schedule(ANSWERS_FIRST_MS, () => {
      this.#disarm = undefined;
      if (this.#isOwed()) this.#home.demand();
    });
  }

  /** None comes any more, unless somebody reads again. */
  drop(): void {
    this.#disarm?.();
    this.#disarm = undefined;
  }

  #isOwed(): boolean {
    const { peer, ports } = this.#home;
    const wanted = peer.instance.blocksOnDemand;
    if (wanted === undefined || peer.stopped !== undefined || peer.head.height !== peer.parent.height) return false;
    const now = ports.now();
    if (now < peer.head.time + EMPTY_PAUSE_MS) return false;
    const confirmations = wanted.confirmations ?? 0;
    peer.tail ??= countEmptyTail(peer.storage, confirmations);
    const isYoung = !peer.tail.isBare && peer.tail.empty < confirmations - 1;
    return isYoung || (wanted.ageMsMax !== undefined && now - peer.head.time > wanted.ageMsMax);
  }
}
