import type { Healing } from './healing';
import type { HostPeers } from './host-peers';
import type { GenesisSpec, PeerLink } from './host-types';
import type { Ordering } from './ordering';
import type { PeerKeys } from './peer-keys';
import type { MachinePorts } from './ports';
import { isReadable, repairBlock, repairOrder } from './repair-block';
import type { Damage, LedgerStorage } from './storage';
import { height, type ChainId, type Height } from './types';

/** What repairs ask of the host whose peers these are. */
export interface RepairsHome {
  readonly storage: LedgerStorage;
  readonly keys: Pick<PeerKeys, 'find'>;
  readonly ordering: Pick<Ordering, 'forget'>;
  readonly link: PeerLink;
  readonly ports: Pick<MachinePorts, 'logger'>;
  readonly peers: HostPeers;
  readonly healing: Healing;
  /** Ends the wait for other peers: the host closes. */
  readonly signal: AbortSignal;
  readonly inOrder: <T>(chain: ChainId, task: () => Promise<T>) => Promise<T>;
}

/** Puts what is damaged of a host's peers right with what other peers have. */
export class Repairs {
  readonly #home: RepairsHome;

  constructor(home: RepairsHome) {
    this.#home = home;
  }

  isDamaged(chain: ChainId): boolean {
    const { storage, peers, healing } = this.#home;
    // Reading what is stored finds it.
    if (storage.damageOf(chain) === undefined && peers.peek(chain) === undefined) peers.findResting(chain);
    return healing.isWanted(chain);
  }

  /** Gets from other peers what a damaged ledger lost, and goes on with it. In the chain's order of things; errors as those of `Healing.heal`. */
  async heal(chain: ChainId, spec?: GenesisSpec): Promise<void> {
    const { peers, healing, ordering } = this.#home;
    const reached = await healing.heal(chain, spec);
    peers.mended(chain);
    ordering.forget(chain);
    peers.use(chain).announced(reached);
  }

  /** Replaces those blocks without which a peer cannot be opened, where they cannot be read. In the chain's order of things. */
  async ends(chain: ChainId): Promise<void> {
    const { keys, link, ports, signal } = this.#home;
    const storage = this.#home.storage.open(chain);
    const signer = keys.find(chain);
    if (storage === undefined || signer === undefined) return;
    for (const at of new Set([0, storage.height, Math.max(0, storage.height - 1)])) {
      if (isReadable(storage, at) || !(await repairBlock(storage, height(at), signer, link, signal))) continue;
      ports.logger.warn({ chain, height: at }, 'a damaged block was replaced by another peer’s');
    }
  }

  /** Reads everything that is stored, and puts right what can be; answers what is left. */
  async verify(): Promise<readonly Damage[]> {
    const damages = [...(await this.#home.storage.verify())].sort(repairOrder);
    const left: Damage[] = [];
    for (const damage of damages) if (!damage.isRepaired && !(await this.#repairInOrder(damage))) left.push(damage);
    return left;
  }

  /** Whether the damage is none any more, because other peers have what was lost. */
  async #repairInOrder({ chain, height: at }: Damage): Promise<boolean> {
    return chain !== undefined && at !== undefined && this.#home.inOrder(chain, () => this.#repair(chain, at));
  }

  async #repair(chain: ChainId, at: Height): Promise<boolean> {
    const { keys, link, peers, healing, ports, signal } = this.#home;
    const storage = this.#home.storage.open(chain);
    if (storage === undefined) return false;
    const signer = keys.find(chain);
    const isRepaired = signer !== undefined && (await repairBlock(storage, at, signer, link, signal));
    peers.rest(chain);
    if (!isRepaired) return false;
    ports.logger.warn({ chain, height: at }, 'a damaged block was replaced by another peer’s');
    // A peer that could not be opened for it can be now.
    peers.mended(chain);
    healing.forget(chain);
    return true;
  }
}
