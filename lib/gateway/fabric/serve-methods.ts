import type { Duplex } from 'node:stream';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { holdRequests, type HoldRequestsOptions } from './hold-requests';
import type { MethodRunner } from './method-runner';

export interface ServedMethods {
  /** A connection on which TLS is done. */
  inject(socket: Duplex): void;
  /** Ends every call at once. */
  close(): void;
}

const bytes = (value: Uint8Array): Buffer => Buffer.from(value.buffer, value.byteOffset, value.length);
const asCame = (value: Buffer): Uint8Array => value;

/** A gRPC server for the connections of one entrance: by it calls know where they came in. */
export function serveMethods(runner: MethodRunner, hold: HoldRequestsOptions): ServedMethods {
  const { methods, limits, entrance } = hold;
  const grpc = new Server({
    'grpc.max_receive_message_length': limits.requestBytesMax,
    'grpc.max_send_message_length': limits.answerBytesMax,
    'grpc.max_concurrent_streams': limits.callsPerConnectionMax,
    'grpc.max_connection_idle_ms': limits.idleMs,
    'grpc.keepalive_time_ms': limits.keepaliveMs,
    'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
    'grpc.enable_channelz': 0,
    interceptors: [holdRequests(hold)],
  });
  for (const method of methods) {
    if (method.kind === 'unary') grpc.register(method.path, runner.unary(method, entrance), bytes, asCame, 'unary');
    else if (method.kind === 'bidi') grpc.register(method.path, runner.bidi(method, entrance), bytes, asCame, 'bidi');
    else grpc.register(method.path, runner.serverStream(method, entrance), bytes, asCame, 'serverStream');
  }
  // Without credentials: TLS is in front of it.
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  return { inject: (socket) => injector.injectConnection(socket), close: () => grpc.forceShutdown() };
}
