import type { ControlLogger, HostReport, JoinConfig } from '@/lib/control';
import type { QuotaTable } from '@/lib/gateway';
import type { ChainId, LedgerHost, PeerTaskCall } from '@/lib/ledger';
import type { ChannelIdentity } from '@/lib/peer-channel';
import type { HostRegister } from '../host-register';
import type { PeerNetwork } from '../peer-network';
import { ChannelHosts } from './channel-hosts';
import { ChannelServices } from './channel-services';
import { DoorKeeper } from './keep-door';
import type { FabricRooms } from './open-fabric-rooms';
import { PrivateFetcher } from './private-fetcher';

/** What of the city node the channels' services stand on. */
export interface ServeFabricOptions {
  readonly rooms: FabricRooms;
  readonly hostId: string;
  readonly ledgers: ReadonlyMap<string, LedgerHost>;
  readonly register: HostRegister;
  readonly quotas: QuotaTable;
  readonly network: PeerNetwork;
  readonly identity: ChannelIdentity;
  /** Undefined: no door for clients, as the host joined before there was one. */
  readonly listen: JoinConfig['fabric'];
  readonly logger: ControlLogger;
  readonly now: () => number;
}

export interface ServedFabric {
  /** Undefined while the door is closed. */
  readonly port: number | undefined;
  /** Where clients reach it; undefined while the door is closed. */
  readonly addresses: HostReport['fabric'];
  /** A task of another host with peers of the channel; undefined: the sub-chain is no channel here. */
  answerTask(chain: ChainId, call: PeerTaskCall): Promise<Uint8Array> | undefined;
  /** The sub-chain has no peer here any more. */
  forget(chain: ChainId): void;
  /** Who this host is in its channels changed. Resolves when the door is up to date; never rejects. */
  identitiesChanged(): Promise<void>;
  /** The same for which channels it has. */
  channelsChanged(): Promise<void>;
  /** Takes nothing new, ends what is under way and every chaincode. */
  close(): Promise<void>;
}

/** Opens the services of this host's channels, and their door. Rejects when it cannot listen. */
export async function serveFabric({ rooms, hostId, ledgers, register, quotas, network, identity, listen, logger, now }: ServeFabricOptions): Promise<ServedFabric> {
  const reads = new AbortController();
  const hosts = new ChannelHosts({ ledgers, register, logger });
  const portOf = (mspId: string): number => door?.entranceOf(mspId) ?? door?.port ?? listen?.port ?? 0;
  const addressOf = (mspId: string): string => `${door?.advertisedHost ?? ''}:${portOf(mspId)}`;
  const tlsRoots = (): string[] => {
    const certificates = identity.current();
    return certificates === undefined ? [] : [certificates.rootPem];
  };
  const services = new ChannelServices({ rooms, hosts, hostId, network, quotas, addressOf, portOf, tlsRoots, signal: reads.signal, now });
  const { book, identities } = rooms;
  const entrances = {
    wanted: () => book.listCrowded((mspId) => identities.signerOf(mspId) !== undefined),
    portOf: (mspId: string) => book.entranceOf(mspId),
    remember: (mspId: string, port: number) => book.putEntrance(mspId, port),
  };
  const door = listen && new DoorKeeper({ listen, identity, methods: services.methods, entrances, logger });
  if (door === undefined) logger.warn({}, 'this host joined without a port for Fabric’s clients: join it anew to open one');
  try {
    await door?.open();
  } catch (error) {
    await door?.close();
    throw error;
  }
  const fetcher = new PrivateFetcher({ rooms, hostId, ledgers, network, signal: reads.signal, now, logger });
  fetcher.begin();
  return {
    get port() {
      return door?.port;
    },
    get addresses() {
      return door?.addresses;
    },
    answerTask: (chain, call) => services.answerTask(chain, call),
    forget(chain) {
      hosts.forget(chain);
      fetcher.forget(chain);
      services.forget();
    },
    async identitiesChanged() {
      services.forget();
      fetcher.identitiesChanged();
      await door?.refresh();
    },
    async channelsChanged() {
      await door?.refresh();
    },
    async close() {
      await door?.close();
      reads.abort(new Error('the city node is closing'));
      await fetcher.end();
      await rooms.chaincode.close();
    },
  };
}
