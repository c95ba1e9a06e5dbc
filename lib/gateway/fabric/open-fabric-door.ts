import { createHash } from 'node:crypto';
import { createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { listen, type ControlLogger } from '@/lib/control';
import { COMMON, DOOR, Entrances } from './entrances';
import { fabricLimitDefaults, type FabricLimits } from './fabric-limits';
import type { FabricMethod } from './fabric-methods';
import { HeldBytes } from './held-bytes';
import type { RequestsOfCalls } from './hold-requests';
import { MethodRunner, type Connection } from './method-runner';
import { nameConnection } from './name-connection';
import { serveMethods, type ServedMethods } from './serve-methods';

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
  /** More ports into the door: calls that come by one bear its name. */
  readonly entrances: Pick<Entrances, 'open' | 'close' | 'portOf' | 'names'>;
  /** The certificate for handshakes from now on. Throws when it cannot be used; the old one then stays. */
  useTls(tls: FabricDoorOptions['tls']): void;
  /** Takes nothing new, lets calls end for a while, then ends what is left with UNAVAILABLE. */
  close(): Promise<void>;
}

/**
 * Opens one gRPC server over TLS for all channels of a city node. TLS is in front of gRPC, so that connections are bounded
 * before anybody parses what comes on them. Rejects when it cannot listen.
 */
export async function openFabricDoor({ host, port, tls, methods, limits: given = {}, logger }: FabricDoorOptions): Promise<FabricDoor> {
  const limits: FabricLimits = { ...fabricLimitDefaults, ...given };
  const connections = new Map<string, Connection>();
  const requests: RequestsOfCalls = new WeakMap();
  const held = new HeldBytes(limits, (name) => () => connections.get(name)?.cut());
  const runner = new MethodRunner(limits, logger, (name) => connections.get(name), requests);
  const served = new Map<string, ServedMethods>();
  const serving = (entrance: string): ServedMethods => {
    const known = served.get(entrance) ?? serveMethods(runner, { methods, limits, entrance, held, requests });
    served.set(entrance, known);
    return known;
  };
  const contextOf = ({ cert, key }: FabricDoorOptions['tls']): SecureContextOptions => ({ cert, key, minVersion: 'TLSv1.2' });
  // Clients are asked for a certificate and need none; whose it is proves nothing here, but requests may be bound to it.
  const server = createServer({ ...contextOf(tls), ALPNProtocols: ['h2'], handshakeTimeout: limits.handshakeMs, requestCert: true, rejectUnauthorized: false });
  server.maxConnections = limits.connectionsMax;
  let accepted = 0;
  server.on('connection', (socket) => {
    accepted += 1;
    socket.once('close', () => (accepted -= 1));
  });
  const entrances = new Entrances({
    host,
    entrancesMax: limits.entrancesMax,
    take: (socket) => accepted < limits.connectionsMax && server.emit('connection', socket),
    closed(name) {
      for (const connection of connections.values()) if (connection.entrance === name) connection.cut();
      served.get(name)?.close();
      served.delete(name);
    },
  });
  // Who fails a handshake is told by TLS itself; a line for each would let strangers fill the disk.
  server.on('tlsClientError', (_error, socket) => void socket.destroy());
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined); // Its close says the same, and comes always.
    if (socket.alpnProtocol !== 'h2') return void socket.destroy();
    const entrance = entrances.nameAt(socket.localPort);
    const name = nameConnection(entrance, `${socket.remoteAddress}:${socket.remotePort}`);
    connections.set(name, { entrance, certificateHash: hashCertificate(socket), cut: () => void socket.destroy() });
    socket.once('close', () => connections.delete(name));
    serving(entrance).inject(socket);
  });
  return {
    port: await listen(server, { name: DOOR, host, port }),
    entrances,
    useTls: (next) => server.setSecureContext(contextOf(next)),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await runner.close();
      for (const name of entrances.names()) entrances.close(name);
      served.get(COMMON)?.close();
      for (const connection of connections.values()) connection.cut();
      await closed;
    },
  };
}

/** SHA-256 of the certificate that the other end showed; undefined: none. */
function hashCertificate(socket: TLSSocket): Uint8Array | undefined {
  const certificate = socket.getPeerX509Certificate();
  return certificate && createHash('sha256').update(certificate.raw).digest();
}
