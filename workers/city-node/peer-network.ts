import type { ControlLogger } from '@/lib/control';
import { LedgerError, type ChainId, type FinalAnswer, type Hash, type Height, type PeerLink, type SubmitAnswer } from '@/lib/ledger';
import { channelLimits, isChannelError, type PeerChannel, type SubmitResult } from '@/lib/peer-channel';
import type { CityNodeHost } from './dedicated/peer-home';
import type { HostRegister, RegisteredPeer } from './host-register';
import { refusalFromPeer } from './ledger-errors';

type PeerAddress = RegisteredPeer['peers'][number];
type RemoteCalls = Pick<PeerChannel, 'send' | 'announce' | 'fetchBlocks' | 'askSnapshot' | 'fetchRange' | 'askPeer' | 'runTask' | 'runShortTask' | 'submit'>;

/** Another host that carries peers of a sub-chain: what it is asked is in the framework's own bytes. */
export interface OtherHost {
  readonly hostId: string;
  /** Of its channel's address. */
  readonly hostname: string;
  ask(request: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
  runTask(task: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
  runShortTask(task: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}

export interface PeerNetworkOptions {
  readonly hostId: string;
  readonly register: HostRegister;
  readonly logger: ControlLogger;
}

/**
 * How the peers of a sub-chain reach each other: those of this process by function calls, those of other hosts over the
 * peer channel. Who they are stands in the register.
 */
export class PeerNetwork {
  private readonly hosts = new Map<string, CityNodeHost>();
  /** The peer that told of the newest height of a sub-chain: it has what is to be fetched. */
  private readonly newest = new Map<string, { readonly cityNode: string; readonly height: number }>();
  private channel: RemoteCalls | undefined;

  constructor(private readonly options: PeerNetworkOptions) {}

  /** The city nodes of this process, once they are open. */
  enter(cityNode: string, host: CityNodeHost): void {
    this.hosts.set(cityNode, host);
  }

  /** The way to other hosts, once it is open; before that they are unreachable. */
  use(channel: RemoteCalls): void {
    this.channel = channel;
  }

  linkOf(cityNode: string): PeerLink {
    return {
      announce: (chain, height) => {
        for (const address of this.others(chain, cityNode)) this.announce(chain, cityNode, address, height);
      },
      fetchBlocks: (chain, from, limit, skip = 0) => this.fetchBlocks(chain, cityNode, { from, limit, skip }),
      peers: (chain) => this.others(chain, cityNode).map((address) => address.cityNode),
      askSnapshot: (chain, peer, height) => this.askSnapshot(chain, cityNode, peer, height),
      fetchRange: (chain, peer, height, index) => this.fetchRange(chain, cityNode, peer, { height, index }),
      send: (chain, to, message) => this.send(chain, cityNode, to, message),
      submit: (chain, bytes, options) => this.submit(chain, cityNode, bytes, options),
    };
  }

  /** Tells the peers of other hosts of a peer's height, until each of them has heard. */
  tellOthers(chain: ChainId, cityNode: string, height: Height): void {
    for (const address of this.others(chain, cityNode)) if (address.hostId !== this.options.hostId) this.announce(chain, cityNode, address, height);
  }

  /** Other hosts that carry peers of the sub-chain; of several on one host, one that orders is asked. */
  otherHosts(chain: ChainId): OtherHost[] {
    const addresses = this.others(chain, '').filter((address) => !this.isHere(address));
    const firsts = addresses.filter((address, at) => addresses.findIndex(({ hostId }) => hostId === address.hostId) === at);
    return firsts.map((address) => ({
      hostId: address.hostId,
      hostname: address.channelAddress.slice(0, Math.max(0, address.channelAddress.lastIndexOf(':'))),
      ask: async (request, signal) => this.remote(chain).askPeer(remoteOf(address), { chain, cityNode: address.cityNode, request }, { signal }),
      runTask: async (task, signal) => this.remote(chain).runTask(remoteOf(address), { chain, cityNode: address.cityNode, task }, { signal }),
      runShortTask: async (task, signal) => this.remote(chain).runShortTask(remoteOf(address), { chain, cityNode: address.cityNode, task }, { signal }),
    }));
  }

  /** A peer in another host has this height. */
  heard(chain: ChainId, from: string, to: string, height: Height): void {
    this.noteNewest(chain, from, height);
    this.hosts.get(to)?.announced(chain, height);
  }

  /** A message of a peer in another host. */
  received(chain: ChainId, from: string, to: string, message: Uint8Array): void {
    this.hosts.get(to)?.received(chain, from, message);
  }

  /** The sub-chain has no peer here any more. */
  forget(chain: string): void {
    this.newest.delete(chain);
  }

  /** The other peers of a sub-chain, those that order first. */
  private others(chain: ChainId, cityNode: string): PeerAddress[] {
    return (this.options.register.findPeerOfChain(chain)?.peers ?? []).filter((peer) => peer.cityNode !== cityNode).toSorted((a, b) => Number(b.orders) - Number(a.orders));
  }

  private isHere(address: PeerAddress): boolean {
    return address.hostId === this.options.hostId;
  }

  /** A peer of this host whose ledger is open. */
  private localHost(chain: ChainId, { cityNode }: PeerAddress): CityNodeHost | undefined {
    return this.options.register.findPeer({ chain, cityNode }) && this.hosts.get(cityNode);
  }

  private announce(chain: ChainId, from: string, address: PeerAddress, height: Height): void {
    if (!this.isHere(address)) return this.channel?.announce(remoteOf(address), { chain, from, to: address.cityNode }, height);
    this.noteNewest(chain, from, height);
    // One of this host's own that has no ledger yet catches up when it is opened.
    this.localHost(chain, address)?.announced(chain, height);
  }

  private noteNewest(chain: string, cityNode: string, height: number): void {
    if ((this.newest.get(chain)?.height ?? -1) < height) this.newest.set(chain, { cityNode, height });
  }

  private send(chain: ChainId, from: string, to: string, message: Uint8Array): void {
    const address = this.others(chain, from).find((peer) => peer.cityNode === to);
    if (!address) return;
    if (!this.isHere(address)) return this.channel?.send(remoteOf(address), { chain, from, to }, message);
    const host = this.localHost(chain, address);
    // A turn later, as from every other host: whoever sends is not called back in the middle of it.
    if (host) void Promise.resolve().then(() => host.received(chain, from, message));
  }

  /**
   * From whoever told of the newest height, then from those that order. One that has nothing new is no proof that nobody
   * has: where several order, the next is asked too.
   */
  private async fetchBlocks(chain: ChainId, cityNode: string, { from, limit, skip }: { from: Height; limit: number; skip: number }): Promise<readonly Uint8Array[]> {
    const newest = this.newest.get(chain);
    const isNewest = (address: PeerAddress): boolean => address.cityNode === newest?.cityNode && newest.height >= from;
    const sources = this.others(chain, cityNode).toSorted((a, b) => Number(isNewest(b)) - Number(isNewest(a)));
    const start = skip % Math.max(1, sources.length);
    const isOneOrderer = sources.filter((address) => address.orders).length < 2;
    let nothing: readonly Uint8Array[] | undefined;
    let failure: unknown;
    for (const address of [...sources.slice(start), ...sources.slice(0, start)]) {
      try {
        const records = await this.fetchFrom(chain, address, from, limit);
        if (records.length > 0 || (isOneOrderer && address.orders)) return records;
        nothing ??= records;
      } catch (error) {
        failure = error;
      }
    }
    if (nothing) return nothing;
    throw unreachable(chain, failure);
  }

  private async fetchFrom(chain: ChainId, address: PeerAddress, from: Height, limit: number): Promise<readonly Uint8Array[]> {
    if (!this.isHere(address)) return this.remote(chain).fetchBlocks(remoteOf(address), { chain, cityNode: address.cityNode, from, limit: Math.min(limit, channelLimits.recordsMax) });
    return this.hostOf(chain, address).blockRecords(chain, from, limit);
  }

  private async askSnapshot(chain: ChainId, cityNode: string, peer: string, height: Height): Promise<Uint8Array> {
    const address = this.addressOf(chain, cityNode, peer);
    if (!this.isHere(address)) return this.remote(chain).askSnapshot(remoteOf(address), { chain, cityNode: peer, height });
    return this.hostOf(chain, address).snapshotAnswer(chain, height);
  }

  private async fetchRange(chain: ChainId, cityNode: string, peer: string, { height, index }: { height: Height; index: number }): Promise<Uint8Array> {
    const address = this.addressOf(chain, cityNode, peer);
    if (!this.isHere(address)) return this.remote(chain).fetchRange(remoteOf(address), { chain, cityNode: peer, height, index });
    return this.hostOf(chain, address).snapshotRange(chain, height, index);
  }

  private addressOf(chain: ChainId, cityNode: string, peer: string): PeerAddress {
    const address = this.others(chain, cityNode).find((other) => other.cityNode === peer);
    if (!address) throw unreachable(chain);
    return address;
  }

  private hostOf(chain: ChainId, address: PeerAddress): CityNodeHost {
    const host = this.localHost(chain, address);
    if (!host) throw unreachable(chain);
    return host;
  }

  /**
   * To a peer that orders: those of this host first, then as the register says, which may not know of a change yet: who
   * does not order refuses. When one does not answer, the next is asked; it may be that the first took the transaction
   * nevertheless, which does no harm: the same bytes twice are one transaction.
   */
  private async submit(chain: ChainId, cityNode: string, bytes: Uint8Array, options: { signal?: AbortSignal } = {}): Promise<SubmitAnswer> {
    let failure: unknown;
    for (const address of this.others(chain, cityNode).toSorted((a, b) => Number(this.isHere(b)) - Number(this.isHere(a)))) {
      try {
        const host = this.isHere(address) ? this.localHost(chain, address) : undefined;
        if (host?.peerStatus(chain).orders) return await host.submit(chain, bytes, options);
        if (this.isHere(address)) continue;
        return toSubmitAnswer(chain, await this.remote(chain).submit(remoteOf(address), { chain, cityNode: address.cityNode, transaction: bytes }, options));
      } catch (error) {
        if (!isChannelError(error) && !isUnreachable(error)) throw error;
        failure = error;
      }
    }
    throw unreachable(chain, failure);
  }

  private remote(chain: ChainId): RemoteCalls {
    if (!this.channel) throw unreachable(chain);
    return this.channel;
  }
}

function remoteOf({ hostId, channelAddress }: PeerAddress): { hostId: string; address: string } {
  return { hostId, address: channelAddress };
}

function toSubmitAnswer(chain: ChainId, result: SubmitResult): SubmitAnswer {
  if (result.state === 'refused' || result.state === 'failed') throw refusalFromPeer(chain, result);
  if (result.state === 'held') return { ...result, id: result.id as Hash };
  return { ...result, id: result.id as Hash, blockHash: result.blockHash as Hash, height: result.height as Height } satisfies FinalAnswer;
}

function isUnreachable(error: unknown): boolean {
  return error instanceof LedgerError && (error.code === 'peers-unreachable' || error.code === 'peer-away');
}

function unreachable(chain: string, cause?: unknown): LedgerError<'peers-unreachable'> {
  return new LedgerError('peers-unreachable', { chain }, `No other peer of ${chain} can be reached at the moment; try again soon.`, { cause });
}
