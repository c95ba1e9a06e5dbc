import type { ControlLogger } from '@/lib/control';
import { LedgerError, type ChainHead, type ChainId, type GenesisView, type LedgerHost, type SubmitAnswer } from '@/lib/ledger';
import type { HostRegister } from '../host-register';
import { wakePeer } from '../wake-peer';

export interface ChannelHostsOptions {
  /** By city-node code; channels live in the host's own process alone. */
  readonly ledgers: ReadonlyMap<string, LedgerHost>;
  readonly register: Pick<HostRegister, 'findPeer' | 'findPeerOfChain'>;
  readonly logger: ControlLogger;
}

/** A host with one peer of each channel, as clients see it, whatever city nodes of this process carry one. */
export type ServedHost = Pick<LedgerHost, 'head' | 'genesis' | 'query' | 'submit' | 'waitForHeight' | 'keepLocally' | 'glance'>;

interface Place {
  readonly cityNode: string;
  readonly ledger: LedgerHost;
}

/**
 * Chooses the peer that answers for a channel: one that is not at fault, and orders if one does. What an organisation keeps
 * for itself is kept by all of them, as it may be any of them that answers after a restart.
 */
export class ChannelHosts implements ServedHost {
  private readonly awake = new Map<ChainId, Promise<void>>();

  constructor(private readonly options: ChannelHostsOptions) {}

  /** True when a peer of the sub-chain is open here. */
  has(chain: ChainId): boolean {
    return this.places(chain).length > 0;
  }

  forget(chain: ChainId): void {
    this.awake.delete(chain);
  }

  head(chain: ChainId): ChainHead {
    return this.serving(chain).head(chain);
  }

  genesis(chain: ChainId): GenesisView {
    return this.serving(chain).genesis(chain);
  }

  glance(chain: ChainId): ReturnType<LedgerHost['glance']> {
    return this.serving(chain).glance(chain);
  }

  async query(chain: ChainId, request: unknown, signal: AbortSignal): Promise<unknown> {
    const ledger = await this.woken(chain);
    return ledger.query(chain, request, signal);
  }

  async submit(chain: ChainId, bytes: Uint8Array, options?: { signal?: AbortSignal }): Promise<SubmitAnswer> {
    const ledger = await this.woken(chain);
    return ledger.submit(chain, bytes, options);
  }

  async waitForHeight(chain: ChainId, after: number, signal: AbortSignal): Promise<ChainHead> {
    const ledger = await this.woken(chain);
    return ledger.waitForHeight(chain, after, signal);
  }

  async keepLocally(chain: ChainId, request: unknown): Promise<void> {
    const serving = this.serving(chain);
    const others = this.places(chain).filter(({ ledger }) => ledger !== serving);
    await Promise.all([
      serving.keepLocally(chain, request),
      // Another one that cannot take it now notes with the block what it lacks.
      ...others.map(({ cityNode, ledger }) => ledger.keepLocally(chain, request).catch((error: unknown) => this.options.logger.warn({ chain, cityNode, err: messageOf(error) }, 'a peer did not keep private data'))),
    ]);
  }

  private async woken(chain: ChainId): Promise<LedgerHost> {
    const ledger = this.serving(chain);
    const isAlone = (this.options.register.findPeerOfChain(chain)?.peers.length ?? 1) === 1;
    if (isAlone) return ledger;
    const waking = this.awake.get(chain) ?? wakePeer(ledger, chain);
    this.awake.set(chain, waking);
    await waking.catch((error: unknown) => {
      // A failure must not outlive its cause.
      this.awake.delete(chain);
      throw error;
    });
    return ledger;
  }

  /** Throws LedgerError: `chain-unknown`, `chain-stopped` when all of them stopped themselves: better no answer than a lie. */
  private serving(chain: ChainId): LedgerHost {
    const places = this.places(chain);
    const [first] = places;
    if (first === undefined) throw new LedgerError('chain-unknown', { chain }, `No peer of ${chain} is open on this host.`);
    const good = places.filter(({ ledger }) => ledger.glance(chain)?.stopped?.by !== 'fault');
    if (good.length === 0) {
      const reason = first.ledger.glance(chain)?.stopped?.reason ?? '';
      throw new LedgerError('chain-stopped', { chain, reason }, `The peer of ${chain} stopped itself: ${reason}.`);
    }
    const ordering = new Set(this.options.register.findPeerOfChain(chain)?.peers.flatMap(({ cityNode, orders }) => (orders ? [cityNode] : [])));
    return (good.find(({ cityNode }) => ordering.has(cityNode)) ?? good[0] ?? first).ledger;
  }

  private places(chain: ChainId): Place[] {
    return [...this.options.ledgers].flatMap(([cityNode, ledger]) => (this.options.register.findPeer({ chain, cityNode }) !== undefined && ledger.has(chain) ? [{ cityNode, ledger }] : []));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
