import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { openControlServer, parseControlSecret, type HttpListener, type JoinConfig } from '@/lib/control';
import { AccessKeyTable, MeterBook, openGateway, QuotaTable, type GatewayLimits } from '@/lib/gateway';
import { createQueueBudget, lockDirectory, openLedgerHost, Turns, type DirectoryLock, type LedgerHost, type MachinePorts, type TimeMs } from '@/lib/ledger';
import { openPeerChannel } from '@/lib/peer-channel';
import { allOrNone } from './all-or-none';
import { createChannelHandlers } from './channel-handlers';
import { ChannelKeeper } from './channel-keeper';
import { ConsumptionReader } from './consumption-reader';
import { createCollector } from './create-collector';
import { createControlHandlers } from './control-handlers';
import { CityNodePeers } from './dedicated/city-node-peers';
import { DedicatedPeer } from './dedicated/dedicated-peer';
import { FabricPart } from './fabric/fabric-part';
import { HostRegister } from './host-register';
import { loadFrameworks } from './load-frameworks';
import { loadNodeKey } from './load-node-key';
import { PeerDoors } from './peer-doors';
import { PeerNetwork } from './peer-network';
import { PeerService } from './peer-service';
import type { LogLevel, ProcessLogger } from './process-logger';
import { rejoinPeers } from './rejoin-peers';
import { ReportReader } from './report-reader';
import { schedule, threadOptions } from './thread-options';

export interface CityNodeOptions {
  readonly dataDirectory: string;
  readonly join: JoinConfig;
  readonly version: string;
  readonly logger: ProcessLogger;
  readonly gatewayLimits?: Partial<GatewayLimits>;
  /** Directory of the installed chaincode runtime. Absent: Fabric's chaincode is refused. */
  readonly chaincodeRuntime?: string | undefined;
}

export interface CityNode {
  readonly gatewayPort: number;
  readonly controlPort: number;
  readonly channelPort: number;
  /** Of the door for Fabric's clients; undefined while there is none. */
  readonly fabricPort: number | undefined;
  /** Takes nothing new, finishes what is in flight (at most `graceMs`), closes the storage. */
  close(graceMs: number): Promise<void>;
}

/** Opens everything that a city-node process is made of. Rejects with an error that says what to do; nothing stays open then. */
export async function openCityNode(options: CityNodeOptions): Promise<CityNode> {
  const opened: (() => Promise<void>)[] = [];
  try {
    return await openParts(options, opened);
  } catch (error) {
    await closeAll(opened, options.logger);
    throw error;
  }
}

async function openParts({ dataDirectory, join, version, logger, gatewayLimits, chaincodeRuntime }: CityNodeOptions, opened: (() => Promise<void>)[]): Promise<CityNode> {
  const startedAtMs = Date.now();
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const lock: DirectoryLock = await lockDirectory(dataDirectory);
  opened.push(() => lock.release());
  const nodeKey = await loadNodeKey(dataDirectory);
  const keep = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    const part = await opening;
    opened.push(() => part.close());
    return part;
  };
  const fabric = new FabricPart({ directory: path.join(dataDirectory, 'fabric'), nodeKey, hostId: join.hostId, chaincodeRuntime, logger, now: Date.now });
  opened.push(() => fabric.close());
  // Together: each waits for the disk.
  const [channel, register, meters, { frameworks, codecs, notes }] = await allOrNone(
    [
      ChannelKeeper.open({ directory: path.join(dataDirectory, 'channel'), nodeKey, hostId: join.hostId, authority: join.authority, now: Date.now, logger }),
      keep(HostRegister.open(path.join(dataDirectory, 'register.journal'), nodeKey)),
      keep(
        MeterBook.open({
          file: path.join(dataDirectory, 'meters.journal'),
          now: Date.now,
          schedule: (delayMs, task) => void setTimeout(task, delayMs).unref(),
          onError: (error) => logger.error({ err: error }, 'meters are not written; they stay in memory and are tried again'),
        }),
      ),
      keep(
        loadFrameworks({
          version,
          yieldTurn: () => setImmediate(),
          threads: threadOptions(logger),
          onUnexpected: (error, method) => logger.error({ method, err: error }, 'a call failed'),
        }),
      ),
      fabric.prepare(),
    ],
    (error) => logger.error({ err: error }, 'another part of the city node could not be opened'),
  );
  logger.info({ frameworks: notes }, 'frameworks loaded');
  const network = new PeerNetwork({ hostId: join.hostId, register, logger });
  const hosts = new Map<string, CityNodePeers>();
  const queueBudget = createQueueBudget();
  const turns = new Turns({ yieldTurn: () => setImmediate(), elapsedMs: () => performance.now() });
  const ledgers = new Map<string, LedgerHost>();
  const collect = createCollector((error) => logger.warn({ err: error }, 'memory could not be given back'));
  const rested = (): void => {
    // Of this process: a peer that has its own takes no memory here.
    if ([...ledgers.values()].every((ledger) => ledger.stats().openChains === 0)) void collect();
  };
  for (const code of join.cityNodes) {
    const shared = await openLedgerHost({
      directory: path.join(dataDirectory, code),
      keyEncryptionKey: nodeKey,
      frameworks: [...frameworks, fabric.framework],
      link: network.linkOf(code),
      ports: { ...portsOf(code, logger), rested },
      queueBudget,
      turns,
    });
    opened.push(() => shared.close());
    ledgers.set(code, shared);
    const host = await CityNodePeers.open({
      cityNode: code,
      dataDirectory,
      shared,
      register,
      createDedicated: (chain, directory, isActive) =>
        new DedicatedPeer({
          open: { hostId: join.hostId, cityNode: code, chain, directory, nodeKey, version, logLevel: logger.level as LogLevel, others: network.linkOf(code).peers(chain) },
          link: network.linkOf(code),
          logger,
          isActive,
        }),
      logger,
    });
    opened.push(() => host.close());
    hosts.set(code, host);
    network.enter(code, host);
  }

  const accessKeys = new AccessKeyTable(Buffer.from(join.accessKeyPepper, 'base64'));
  const quotas = new QuotaTable({ findLimits: (chain) => register.findLimits(chain), meters, now: Date.now });
  const doors = new PeerDoors({ hosts, codecs, register });
  const peers = new PeerService({
    hostId: join.hostId,
    hosts,
    register,
    doors,
    quotas,
    accessKeys,
    network,
    fabric,
    onBackgroundError: (error, event, peer) => logger.warn({ ...peer, err: error }, event),
  });
  // Before the doors: what comes in through them may need other hosts.
  const peerChannel = await openPeerChannel({ listen: join.channel, hostId: join.hostId, identity: channel, handlers: createChannelHandlers({ peers, network, register, fabric }), logger });
  opened.push(() => peerChannel.close(0));
  network.use(peerChannel);
  const report = new ReportReader({ hostId: join.hostId, version, startedAtMs, dataDirectory, hosts, channel: () => channel.holding(), fabric: () => fabric.addresses, peerChannel: () => peerChannel.stats(), now: Date.now });
  const consumption = new ConsumptionReader({ dataDirectory, startedAtMs, hosts, glances: () => peers.glances(), now: Date.now });
  opened.push(async () => consumption.close());

  let ready = false;
  const gateway = await openGateway({
    ...join.gateway,
    accessKeys,
    quotas,
    findDoor: (cityNode, chain) => doors.find(cityNode, chain),
    logger,
    ...(gatewayLimits ? { limits: gatewayLimits } : {}),
  });
  opened.push(() => gateway.close(0));
  opened.push(() => fabric.end());
  await fabric.begin({ hostId: join.hostId, ledgers, register, quotas, network, identity: channel, listen: join.fabric });
  const control = await openControlServer({
    ...join.control,
    hostId: join.hostId,
    secret: parseControlSecret(join.secret),
    handlers: createControlHandlers({ peers, doors, register, accessKeys, meters, report, consumption, channel, fabric, now: Date.now }),
    isReady: () => ready,
    logger,
  });
  opened.push(() => control.close(0));
  ready = true;
  const closing = new AbortController();
  opened.push(async () => closing.abort());
  rejoinPeers({ hostId: join.hostId, register, hosts, network, logger, signal: closing.signal }).catch((error: unknown) =>
    logger.error({ err: error }, 'peers in other hosts were not asked for news'),
  );
  return {
    gatewayPort: gateway.port,
    controlPort: control.port,
    channelPort: peerChannel.port,
    get fabricPort() {
      return fabric.port;
    },
    async close(graceMs) {
      ready = false;
      await Promise.all([...[gateway, control].map((listener: HttpListener) => listener.close(graceMs)), fabric.end()]);
      // After the doors: what came in through them may still need the other hosts.
      await peerChannel.close(graceMs);
      await closeAll(opened, logger);
    },
  };
}

/** In reverse order; one that fails does not keep the others open. */
async function closeAll(opened: (() => Promise<void>)[], logger: ProcessLogger): Promise<void> {
  for (const close of opened.splice(0).toReversed()) {
    await close().catch((error: unknown) => logger.error({ err: error }, 'a part of the city node did not close well'));
  }
}

function portsOf(cityNode: string, logger: ProcessLogger): MachinePorts {
  const child = logger.child({ cityNode });
  return {
    now: () => Date.now() as TimeMs,
    schedule,
    yieldTurn: () => setImmediate(),
    elapsedMs: () => performance.now(),
    nonce: () => randomBytes(16),
    logger: child,
  };
}
