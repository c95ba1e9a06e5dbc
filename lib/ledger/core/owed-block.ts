import { EMPTY_PAUSE_MS } from './check-block';
import { countEmptyTail, type Peer } from './peer';
import type { MachinePorts } from './ports';
import { publicReason } from './public-reason';

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
    if (this.#disarm !== undefined || !this.#mayBeOwed() || (this.#home.peer.tail !== undefined && !this.#isOwed())) return;
    this.#disarm = this.#home.ports.schedule(ANSWERS_FIRST_MS, () => {
      this.#disarm = undefined;
      // Nobody hears an exception of a timer but the process, which would end with it for the sake of one rotten block.
      try {
        if (this.#isOwed()) this.#home.demand();
      } catch (error) {
        const { peer, ports } = this.#home;
        ports.logger.warn({ chain: peer.chain, reason: publicReason(error) }, 'whether readers are owed a block cannot be read');
      }
    });
  }

  /** None comes any more, unless somebody reads again. */
  drop(): void {
    this.#disarm?.();
    this.#disarm = undefined;
  }

  /** What can be said without a look at the last blocks: that comes after the answers, too. */
  #mayBeOwed(): boolean {
    const { peer, ports } = this.#home;
    const isSettled = peer.stopped === undefined && peer.head.height === peer.parent.height;
    return peer.instance.blocksOnDemand !== undefined && isSettled && ports.now() >= peer.head.time + EMPTY_PAUSE_MS;
  }

  #isOwed(): boolean {
    const { peer, ports } = this.#home;
    const { confirmations = 0, ageMsMax = Number.POSITIVE_INFINITY } = peer.instance.blocksOnDemand ?? {};
    if (!this.#mayBeOwed()) return false;
    peer.tail ??= countEmptyTail(peer.storage, confirmations);
    return (!peer.tail.isBare && peer.tail.empty < confirmations - 1) || ports.now() - peer.head.time > ageMsMax;
  }
}
