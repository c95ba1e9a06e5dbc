import type { ControlLogger } from '@/lib/control';
import { Announcements } from './announcements';
import { CallGate, type ChainShare } from './call-gate';
import { ChannelError } from './channel-error';
import type { Credentials } from './credentials';
import { refusalOf } from './check-peer-certificate';
import { Exchange, type ExchangeSide, type FrameStream } from './exchange';
import type { ChannelHandlers } from './handlers';
import type { ChannelLimits } from './limits';
import { limitTime } from './limit-time';
import { Link, type LinkEnd } from './link';
import type { DropReason, Refusals, RefusalReason, Tally } from './refusals';
import { SendQueue } from './send-queue';
import { wire, type AskPeerRequest, type AskSnapshotRequest, type FetchRangeRequest, type FetchRequest, type Frame, type Method, type Part, type Route, type SubmitAnswerMessage, type SubmitRequest, type TaskRequest } from './wire';

/** What the remotes of one channel share. */
export interface RemoteContext {
  readonly hostId: string;
  readonly limits: ChannelLimits;
  readonly handlers: ChannelHandlers;
  readonly refusals: Refusals;
  readonly dropped: Tally<DropReason>;
  readonly traffic: Traffic;
  readonly logger: ControlLogger;
  readonly now: () => number;
  readonly random: () => number;
  /** Answers the way to take it back. */
  readonly schedule: (delayMs: number, task: () => void) => () => void;
  readonly credentials: () => Credentials | undefined;
  readonly isClosing: () => boolean;
  /** Connections were opened or closed. */
  readonly onChange: () => void;
}

export interface Traffic {
  messagesSent: number;
  messagesReceived: number;
  bytesSent: number;
  bytesReceived: number;
}

/** A connection that lived shorter counts as an attempt that failed: or two hosts that disagree would meet without a pause. */
const settledMs = 5_000;
/** Calls come one after another when nobody answers; not each of them needs an attempt of its own. */
const freshFailureMs = 100;

/** A task runs a contract: those of one sub-chain may take all the time that they have. */
const taskShare: ChainShare = { seats: 3 / 4, line: 1 / 2 };

/** Another host: what waits for it, and the ways to it. Without work and connection it is nothing. */
export class Remote {
  private readonly queue: SendQueue;
  private readonly announcements: Announcements;
  private readonly fetches: CallGate;
  private readonly submits: CallGate;
  private readonly tasks: CallGate;
  private readonly shortTasks: CallGate;
  private address: string | undefined;
  /** The stream that new messages go over. */
  private active: Exchange | undefined;
  /** Streams that the other host opened. */
  private readonly inbound = new Set<Exchange>();
  private link: Link | undefined;
  private linkSinceMs = 0;
  /** With the way to stop waiting for their end. */
  private readonly leavingLinks = new Map<Link, () => void>();
  private failures = 0;
  private lastFailureMs = -Infinity;
  private lastFailure = '';
  private stopPause: (() => void) | undefined;
  private stopDial: (() => void) | undefined;

  constructor(
    readonly hostId: string,
    private readonly context: RemoteContext,
  ) {
    const { limits, dropped } = context;
    this.queue = new SendQueue(limits, (reason, messages) => dropped.add(reason, messages));
    this.announcements = new Announcements(limits.announcementsMax);
    this.fetches = new CallGate(limits.fetchesMax, limits.waitingCallsMax);
    this.submits = new CallGate(limits.submitsMax, limits.waitingCallsMax);
    this.tasks = new CallGate(limits.tasksMax, limits.waitingTasksMax, taskShare);
    this.shortTasks = new CallGate(limits.tasksMax, limits.waitingTasksMax, taskShare);
  }

  /** Nothing waits, nothing is open. */
  get isForgettable(): boolean {
    return !this.hasWork && !this.isConnected && !this.stopPause && [this.fetches, this.submits, this.tasks, this.shortTasks].every(({ count }) => count === 0);
  }

  get isConnected(): boolean {
    return this.link !== undefined || this.leavingLinks.size > 0 || this.inbound.size > 0;
  }

  get stats() {
    return {
      hostId: this.hostId,
      state: this.active ? ('open' as const) : this.link ? ('dialling' as const) : this.stopPause ? ('waiting' as const) : ('idle' as const),
      outbound: (this.link ? 1 : 0) + this.leavingLinks.size,
      inbound: this.inbound.size,
      queuedMessages: this.queue.messages,
      queuedBytes: this.queue.bytes,
      unheard: this.announcements.count,
      failures: this.failures,
    };
  }

  send(address: string, route: Route, bytes: Uint8Array): void {
    this.address = address;
    if (!this.context.credentials()) return this.context.dropped.add('no-identity');
    this.queue.push({ route, bytes }, this.context.now());
    this.kick();
  }

  announce(address: string, route: Route, height: number): void {
    this.address = address;
    if (!this.announcements.put(route, height)) this.context.dropped.add('queue-full');
    this.kick();
  }

  fetchBlocks(address: string, request: FetchRequest, signal: AbortSignal | undefined): Promise<{ records: Uint8Array[] }> {
    return this.call(address, this.fetches, wire.fetchBlocks, request, this.context.limits.fetchMs, signal);
  }

  askSnapshot(address: string, request: AskSnapshotRequest, signal: AbortSignal | undefined): Promise<{ answer: Uint8Array }> {
    return this.call(address, this.fetches, wire.askSnapshot, request, this.context.limits.fetchMs, signal);
  }

  fetchRange(address: string, request: FetchRangeRequest, signal: AbortSignal | undefined): Promise<{ range: Uint8Array }> {
    return this.call(address, this.fetches, wire.fetchRange, request, this.context.limits.fetchMs, signal);
  }

  askPeer(address: string, request: AskPeerRequest, signal: AbortSignal | undefined): Promise<{ answer: Uint8Array }> {
    return this.call(address, this.fetches, wire.askPeer, request, this.context.limits.fetchMs, signal);
  }

  async runTask(address: string, request: TaskRequest, signal: AbortSignal | undefined): Promise<{ answer: Uint8Array }> {
    requireSize(request, this.context.limits);
    return this.call(address, this.tasks, wire.runTask, request, this.context.limits.taskMs, signal);
  }

  async runShortTask(address: string, request: TaskRequest, signal: AbortSignal | undefined): Promise<{ answer: Uint8Array }> {
    requireSize(request, this.context.limits);
    return this.call(address, this.shortTasks, wire.runShortTask, request, this.context.limits.shortTaskMs, signal);
  }

  submit(address: string, request: SubmitRequest, signal: AbortSignal | undefined): Promise<SubmitAnswerMessage> {
    return this.call(address, this.submits, wire.submit, request, this.context.limits.submitMs, signal);
  }

  /** Sends what waits: over a stream that is open, or over a connection that it opens for that. */
  kick(): void {
    if (this.active) return this.active.kick();
    const usable = [...this.inbound, ...(this.link?.isOpen ? [this.link.exchange] : [])].find((exchange) => exchange.isUsable);
    if (usable) return this.activate(usable);
    if (this.hasWork && !this.link && !this.stopPause) this.dial();
  }

  /** A stream that the other host opened; `cut` ends its connection. */
  attach(stream: FrameStream, cut: (reason: RefusalReason) => void): Exchange {
    const { limits, now } = this.context;
    const side: ExchangeSide = { ...this.sideOf(() => exchange), finished: () => this.detach(exchange), violated: cut };
    const exchange: Exchange = new Exchange(stream, side, limits, false, now);
    this.inbound.add(exchange);
    this.context.onChange();
    if (!this.active) this.activate(exchange);
    return exchange;
  }

  /** That stream is over. */
  detach(exchange: Exchange): void {
    if (!this.inbound.delete(exchange)) return;
    this.release(exchange);
    this.context.onChange();
  }

  /** This process has other certificates: what the new ones do not allow is cut, the rest is done anew in good order. */
  renew(credentials: Credentials | undefined, isOwnNew: boolean): void {
    if (!credentials) this.queue.clear('no-identity');
    this.look(credentials);
    // One that is still being opened is left as soon as it is open.
    if (isOwnNew && this.link?.isOpen) this.leaveLink();
    this.kick();
  }

  /** Closes what nobody uses, or what may not be used any more. */
  sweep(): void {
    const { limits, now, credentials } = this.context;
    this.look(credentials());
    const { link } = this;
    if (link?.isOpen && !this.hasWork && link.isIdleSince(now() - limits.idleMs)) this.leaveLink();
  }

  /** Begins nothing new; what is on its way is completed. */
  leave(): void {
    this.leaveLink();
    for (const exchange of this.inbound) exchange.leave();
  }

  close(): void {
    this.stopPause?.();
    this.stopPause = undefined;
    this.queue.clear('closed');
    for (const link of [this.link, ...this.leavingLinks.keys()]) link?.close({ detail: 'this process ends' });
  }

  get hasWork(): boolean {
    return this.queue.messages > 0 || this.announcements.count > 0;
  }

  /** Closes links whose other side would not be accepted any more. */
  private look(credentials: Credentials | undefined): void {
    for (const link of [this.link, ...this.leavingLinks.keys()]) {
      const reason = credentials ? link?.proof && refusalOf(link.proof, credentials, this.context.now()) : 'no-identity';
      if (reason) link?.close({ refusal: reason, detail: 'its certificate is not accepted any more' });
    }
  }

  private async call<I extends { readonly chain: string }, O>(address: string, gate: CallGate, method: Method<I, O>, request: I, timeoutMs: number, signal: AbortSignal | undefined): Promise<O> {
    this.address = address;
    const timeUp = () => new ChannelError('timeout', 'The other host did not answer in time.');
    return limitTime(
      async (either) => {
        either.throwIfAborted();
        return gate.run(request.chain, () => this.linkForCall().call(method, request, { timeoutMs, signal: either }), either);
      },
      { timeoutMs, timeUp, signal },
    );
  }

  private linkForCall(): Link {
    const { credentials, isClosing, now } = this.context;
    if (isClosing()) throw new ChannelError('closed', 'This process is shutting down.');
    if (!credentials()) throw new ChannelError('no-identity', 'This host has no certificate from the portal yet.');
    if (!this.link && now() - this.lastFailureMs < freshFailureMs) throw new ChannelError('unreachable', this.lastFailure);
    const link = this.link ?? this.dial();
    if (!link) throw new ChannelError('unreachable', 'The other host has no address.');
    return link;
  }

  private dial(): Link | undefined {
    const { hostId, address, context } = this;
    const credentials = context.credentials();
    if (!credentials || !address || context.isClosing()) return undefined;
    this.stopPause?.();
    this.stopPause = undefined;
    this.linkSinceMs = context.now();
    const link: Link = new Link({
      hostId,
      address,
      credentials,
      limits: context.limits,
      now: context.now,
      side: this.sideOf(() => link.exchange),
      onOpen: () => this.linkOpened(link),
      onClosed: (_, end) => this.linkClosed(link, end),
    });
    this.link = link;
    this.stopDial = context.schedule(context.limits.dialMs, () => link.close({ detail: 'no answer in time' }));
    context.onChange();
    return link;
  }

  private linkOpened(link: Link): void {
    this.stopDial?.();
    this.stopDial = undefined;
    this.context.logger.info({ otherHostId: this.hostId }, 'peer channel open');
    if (link.serial !== this.context.credentials()?.serial) this.leaveLink();
    this.kick();
  }

  private linkClosed(link: Link, { refusal, detail }: LinkEnd): void {
    const { context } = this;
    this.leavingLinks.get(link)?.();
    this.leavingLinks.delete(link);
    if (refusal) context.refusals.note(refusal, { otherHostId: this.hostId, detail });
    if (this.link === link) {
      this.link = undefined;
      this.stopDial?.();
      this.stopDial = undefined;
      this.noteFailure(detail);
    }
    this.release(link.exchange);
    context.onChange();
  }

  private noteFailure(detail: string): void {
    const { limits, now, random, schedule, logger } = this.context;
    this.failures = now() - this.linkSinceMs < settledMs ? this.failures + 1 : 1;
    this.lastFailureMs = now();
    this.lastFailure = detail;
    // Whom nobody can reach needs no old messages; with the last of them the attempts end.
    this.queue.dropOlderThan(now() - limits.staleMs);
    if (!this.hasWork || this.context.isClosing()) return;
    const pauseMs = Math.min(limits.pauseMsMax, limits.pauseMsMin * 2 ** Math.min(this.failures - 1, 16));
    if (this.failures === 1 || this.failures % 20 === 0) logger.warn({ otherHostId: this.hostId, failures: this.failures, detail }, 'another host cannot be reached; it is tried again');
    this.stopPause ??= schedule(pauseMs / 2 + random() * (pauseMs / 2), () => {
      this.stopPause = undefined;
      this.kick();
    });
  }

  private leaveLink(): void {
    const { link } = this;
    if (!link) return;
    this.link = undefined;
    this.stopDial?.();
    this.stopDial = undefined;
    this.leavingLinks.set(link, this.context.schedule(this.context.limits.leaveMs, () => link.close({ detail: 'the other host does not let go' })));
    link.leave();
  }

  private activate(exchange: Exchange): void {
    this.active = exchange;
    this.queue.restart();
    this.announcements.restart();
    exchange.kick();
  }

  /** Nothing more goes over that stream; the next way is looked for. */
  private release(exchange: Exchange): void {
    if (this.active !== exchange) return;
    this.active = undefined;
    queueMicrotask(() => this.kick());
  }

  private sideOf(exchangeOf: () => Exchange): Omit<ExchangeSide, 'finished' | 'violated'> {
    const { handlers, refusals, traffic, dropped, logger } = this.context;
    const caller = { hostId: this.hostId };
    const failed = (error: unknown) => logger.error({ ...caller, err: error }, 'a message of the peer channel could not be handled');
    return {
      next: (begun) => this.next(exchangeOf(), begun),
      refusalOf: (route) => {
        const reason = handlers.refusalOf(caller, route);
        if (reason) refusals.note(reason, { ...caller, chain: route.chain, from: route.from, to: route.to });
        return reason;
      },
      message: (route, bytes) => {
        traffic.messagesReceived += 1;
        traffic.bytesReceived += bytes.length;
        return guarded(() => handlers.message(caller, route, bytes), failed);
      },
      announced: (route, height) => void guarded(() => handlers.announced(caller, route, height), failed),
      heard: (route, height, refusal) => {
        if (refusal !== '') dropped.add('refused');
        this.announcements.heard(route, height);
        this.active?.kick();
      },
    };
  }

  private next(exchange: Exchange, begun: boolean): Frame | undefined {
    if (exchange !== this.active) return undefined;
    if (!begun) return this.announcements.next() ?? this.framed(this.queue.next());
    const part = this.queue.nextBegun();
    if (!part) this.release(exchange);
    return this.framed(part);
  }

  private framed(part: Part | undefined): Frame | undefined {
    if (!part) return undefined;
    const { traffic } = this.context;
    if (part.opening) traffic.messagesSent += 1;
    traffic.bytesSent += part.bytes.length;
    return { kind: 'part', part };
  }
}

/** A mistake of ours in handling what another host sent must not be its way to end this process. */
function guarded(task: () => void | Promise<void>, failed: (error: unknown) => void): void | Promise<void> {
  try {
    return task()?.catch(failed);
  } catch (error) {
    failed(error);
  }
}

/** The other side would cut the connection. */
function requireSize({ task }: TaskRequest, { peerTaskBytesMax }: ChannelLimits): void {
  if (task.length > peerTaskBytesMax) throw new ChannelError('too-large', `The other host takes ${peerTaskBytesMax} bytes at most; this has ${task.length}.`);
}
