import type { ControlLogger } from '@/lib/control';
import type { ChannelIdentity } from './channel-identity';
import { loadCredentials, type Credentials } from './credentials';
import type { ChannelHandlers, SubmitResult } from './handlers';
import { channelLimits, type ChannelLimits } from './limits';
import { openListener, type InboundConnection } from './open-listener';
import { Refusals, Tally, type DropReason, type RefusalReason } from './refusals';
import { Remote, type RemoteContext, type Traffic } from './remote';
import { ServiceHost } from './service-host';
import { fromAnswerMessage } from './answer-message';
import { checkWire, type AskPeerRequest, type AskSnapshotRequest, type FetchRangeRequest, type FetchRequest, type Route, type SubmitRequest, type TaskRequest } from './wire';

export interface PeerChannelOptions {
  /** Port 0: any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** This process; its certificate must name it. */
  readonly hostId: string;
  readonly identity: ChannelIdentity;
  readonly handlers: ChannelHandlers;
  readonly logger: ControlLogger;
  readonly limits?: Partial<ChannelLimits>;
  readonly now?: () => number;
  /** From 0 to below 1: spreads attempts of many hosts over time. */
  readonly random?: () => number;
  /** Answers the way to take it back. */
  readonly schedule?: (delayMs: number, task: () => void) => () => void;
}

/** Where another host is. */
export interface RemoteHost {
  readonly hostId: string;
  /** `host:port` of its channel. */
  readonly address: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The way to the peers in other city-node processes. Without anything to say there is no connection and no timer; the
 * first message opens one, and one without messages is closed after some minutes.
 */
export interface PeerChannel {
  readonly port: number;
  /** Best effort, in no promised order; never throws. What was not sent is counted in `stats().dropped`. */
  send(remote: RemoteHost, route: Route, bytes: Uint8Array): void;
  /** Told until it is heard or refused, the newest height of each peer there; never throws. A restart forgets it. */
  announce(remote: RemoteHost, route: Route, height: number): void;
  /** Errors: ChannelError, or the signal's reason. */
  fetchBlocks(remote: RemoteHost, request: FetchRequest, options?: CallOptions): Promise<Uint8Array[]>;
  /** What a peer there says of its snapshot at a height, and a range of it. Errors: ChannelError, or the signal's reason. */
  askSnapshot(remote: RemoteHost, request: AskSnapshotRequest, options?: CallOptions): Promise<Uint8Array>;
  fetchRange(remote: RemoteHost, request: FetchRangeRequest, options?: CallOptions): Promise<Uint8Array>;
  /** A request of the sub-chain's framework to a peer there, in its own bytes. Errors: ChannelError, or the signal's reason. */
  askPeer(remote: RemoteHost, request: AskPeerRequest, options?: CallOptions): Promise<Uint8Array>;
  /** A task of the sub-chain's framework for a peer there. It may have been done after any error. Errors: ChannelError, or the signal's reason. */
  runTask(remote: RemoteHost, request: TaskRequest, options?: CallOptions): Promise<Uint8Array>;
  /** The same for a task that waits for no other host there. */
  runShortTask(remote: RemoteHost, request: TaskRequest, options?: CallOptions): Promise<Uint8Array>;
  /** The same transaction may be handed in again after any error. Errors: ChannelError, or the signal's reason. */
  submit(remote: RemoteHost, request: SubmitRequest, options?: CallOptions): Promise<SubmitResult>;
  stats(): ChannelStats;
  /** Takes nothing new, completes what is on its way (at most `graceMs`), then cuts. */
  close(graceMs: number): Promise<void>;
}

export interface ChannelStats extends Readonly<Traffic> {
  readonly inboundConnections: number;
  readonly remotes: readonly Remote['stats'][];
  /** What came from outside and was not accepted, by reason. */
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
  /** What was not sent, by reason. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Of this host's own certificate; undefined without one. */
  readonly certificateExpiresAtMs: number | undefined;
  /** From then on nobody is accepted until newer revocation lists have come. */
  readonly revocationsUpToMs: number | undefined;
}

/** Opens the channel. Rejects with an error that says what to do when the port cannot be had, or a file of the program is missing. */
export async function openPeerChannel(options: PeerChannelOptions): Promise<PeerChannel> {
  const { hostId, identity, logger } = options;
  await checkWire();
  const limits: ChannelLimits = { ...channelLimits, ...options.limits };
  const now = options.now ?? Date.now;
  const schedule = options.schedule ?? scheduleTimeout;
  const refusals = new Refusals(logger, now);
  const dropped = new Tally<DropReason>();
  const traffic: Traffic = { messagesSent: 0, messagesReceived: 0, bytesSent: 0, bytesReceived: 0 };
  const remotes = new Map<string, Remote>();
  let credentials: Credentials | undefined;
  let isClosing = false;
  let stopSweep: (() => void) | undefined;

  const context: RemoteContext = {
    hostId,
    limits,
    handlers: options.handlers,
    refusals,
    dropped,
    traffic,
    logger,
    now,
    random: options.random ?? Math.random,
    schedule,
    credentials: () => credentials,
    isClosing: () => isClosing,
    onChange: () => watch(),
  };
  const remoteOf = (otherHostId: string): Remote => {
    const remote = remotes.get(otherHostId) ?? new Remote(otherHostId, context);
    remotes.set(otherHostId, remote);
    return remote;
  };
  const service = new ServiceHost({ limits, handlers: options.handlers, refusals, logger, remoteOf, find: (peer) => listener.find(peer), isClosing: () => isClosing });
  const listener = await openListener({ ...options.listen, hostId, limits, refusals, now, onConnection: (connection: InboundConnection) => service.take(connection) });

  /** Looks at connections now and then, as long as there are any. */
  function watch(): void {
    for (const [name, remote] of remotes) if (remote.isForgettable) remotes.delete(name);
    const isNeeded = !isClosing && [...remotes.values()].some((remote) => remote.isConnected);
    if (!isNeeded) {
      stopSweep?.();
      stopSweep = undefined;
      return;
    }
    stopSweep ??= schedule(limits.sweepMs, () => {
      stopSweep = undefined;
      listener.sweep();
      for (const remote of remotes.values()) remote.sweep();
      watch();
    });
  }

  function renew(): void {
    let next: Credentials | undefined;
    try {
      const certificates = identity.current();
      next = certificates && loadCredentials(certificates);
      if (next && next.hostId !== hostId) throw new Error(`the certificate names the host ${next.hostId}`);
    } catch (error) {
      // What was good until now is better than nothing.
      return logger.error({ err: error }, 'the certificates of the peer channel cannot be used');
    }
    const isOwnNew = next?.serial !== credentials?.serial;
    credentials = next;
    listener.use(next);
    for (const remote of remotes.values()) remote.renew(next, isOwnNew);
    if (next) logger.info({ certificateExpiresAtMs: next.expiresAtMs, revocationsUpToMs: next.revocations.nextUpdateMs }, 'peer channel has certificates');
  }

  const stopListening = identity.onChange(renew);
  renew();

  const isRefused = (): boolean => {
    if (isClosing) dropped.add('closed');
    return isClosing;
  };
  return {
    port: listener.port,
    send: ({ hostId: other, address }, route, bytes) => {
      if (!isRefused()) remoteOf(other).send(address, route, bytes);
    },
    announce: ({ hostId: other, address }, route, height) => {
      if (!isRefused()) remoteOf(other).announce(address, route, height);
    },
    async fetchBlocks({ hostId: other, address }, request, call = {}) {
      return (await remoteOf(other).fetchBlocks(address, request, call.signal)).records;
    },
    async askSnapshot({ hostId: other, address }, request, call = {}) {
      return (await remoteOf(other).askSnapshot(address, request, call.signal)).answer;
    },
    async fetchRange({ hostId: other, address }, request, call = {}) {
      return (await remoteOf(other).fetchRange(address, request, call.signal)).range;
    },
    async askPeer({ hostId: other, address }, request, call = {}) {
      return (await remoteOf(other).askPeer(address, request, call.signal)).answer;
    },
    async runTask({ hostId: other, address }, request, call = {}) {
      return (await remoteOf(other).runTask(address, request, call.signal)).answer;
    },
    async runShortTask({ hostId: other, address }, request, call = {}) {
      return (await remoteOf(other).runShortTask(address, request, call.signal)).answer;
    },
    async submit({ hostId: other, address }, request, call = {}) {
      return fromAnswerMessage(await remoteOf(other).submit(address, request, call.signal));
    },
    stats: () => ({
      ...traffic,
      inboundConnections: [...listener.list()].length,
      remotes: Array.from(remotes.values(), (remote) => remote.stats),
      refused: refusals.tally.toRecord(),
      dropped: dropped.toRecord(),
      certificateExpiresAtMs: credentials?.expiresAtMs,
      revocationsUpToMs: credentials?.revocations.nextUpdateMs,
    }),
    async close(graceMs) {
      if (isClosing) return;
      stopListening();
      listener.stop();
      for (const remote of remotes.values()) remote.leave();
      isClosing = true;
      stopSweep?.();
      await service.settle(graceMs, () => [...remotes.values()].every((remote) => !remote.isConnected));
      for (const remote of remotes.values()) remote.close();
      service.close();
      await listener.close();
    },
  };
}

function scheduleTimeout(delayMs: number, task: () => void): () => void {
  const timer = setTimeout(task, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}
