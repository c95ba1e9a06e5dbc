import { Metadata, Server, ServerCredentials, status, type ConnectionInjector, type sendUnaryData, type ServerDuplexStream, type ServerUnaryCall } from '@grpc/grpc-js';
import type { ControlLogger } from '@/lib/control';
import { isAppError } from '@/lib/platform/pure/errors';
import type { Exchange, FrameStream } from './exchange';
import type { Caller, ChannelHandlers } from './handlers';
import { limitTime } from './limit-time';
import type { ChannelLimits } from './limits';
import type { InboundConnection } from './open-listener';
import type { RefusalReason, Refusals } from './refusals';
import type { Remote } from './remote';
import { toAnswerMessage } from './answer-message';
import { watchStatuses } from './watch-statuses';
import { answerBytesMax, requestBytesMax, wire, type Arrived, type Frame, type Method } from './wire';

export interface ServiceHostOptions {
  readonly limits: ChannelLimits;
  readonly handlers: ChannelHandlers;
  readonly refusals: Refusals;
  readonly logger: ControlLogger;
  readonly remoteOf: (hostId: string) => Remote;
  readonly find: (peer: string) => InboundConnection | undefined;
  readonly isClosing: () => boolean;
}

type Kind = 'fetches' | 'submits' | 'tasks' | 'short tasks';

/** A call is not answered; the text is for the caller. */
class Refused extends Error {
  constructor(
    readonly code: status,
    message: string,
  ) {
    super(message);
  }
}

const settleEachMs = 10;

/** The gRPC service behind the listener: streams of frames go to their host's Remote, calls to the handlers. */
export class ServiceHost {
  private readonly server: Server;
  private readonly injector: ConnectionInjector;
  /** Calls whose answers are not made or not taken in yet, by host and kind. */
  private readonly running = new Map<string, number>();
  private readonly streams = new WeakSet<InboundConnection>();

  constructor(private readonly options: ServiceHostOptions) {
    const { limits } = options;
    this.server = new Server({
      'grpc.max_receive_message_length': requestBytesMax,
      'grpc.max_send_message_length': answerBytesMax,
      'grpc.max_concurrent_streams': limits.fetchesMax + limits.submitsMax + 2 * limits.tasksMax + 4,
      'grpc.max_connection_idle_ms': 2 * limits.idleMs,
      'grpc.keepalive_time_ms': limits.keepaliveMs,
      'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
      'grpc.enable_channelz': 0,
      interceptors: [watchStatuses((peer, reason) => this.cut(options.find(peer), reason))],
    });
    const { exchange, fetchBlocks, askSnapshot, fetchRange, askPeer, runTask, runShortTask, submit } = wire;
    this.server.register(exchange.path, (call: ServerDuplexStream<Arrived<Frame>, Frame>) => this.exchange(call), exchange.encodeAnswer, exchange.decodeRequest, 'bidi');
    this.serve('fetches', fetchBlocks, limits.fetchMs, async (caller, request) => ({ records: [...(await options.handlers.fetchBlocks(caller, request))] }));
    this.serve('fetches', askSnapshot, limits.fetchMs, async (caller, request) => ({ answer: await options.handlers.askSnapshot(caller, request) }));
    this.serve('fetches', fetchRange, limits.fetchMs, async (caller, request) => ({ range: await options.handlers.fetchRange(caller, request) }));
    this.serve('fetches', askPeer, limits.fetchMs, async (caller, request) => ({ answer: await options.handlers.askPeer(caller, request) }));
    this.serve('tasks', runTask, limits.taskMs, async (caller, request, signal) => ({ answer: await options.handlers.runTask(caller, request, signal) }));
    this.serve('short tasks', runShortTask, limits.shortTaskMs, async (caller, request, signal) => ({ answer: await options.handlers.runShortTask(caller, request, signal) }));
    this.serve('submits', submit, limits.submitMs, async (caller, request, signal) => toAnswerMessage(await options.handlers.submit(caller, request, signal)));
    // Without credentials: TLS is in front of it, and has proved who speaks.
    this.injector = this.server.createConnectionInjector(ServerCredentials.createInsecure());
  }

  take({ socket }: InboundConnection): void {
    this.injector.injectConnection(socket);
  }

  /** Waits until nothing is on its way, at most so long. */
  async settle(graceMs: number, isQuiet: () => boolean): Promise<void> {
    const endMs = performance.now() + graceMs;
    while (performance.now() < endMs && !(this.running.size === 0 && isQuiet())) await new Promise((resolve) => setTimeout(resolve, settleEachMs));
  }

  close(): void {
    this.server.forceShutdown();
  }

  private exchange(call: ServerDuplexStream<Arrived<Frame>, Frame>): void {
    const { options } = this;
    const connection = options.find(call.getPeer());
    if (!connection || options.isClosing()) return void call.destroy();
    connection.calls += 1;
    // One stream says all; a second one would double what a host may have here.
    if (this.streams.has(connection)) return this.cut(connection, 'out-of-turn');
    this.streams.add(connection);
    const remote = options.remoteOf(connection.proof.hostId);
    call.sendMetadata(new Metadata());
    const exchange: Exchange = remote.attach(call as unknown as FrameStream, (reason) => {
      // A connection that is gone ends its streams too: nobody broke a rule then.
      setImmediate(() => (reason === 'truncated' && !exchange.isMidMessage && connection.socket.destroyed ? over() : this.cut(connection, reason)));
    });
    const over = () => {
      const reason = exchange.cut();
      if (reason) options.refusals.note(reason, { hostId: connection.proof.hostId });
      remote.detach(exchange);
    };
    call.on('error', over);
    call.on('cancelled', over);
    call.on('close', over);
  }

  private serve<I extends { chain: string; cityNode: string }, O>(kind: Kind, method: Method<I, O>, timeMs: number, answer: (caller: Caller, request: I, signal: AbortSignal) => Promise<O>): void {
    const handle = (call: ServerUnaryCall<Arrived<I>, O>, respond: sendUnaryData<O>) => {
      this.answer(kind, call, timeMs, answer).then(
        (value) => respond(null, value),
        (error: unknown) => respond(this.statusOf(error, method.path)),
      );
    };
    this.server.register(method.path, handle, method.encodeAnswer, method.decodeRequest, 'unary');
  }

  private async answer<I extends { chain: string; cityNode: string }, O>(
    kind: Kind,
    call: ServerUnaryCall<Arrived<I>, O>,
    timeMs: number,
    answer: (caller: Caller, request: I, signal: AbortSignal) => Promise<O>,
  ): Promise<O> {
    const { handlers, refusals, limits, find, isClosing } = this.options;
    const connection = find(call.getPeer());
    if (!connection || isClosing()) throw new Refused(status.UNAVAILABLE, 'The connection is being closed.');
    connection.calls += 1;
    const caller = { hostId: connection.proof.hostId };
    if (!call.request.ok) {
      this.cut(connection, call.request.reason);
      throw new Refused(status.INVALID_ARGUMENT, 'The call is not well formed.');
    }
    const request = call.request.value;
    const refusal = handlers.refusalOf(caller, { chain: request.chain, to: request.cityNode });
    if (refusal) {
      refusals.note(refusal, { ...caller, chain: request.chain, to: request.cityNode });
      throw new Refused(status.PERMISSION_DENIED, refusal === 'unknown-chain' ? 'This host has no open peer of this sub-chain in that city node.' : 'The caller carries no peer of this sub-chain.');
    }
    const name = `${kind} ${caller.hostId}`;
    const running = this.running.get(name) ?? 0;
    if (running >= maxOf(kind, limits)) {
      refusals.note('busy', caller);
      throw new Refused(status.RESOURCE_EXHAUSTED, 'Too many calls of this host are being answered.');
    }
    this.running.set(name, running + 1);
    const hangup = new AbortController();
    // Comes at the end of every call: when its answer has been taken in, too.
    const ended = new Promise<void>((resolve) => {
      call.on('cancelled', () => {
        hangup.abort(new Error('the caller hung up'));
        resolve();
      });
      if (call.cancelled) resolve();
    });
    const answered = limitTime((signal) => answer(caller, request, signal), { timeoutMs: timeMs, timeUp: () => new Error('the time for the call is up'), signal: hangup.signal });
    // An answer that nobody reads lies here: until it is gone, it counts against what its host may ask.
    void Promise.allSettled([answered, ended]).then(() => {
      const left = (this.running.get(name) ?? 1) - 1;
      if (left === 0) this.running.delete(name);
      else this.running.set(name, left);
    });
    return answered;
  }

  private statusOf(error: unknown, path: string): { code: status; details: string } {
    if (error instanceof Refused) return { code: error.code, details: error.message };
    if (isAppError(error)) return { code: status.FAILED_PRECONDITION, details: error.publicMessage };
    this.options.logger.error({ call: path, err: error }, 'peer channel call failed');
    return { code: status.INTERNAL, details: 'Something went wrong in the city node.' };
  }

  private cut(connection: InboundConnection | undefined, reason: RefusalReason): void {
    // What the library makes of the rest of a call that was cut already is nothing new.
    if (!connection || connection.wasCut) return;
    connection.wasCut = true;
    this.options.refusals.note(reason, { hostId: connection.proof.hostId });
    // It was a call, though one that never came to be answered.
    connection.calls += 1;
    connection.socket.destroy();
  }
}

function maxOf(kind: Kind, { fetchesMax, submitsMax, tasksMax }: ChannelLimits): number {
  return kind === 'fetches' ? fetchesMax : kind === 'submits' ? submitsMax : tasksMax;
}
