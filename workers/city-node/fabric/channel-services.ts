import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { QuotaTable } from '@/lib/gateway';
import type { ChainId, EndorserPorts, HostLink, PeerTaskCall, ServedChannel, ServiceMethod } from '@/lib/ledger';
import { withTimeLimit } from '@/lib/platform/pure/time-limit';
import type { PeerNetwork } from '../peer-network';
import { boundViews, viewBounds } from './bound-views';
import type { ChannelHosts } from './channel-hosts';
import type { BookChannel } from './fabric-book';
import { LocalQuota } from './local-quota';
import type { FabricRooms } from './open-fabric-rooms';
import { refuseInWords } from './refuse-in-words';

export interface ChannelServicesOptions {
  readonly rooms: FabricRooms;
  readonly hosts: ChannelHosts;
  readonly hostId: string;
  readonly network: Pick<PeerNetwork, 'otherHosts'>;
  readonly quotas: QuotaTable;
  /** `host:port` by which clients know an organisation's peer here. */
  readonly addressOf: (mspId: string) => string;
  /** PEM of the roots by which clients verify the door. */
  readonly tlsRoots: () => readonly string[];
  /** Of an organisation's peer, at the door for clients; 0: it is closed. */
  readonly portOf: (mspId: string) => number;
  /** Ends what is being read. */
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** For one call of a chaincode; Fabric's own default (core.yaml, chaincode.executetimeout). */
const EXECUTE_TIMEOUT_MS = 30_000;
/** Channels whose certificates stay read. */
const CHANNELS_MAX = 256;
/** For what another host does at once, as Fabric waits for who takes private data (core.yaml, pushAckTimeout). */
const SHORT_MS = 3_000;
/** For blocks that another host has already. */
const REACH_MS = 5_000;

/** The services of this host's channels over bytes: for the door. */
export class ChannelServices {
  private readonly served = new Map<string, ServedChannel>();
  readonly methods: readonly ServiceMethod[];
  private readonly endorser: EndorserPorts;
  private readonly localQuota = new LocalQuota();
  private readonly directory: InstanceType<FabricRooms['fabric']['PeerDirectory']>;

  constructor(private readonly options: ChannelServicesOptions) {
    const { rooms, addressOf, tlsRoots, now, signal } = options;
    this.directory = new rooms.fabric.PeerDirectory({ find: (channelId) => this.findOthers(channelId), nonce: () => randomBytes(16), nowMs: now, signal });
    this.endorser = this.endorserPorts();
    const methods = rooms.fabric.createFabricServices({
      findChannel: (channelId) => this.find(channelId),
      endorser: this.endorser,
      takeLocalRequest: (mspId) => this.localQuota.take(mspId, now()),
      addressOf,
      neighboursOf: (mspId) => this.neighboursOf(mspId),
      tlsRoots,
      nowMs: now,
      yieldTurn: () => setImmediate(),
      limits: rooms.fabric.serviceLimitDefaults,
    });
    this.methods = refuseInWords(methods, rooms.fabric);
  }

  /** The sub-chain is gone, or who this host is in its channel changed. */
  forget(): void {
    this.served.clear();
    this.directory.forget();
  }

  /** A task of another host; undefined: the sub-chain is no channel here. */
  answerTask(chain: ChainId, call: PeerTaskCall): Promise<Uint8Array> | undefined {
    const { rooms, hosts, hostId: ownHostId, addressOf, portOf, now, signal } = this.options;
    const channelId = rooms.book.channelOf(chain)?.channelId;
    if (channelId === undefined || this.chainOf(channelId) !== chain) return undefined;
    return rooms.fabric.answerPeerTask(
      {
        chain,
        channelId,
        portOf,
        addressOf,
        findChannel: (name) => this.find(name),
        endorser: this.endorser,
        takeLocalRequest: (mspId) => this.localQuota.take(mspId, now()),
        nowMs: now,
        reach: (blocks, waiting) => this.reach(chain, blocks, waiting),
        async keepOffered(offer, hostId) {
          const { txId, plaintext } = await rooms.fabric.queryChannel(hosts, chain, { kind: 'offered-private-data', offer, hostId, ownHostId, nowMs: now() }, signal);
          await hosts.keepLocally(chain, { kind: 'put-received', txId, plaintext });
        },
      },
      call,
    );
  }

  /** Waits for blocks, and not for ever. */
  private async reach(chain: ChainId, blocks: number, signal: AbortSignal): Promise<void> {
    await withTimeLimit(REACH_MS, signal, async (enough) => {
      try {
        // The first block has the height 0.
        await this.options.hosts.waitForHeight(chain, blocks - 2, enough);
      } catch (error) {
        if (!enough.aborted || signal.aborted) throw error;
      }
    });
  }

  private findOthers(channelId: string): { chain: ChainId; links: HostLink[] } | undefined {
    const chain = this.chainOf(channelId);
    if (chain === undefined) return undefined;
    const links = this.options.network.otherHosts(chain).map(({ hostId, hostname, runTask, runShortTask }): HostLink => ({ hostId, hostname, run: runTask, runShort: (task, signal) => withTimeLimit(SHORT_MS, signal, (limited) => runShortTask(task, limited)) }));
    return { chain, links };
  }

  private chainOf(channelId: string): ChainId | undefined {
    const chain = this.options.rooms.book.findChannel(channelId)?.chain as ChainId | undefined;
    return chain !== undefined && this.options.hosts.has(chain) ? chain : undefined;
  }

  private channelsOf(mspId: string): readonly BookChannel[] {
    return this.options.rooms.book.listChannels().filter(({ channelId, organisations }) => this.chainOf(channelId) !== undefined && organisations.some((one) => one.mspId === mspId));
  }

  private neighboursOf(mspId: string): readonly string[] {
    return [...new Set(this.channelsOf(mspId).flatMap(({ organisations }) => organisations.map((one) => one.mspId)))].sort();
  }

  private find(channelId: string): ServedChannel | undefined {
    const chain = this.chainOf(channelId);
    if (chain === undefined) return undefined;
    const known = this.served.get(channelId) ?? this.serve(chain);
    this.served.delete(channelId);
    this.served.set(channelId, known);
    const [oldest] = this.served.keys();
    if (this.served.size > CHANNELS_MAX && oldest !== undefined) this.served.delete(oldest);
    return known;
  }

  private serve(chain: ChainId): ServedChannel {
    const { rooms, hosts } = this.options;
    const config = rooms.fabric.fabricConfigSchema.parse(hosts.genesis(chain).config);
    const mspIds = config.organisations.map(({ mspId }) => mspId).sort();
    return rooms.fabric.serveChannel({
      host: hosts,
      chain,
      config,
      homeMspId: mspIds.find((mspId) => rooms.identities.signerOf(mspId) !== undefined) ?? mspIds[0] ?? '',
      quota: this.quotaOf(chain),
      sizeBytes: () => hosts.glance(chain)?.resources.diskBytes ?? 0,
    });
  }

  /** Asked each time: the table forgets what nobody uses. */
  private quotaOf(chain: ChainId): ServedChannel['quota'] {
    const { quotas } = this.options;
    const closed = { message: 'The channel is not open here.' };
    return {
      takeRequest: (nowMs) => (quotas.get(chain) ?? { takeRequest: () => closed }).takeRequest(nowMs),
      takeTransaction: (nowMs, sizeBytes) => (quotas.get(chain) ?? { takeTransaction: () => closed }).takeTransaction(nowMs, sizeBytes),
    };
  }

  private endorserPorts(): EndorserPorts {
    const { rooms, hosts, hostId, signal, now } = this.options;
    const { fabric, book, identities, chaincode } = rooms;
    const find = (channelId: string) => this.chainOf(channelId);
    const namesOf = (mspId: string) => this.channelsOf(mspId).map(({ channelId }) => channelId);
    const portsWith = (list: () => readonly string[]) => fabric.portsOfHost({ host: hosts, channels: { find, list }, signal });
    const ports = portsWith(() => book.listChannels().map(({ channelId }) => channelId));
    return {
      ...ports,
      openView: boundViews(ports.openView, viewBounds),
      // Others' channels are not opened for it.
      listUses: (mspId, packageIds) => portsWith(() => namesOf(mspId)).listUses(mspId, packageIds),
      system: { ...ports.system, listChannels: async (mspId) => namesOf(mspId) },
      runChaincode: (name, call) => chaincode.run(name, call),
      indexesOf: (mspId, packageId, collection) => chaincode.indexesOf(mspId, packageId, collection),
      packages: chaincode,
      signerOf: (mspId) => identities.signerOf(mspId),
      localMsps: (mspId) => identities.localMsps(mspId),
      elsewhere: this.directory,
      hostId,
      signal,
      nowMs: now,
      executeTimeoutMs: EXECUTE_TIMEOUT_MS,
    };
  }
}
