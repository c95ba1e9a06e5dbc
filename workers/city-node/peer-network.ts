import { createLinkClient, linkRecordsMax, type ControlLogger, type LinkClient } from '@/lib/control';
import { LedgerError, type ChainId, type FinalAnswer, type Hash, type Height, type LedgerHost, type PeerLink } from '@/lib/ledger';
import { isAppError } from '@/lib/platform/pure/errors';
import type { HostRegister, RegisteredPeer } from './host-register';
import { refusalFromLink } from './ledger-errors';
import { RemoteBells } from './remote-bells';

type PeerAddress = RegisteredPeer['peers'][number];

export interface PeerNetworkOptions {
  readonly hostId: string;
  readonly register: HostRegister;
  readonly logger: ControlLogger;
}

/**
 * How the peers of a sub-chain reach each other: those of this process by function calls, those of other hosts over
 * their control listeners, signed with the sub-chain's link secret. Who they are stands in the register.
 */
export class PeerNetwork {
  private readonly hosts = new Map<string, LedgerHost>();
  private readonly clients = new Map<string, LinkClient>();
  private readonly bells: RemoteBells;

  constructor(private readonly options: PeerNetworkOptions) {
    this.bells = new RemoteBells((chain, cityNode, height) => this.tell(chain, cityNode, height), options.logger);
  }

  /** The city nodes of this process, once they are open. */
  enter(cityNode: string, host: LedgerHost): void {
    this.hosts.set(cityNode, host);
  }

  linkOf(cityNode: string): PeerLink {
    return {
      announce: (chain, height) => {
        for (const address of this.others(chain, cityNode)) this.announce(chain, address, height);
      },
      fetchBlocks: (chain, from, limit) => this.fetchBlocks(chain, cityNode, from, limit),
      send: (chain, to, message) => {
        const host = this.options.register.findPeer({ chain, cityNode: to }) && this.hosts.get(to);
        if (host) void Promise.resolve().then(() => host.received(chain, cityNode, message));
      },
      submit: (chain, bytes, options) => this.submit(chain, cityNode, bytes, options),
    };
  }

  /** Tells a peer in another host of a height. Error `peers-unreachable` when it does not answer. */
  async tell(chain: string, cityNode: string, height: number): Promise<void> {
    const address = this.options.register.findPeerOfChain(chain)?.peers.find((peer) => peer.cityNode === cityNode);
    if (!address) return;
    await this.clientOf(chain, address)
      .announce(height)
      .catch((error: unknown) => {
        throw unreachable(chain, [error]);
      });
  }

  /** Ends the attempts to reach other hosts. */
  close(): void {
    this.bells.close();
  }

  /** The other peers of a sub-chain, the ordering one first. */
  private others(chain: ChainId, cityNode: string): PeerAddress[] {
    return (this.options.register.findPeerOfChain(chain)?.peers ?? []).filter((peer) => peer.cityNode !== cityNode).toSorted((a, b) => Number(b.orders) - Number(a.orders));
  }

  private localHost(address: PeerAddress): LedgerHost | undefined {
    return address.hostId === this.options.hostId ? this.hosts.get(address.cityNode) : undefined;
  }

  private announce(chain: ChainId, address: PeerAddress, height: Height): void {
    if (address.hostId !== this.options.hostId) return this.bells.ring(chain, address.cityNode, height);
    // One of this host's own that has no ledger yet catches up when it is opened.
    if (this.options.register.findPeer({ chain, cityNode: address.cityNode })) this.hosts.get(address.cityNode)?.announced(chain, height);
  }

  private async fetchBlocks(chain: ChainId, cityNode: string, from: Height, limit: number): Promise<readonly Uint8Array[]> {
    const failures: unknown[] = [];
    for (const address of this.others(chain, cityNode)) {
      try {
        const local = this.localHost(address);
        if (local) return local.blockRecords(chain, from, limit);
        if (address.hostId === this.options.hostId) continue;
        return await this.clientOf(chain, address).fetchBlocks(from, Math.min(limit, linkRecordsMax));
      } catch (error) {
        failures.push(error);
      }
    }
    throw unreachable(chain, failures);
  }

  private async submit(chain: ChainId, cityNode: string, bytes: Uint8Array, options: { signal?: AbortSignal } = {}) {
    const address = this.others(chain, cityNode).find((peer) => peer.orders);
    if (!address) throw unreachable(chain, []);
    const local = this.localHost(address);
    if (local) return local.submit(chain, bytes, options);
    const result = await this.clientOf(chain, address)
      .submit(bytes, options)
      .catch((error: unknown) => {
        throw isAppError(error) ? unreachable(chain, [error]) : error;
      });
    if (result.state === 'refused' || result.state === 'failed') throw refusalFromLink(result);
    if (result.state === 'held') return { ...result, id: result.id as Hash } as const;
    return { ...result, id: result.id as Hash, blockHash: result.blockHash as Hash, height: result.height as Height } satisfies FinalAnswer;
  }

  private clientOf(chain: string, address: PeerAddress): LinkClient {
    const { linkSecret } = this.options.register.findPeerOfChain(chain) ?? { linkSecret: '' };
    const name = `${address.controlUrl} ${address.cityNode} ${chain} ${linkSecret}`;
    let client = this.clients.get(name);
    if (!client) {
      // Clients hold no connection: forgetting them all now and then is cheaper than knowing which are still needed.
      if (this.clients.size >= 4_096) this.clients.clear();
      client = createLinkClient({ controlUrl: address.controlUrl, hostId: address.hostId, peer: { chain, cityNode: address.cityNode }, linkSecret });
      this.clients.set(name, client);
    }
    return client;
  }
}

function unreachable(chain: string, failures: readonly unknown[]): LedgerError<'peers-unreachable'> {
  return new LedgerError('peers-unreachable', { chain }, `No other peer of ${chain} can be reached at the moment; try again soon.`, { cause: failures.at(-1) });
}
