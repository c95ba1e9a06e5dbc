import type { ServerHttp2Stream } from 'node:http2';
import { constants } from 'node:http2';
import { ResponderBuilder, ServerInterceptingCall, ServerListenerBuilder, status, type Metadata, type ServerInterceptor } from '@grpc/grpc-js';
import type { FabricLimits } from './fabric-limits';
import type { FabricMethod } from './fabric-methods';
import type { HeldBytes } from './held-bytes';
import { nameConnection } from './name-connection';

/** Flag and length before each message of gRPC. */
const PREFIX_BYTES = 5;
/** Of further messages may have come with the one that is looked at. */
const SLACK_BYTES = 64 * 1024;

/** What a call holds of its requests. */
export interface HeldRequests {
  /** A method has begun with them: from now on it says when they are done, whatever becomes of the call. */
  take(): void;
  /** What a request asked for is done: its bytes are nobody's any more. */
  done(request: Uint8Array): void;
  /** The method has come to its end. */
  end(): void;
}

/** By what gRPC hands over with a call. */
export type RequestsOfCalls = WeakMap<Metadata, HeldRequests>;

export interface HoldRequestsOptions {
  readonly methods: readonly FabricMethod[];
  readonly limits: FabricLimits;
  readonly entrance: string;
  readonly held: HeldBytes;
  readonly requests: RequestsOfCalls;
}

/**
 * Bounds requests from their first byte on: gRPC bounds one message, by one measure for all methods, and shows a method whole
 * ones only. A call ends with RESOURCE_EXHAUSTED when a message is larger than its method's or its connection holds too much,
 * and with DEADLINE_EXCEEDED when its one request is not whole in time.
 */
export function holdRequests({ methods, limits, entrance, held, requests }: HoldRequestsOptions): ServerInterceptor {
  const known = new Map(methods.map((method) => [method.path, method]));
  return (definition, call) => {
    const method = known.get(definition.path);
    const connection = nameConnection(entrance, call.getPeer());
    const messageMax = method?.requestBytesMax ?? limits.requestBytesMax;
    /** Came, and was not handed over. */
    let waiting = 0;
    /** Was handed over, and is not done. */
    let inHand = 0;
    /** By a method that is at work. */
    let isTaken = false;
    let isRefused = false;
    const give = (bytes: number): void => {
      held.giveBack(connection, bytes);
      inHand -= bytes;
    };
    const stream = streamOf(call);
    const refuse = (code: number, details: string): void => {
      if (isRefused) return;
      isRefused = true;
      call.sendStatus({ code, details, metadata: null });
      // What the client still sends would be kept until it ends the call.
      stream.close(constants.NGHTTP2_NO_ERROR);
    };
    const timer = method?.kind === 'bidi' ? undefined : setTimeout(() => refuse(status.DEADLINE_EXCEEDED, 'the request did not come to its end in time'), limits.requestMs);
    stream.on('data', (chunk: Uint8Array) => {
      if (isRefused) return;
      waiting += chunk.length;
      const fits = held.add(connection, chunk.length);
      if (waiting > messageMax + SLACK_BYTES) refuse(status.RESOURCE_EXHAUSTED, tooLarge(waiting, messageMax));
      else if (!fits) refuse(status.RESOURCE_EXHAUSTED, 'the requests of this connection hold too much memory: let those before come to their end');
    });
    stream.once('close', () => {
      clearTimeout(timer);
      held.giveBack(connection, waiting);
      waiting = 0;
      if (!isTaken) give(inHand);
    });
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        requests.set(metadata, {
          take: () => void (isTaken = true),
          done: (request) => give(Math.min(inHand, request.length + PREFIX_BYTES)),
          end() {
            isTaken = false;
            give(inHand);
          },
        });
        next(metadata);
      })
      .withOnReceiveMessage((message: Uint8Array, next) => {
        const raw = Math.min(waiting, message.length + PREFIX_BYTES);
        waiting -= raw;
        inHand += message.length + PREFIX_BYTES;
        // One that came compressed takes more than it did on its way.
        const fits = held.add(connection, message.length + PREFIX_BYTES - raw);
        if (message.length > messageMax) refuse(status.RESOURCE_EXHAUSTED, tooLarge(message.length, messageMax));
        else if (!fits) refuse(status.RESOURCE_EXHAUSTED, 'the requests of this connection hold too much memory: let those before come to their end');
        else next(message);
      })
      .withOnReceiveHalfClose((next) => {
        clearTimeout(timer);
        next();
      })
      .build();
    return new ServerInterceptingCall(call, new ResponderBuilder().withStart((next) => next(listener)).build());
  };
}

/** In the words of gRPC for Go, which Fabric's clients know. */
function tooLarge(bytes: number, max: number): string {
  return `grpc: received message larger than max (${bytes} vs. ${max})`;
}

/** gRPC keeps it to itself; a release that calls it otherwise is found by the first call of any test. */
function streamOf(call: object): ServerHttp2Stream {
  const { stream } = call as { stream?: ServerHttp2Stream };
  if (stream === undefined) throw new TypeError('this release of gRPC does not show the stream of a call');
  return stream;
}
