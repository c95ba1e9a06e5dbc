import { createHash } from 'node:crypto';
import { createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { listenError, type ControlLogger } from '@/lib/control';
import { fabricLimitDefaults, type FabricLimits } from './fabric-limits';
import type { FabricMethod } from './fabric-methods';
import { MethodRunner } from './method-runner';

export interface FabricDoorOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM of the server's certificate with its chain, and of its key. */
  readonly tls: { readonly cert: string; readonly key: string };
  readonly methods: readonly FabricMethod[];
  readonly limits?: Partial<FabricLimits>;
  readonly logger: ControlLogger;
}

export interface FabricDoor {
  readonly port: number;
  /** The certificate for handshakes from now on. Throws when it cannot be used; the old one then stays. */
  useTls(tls: FabricDoorOptions['tls']): void;
  /** Takes nothing new, lets calls end for a while, then ends what is left with UNAVAILABLE. */
  close(): Promise<void>;
}

const bytes = (value: Uint8Array): Buffer => Buffer.from(value.buffer, value.byteOffset, value.length);
const asCame = (value: Buffer): Uint8Array => value;

/**
 * Opens one gRPC server over TLS for all channels of a city node. TLS is in front of gRPC, so that connections are bounded
 * before anybody parses what comes on them. Rejects when it cannot listen.
 */
export async function openFabricDoor({ host, port, tls, methods, limits: given = {}, logger }: FabricDoorOptions): Promise<FabricDoor> {
  const limits: FabricLimits = { ...fabricLimitDefaults, ...given };
  const grpc = new Server({
    'grpc.max_receive_message_length': limits.requestBytesMax,
    'grpc.max_send_message_length': limits.answerBytesMax,
    'grpc.max_concurrent_streams': limits.callsPerConnectionMax,
    'grpc.max_connection_idle_ms': limits.idleMs,
    'grpc.keepalive_time_ms': limits.keepaliveMs,
    'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMs,
    'grpc.enable_channelz': 0,
  });
  const sockets = new Map<string, { readonly socket: TLSSocket; readonly certificateHash: Uint8Array | undefined }>();
  const runner = new MethodRunner(limits, logger, {
    cut: (peer) => void sockets.get(peer)?.socket.destroy(),
    certificateHashOf: (peer) => sockets.get(peer)?.certificateHash,
  });
  for (const method of methods) {
    if (method.kind === 'unary') grpc.register(method.path, runner.unary(method), bytes, asCame, 'unary');
    else if (method.kind === 'bidi') grpc.register(method.path, runner.bidi(method), bytes, asCame, 'bidi');
    else grpc.register(method.path, runner.serverStream(method), bytes, asCame, 'serverStream');
  }
  // Without credentials: TLS is in front of it.
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const contextOf = ({ cert, key }: FabricDoorOptions['tls']): SecureContextOptions => ({ cert, key, minVersion: 'TLSv1.2' });
  // Clients are asked for a certificate and need none; whose it is proves nothing here, but requests may be bound to it.
  const server = createServer({ ...contextOf(tls), ALPNProtocols: ['h2'], handshakeTimeout: limits.handshakeMs, requestCert: true, rejectUnauthorized: false });
  server.maxConnections = limits.connectionsMax;
  // Who fails a handshake is told by TLS itself; a line for each would let strangers fill the disk.
  server.on('tlsClientError', (_error, socket) => void socket.destroy());
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined); // Its close says the same, and comes always.
    if (socket.alpnProtocol !== 'h2') return void socket.destroy();
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    const certificate = socket.getPeerX509Certificate();
    sockets.set(peer, { socket, certificateHash: certificate && createHash('sha256').update(certificate.raw).digest() });
    socket.once('close', () => sockets.delete(peer));
    injector.injectConnection(socket);
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(listenError({ name: 'Fabric gateway', host, port }, error));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    useTls: (next) => server.setSecureContext(contextOf(next)),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await runner.close();
      grpc.forceShutdown();
      for (const { socket } of sockets.values()) socket.destroy();
      await closed;
    },
  };
}
