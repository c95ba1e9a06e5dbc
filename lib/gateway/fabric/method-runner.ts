import { randomUUID } from 'node:crypto';
import { Metadata, status, type sendUnaryData, type ServerDuplexStream, type ServerUnaryCall, type ServerWritableStream, type StatusObject } from '@grpc/grpc-js';
import type { ControlLogger } from '@/lib/control';
import type { FabricLimits } from './fabric-limits';
import { isFabricRefusal, type FabricCall, type FabricMethod } from './fabric-methods';
import type { HeldRequests, RequestsOfCalls } from './hold-requests';
import { nameConnection } from './name-connection';
import { readRequests } from './read-requests';
import { writeAnswers, type AnswerStream } from './write-answers';

type Unary = FabricMethod & { readonly kind: 'unary' };
type Stream = Exclude<FabricMethod, Unary>;
type Refusal = Pick<StatusObject, 'code' | 'details' | 'metadata'>;

/** One connection of the door. */
export interface Connection {
  readonly entrance: string;
  readonly certificateHash: Uint8Array | undefined;
  cut(): void;
}

/** What of a call all kinds have. */
interface AnyCall {
  getPeer(): string;
  readonly metadata: Metadata;
  readonly cancelled: boolean;
  on(event: 'cancelled', listener: () => void): unknown;
}

const closing = 'the city node is closing: try again in a moment';
const drainEachMs = 10;

/** Carries out calls: counts them, ends them in time, and turns what they reject with into gRPC's answers. */
export class MethodRunner {
  private readonly hangups = new Set<AbortController>();
  private calls = 0;
  private streams = 0;
  private isClosing = false;

  constructor(
    private readonly limits: FabricLimits,
    private readonly logger: ControlLogger,
    /** By {@link nameConnection}. */
    private readonly findConnection: (name: string) => Connection | undefined,
    private readonly requests: RequestsOfCalls,
  ) {}

  unary(method: Unary, entrance: string) {
    return (call: ServerUnaryCall<Uint8Array, Uint8Array>, respond: sendUnaryData<Uint8Array>): void => {
      const held = this.take(call);
      this.answer(method, call, entrance)
        .finally(() => held?.end())
        .then(
          (value) => respond(null, value),
          (error: unknown) => respond(this.refusalOf(error, method.path)),
        );
    };
  }

  serverStream(method: Stream, entrance: string) {
    return (call: ServerWritableStream<Uint8Array, Uint8Array>): void => {
      async function* once() {
        yield call.request;
      }
      void this.stream({ method, entrance }, call, call, once());
    };
  }

  bidi(method: Stream, entrance: string) {
    return (call: ServerDuplexStream<Uint8Array, Uint8Array>): void => {
      const held = this.requests.get(call.metadata);
      const { requestMs, nextRequestMs } = this.limits;
      void this.stream({ method, entrance }, call, call, readRequests(call, { firstMs: requestMs, nextMs: nextRequestMs, done: (request) => held?.done(request) }));
    };
  }

  /** Waits a while for what is being carried out, and aborts the rest. Streams that follow a channel never end by themselves. */
  async close(): Promise<void> {
    this.isClosing = true;
    const endMs = performance.now() + this.limits.drainMs;
    while (this.calls > 0 && performance.now() < endMs) await pause();
    for (const hangup of this.hangups) hangup.abort(new DoorClosing(closing));
    const lastMs = performance.now() + this.limits.drainMs;
    while (this.calls + this.streams > 0 && performance.now() < lastMs) await pause();
  }

  private async answer(method: Unary, call: ServerUnaryCall<Uint8Array, Uint8Array>, entrance: string): Promise<Uint8Array> {
    if (this.isClosing) throw new DoorClosing(closing);
    if (this.calls >= this.limits.callsMax) throw new DoorBusy('too many calls are being carried out: try again in a second');
    const hangup = this.watch(call);
    const timer = setTimeout(() => hangup.abort(new Error('the time of the call is up')), this.limits.callMs);
    this.calls += 1;
    try {
      return await method.answer(call.request, this.describe(call, entrance, hangup.signal));
    } catch (error) {
      throw hangup.signal.reason instanceof DoorClosing ? hangup.signal.reason : error;
    } finally {
      this.calls -= 1;
      clearTimeout(timer);
      this.hangups.delete(hangup);
    }
  }

  private async stream({ method, entrance }: { readonly method: Stream; readonly entrance: string }, call: AnyCall, answers: AnswerStream, requests: AsyncIterable<Uint8Array>): Promise<void> {
    const held = this.take(call);
    const refuse = (error: unknown) => {
      held?.end();
      answers.emit('error', this.refusalOf(error, method.path));
    };
    if (this.isClosing) return void refuse(new DoorClosing(closing));
    if (this.streams >= this.limits.streamsMax) return void refuse(new DoorBusy('too many streams are open: try again later'));
    const hangup = this.watch(call);
    this.streams += 1;
    try {
      const end = await writeAnswers(method.answer(requests, this.describe(call, entrance, hangup.signal)), answers, hangup, this.limits.stalledMs);
      // A status would wait behind what is not taken, and keep it here.
      if (end === 'stalled') return this.connectionOf(call, entrance)?.cut();
      if (hangup.signal.reason instanceof DoorClosing) refuse(hangup.signal.reason);
      else answers.end();
    } catch (error) {
      if (hangup.signal.reason instanceof DoorClosing) refuse(hangup.signal.reason);
      // Nobody listens any more: what became of the wait for the next block is nothing to report.
      else if (!hangup.signal.aborted || isFabricRefusal(error)) refuse(error);
      else answers.end();
    } finally {
      this.streams -= 1;
      this.hangups.delete(hangup);
      held?.end();
    }
  }

  private take(call: AnyCall): HeldRequests | undefined {
    const held = this.requests.get(call.metadata);
    held?.take();
    return held;
  }

  private describe(call: AnyCall, entrance: string, signal: AbortSignal): FabricCall {
    return { signal, entrance, tlsCertificateHash: this.connectionOf(call, entrance)?.certificateHash };
  }

  private connectionOf(call: AnyCall, entrance: string): Connection | undefined {
    return this.findConnection(nameConnection(entrance, call.getPeer()));
  }

  /** Comes at the end of every call, too. */
  private watch(call: AnyCall): AbortController {
    const hangup = new AbortController();
    const over = () => hangup.abort(new Error('the client hung up'));
    call.on('cancelled', over);
    if (call.cancelled) over();
    this.hangups.add(hangup);
    return hangup;
  }

  private refusalOf(error: unknown, path: string): Refusal {
    const metadata = new Metadata();
    if (error instanceof DoorClosing) return { code: status.UNAVAILABLE, details: error.message, metadata };
    if (error instanceof DoorBusy) return { code: status.RESOURCE_EXHAUSTED, details: error.message, metadata };
    if (isFabricRefusal(error)) {
      if (error.statusDetails !== undefined) metadata.set('grpc-status-details-bin', Buffer.from(error.statusDetails));
      return { code: error.code, details: error.message, metadata };
    }
    const requestId = randomUUID();
    this.logger.error({ requestId, call: path, err: error instanceof Error ? error.stack : 'unknown' }, 'Fabric gateway call failed');
    return { code: status.INTERNAL, details: `Something went wrong in this city node (request ${requestId}).`, metadata };
  }
}

class DoorClosing extends Error {}
class DoorBusy extends Error {}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, drainEachMs));
}
