import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { listen } from '@/lib/control';
import { checkPeerCertificate, peerChainOf, refusalOf, type PeerProof } from './check-peer-certificate';
import type { Credentials } from './credentials';
import type { ChannelLimits } from './limits';
import type { RefusalReason, Refusals } from './refusals';

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly hostId: string;
  readonly limits: ChannelLimits;
  readonly refusals: Refusals;
  readonly now: () => number;
  readonly onConnection: (connection: InboundConnection) => void;
}

/** A connection that another host opened and proved itself on. */
export interface InboundConnection {
  readonly socket: TLSSocket;
  readonly proof: PeerProof;
  /** `address:port` of its other end: what a call on it says of itself. */
  readonly peer: string;
  /** How many were made on it. */
  calls: number;
  /** For a reason that was noted. */
  wasCut: boolean;
}

export interface Listener {
  readonly port: number;
  find(peer: string): InboundConnection | undefined;
  list(): Iterable<InboundConnection>;
  /** The certificates for handshakes from now on; connections whose proof is no longer good are cut. */
  use(credentials: Credentials | undefined): void;
  /** Cuts the connections whose proof is no longer good. */
  sweep(): void;
  /** Takes no more connections; those that are open stay. */
  stop(): void;
  /** Cuts what is open and waits until all of it is. */
  close(): Promise<void>;
}

/** OpenSSL's verdicts by Node's names. */
const reasonOfVerdict: Record<string, RefusalReason> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
};

/**
 * Opens the TLS side of the channel: who gets through has proved which host it is. gRPC comes behind it, so that a
 * stranger never reaches its parser, and each refusal has a reason that can be counted.
 */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { limits, refusals, hostId, now } = options;
  const connections = new Map<string, InboundConnection>();
  const handshakes = new Map<string, Socket>();
  let credentials: Credentials | undefined;
  /** Node reports a handshake that ends early, also one that was ended here. */
  let cutHandshakes = 0;
  const cutHandshake = (socket: Socket, reason: RefusalReason): void => {
    refusals.note(reason, { remote: socket.remoteAddress });
    cutHandshakes += 1;
    socket.destroy();
  };

  const server = createServer({
    requestCert: true,
    // Refused below, with the reason: Node would close the connection without a word about why.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2'],
    handshakeTimeout: limits.handshakeMs,
  });
  server.maxConnections = limits.connectionsMax;
  server.prependListener('connection', (socket) => {
    if (!credentials) return cutHandshake(socket, 'no-identity');
    const peer = peerOf(socket);
    handshakes.set(peer, socket);
    socket.once('close', () => handshakes.delete(peer));
    const [oldest] = handshakes.values();
    return handshakes.size > limits.handshakesMax && oldest ? cutHandshake(oldest, 'too-many-connections') : undefined;
  });
  server.on('drop', () => refusals.note('too-many-connections'));
  server.on('tlsClientError', (error, socket) => {
    if (cutHandshakes > 0) cutHandshakes -= 1;
    else refusals.note('handshake', { remote: socket.remoteAddress, err: error.message });
  });
  server.on('secureConnection', (socket) => {
    const peer = peerOf(socket);
    socket.on('error', () => undefined); // Its close says the same, and comes always.
    handshakes.delete(peer);
    const check = credentials ? checkSocket(socket, credentials, now()) : { refusal: 'no-identity' as const };
    const refusal = 'refusal' in check ? check.refusal : check.proof.hostId === hostId ? 'own-name' : undefined;
    if (refusal || !('proof' in check)) {
      refusals.note(refusal ?? 'handshake', { remote: socket.remoteAddress });
      return void socket.destroy();
    }
    const connection = { socket, proof: check.proof, peer, calls: 0, wasCut: false };
    connections.set(peer, connection);
    socket.once('close', () => {
      connections.delete(peer);
      if (connection.calls === 0 && !connection.wasCut) refusals.note('no-call', { hostId: connection.proof.hostId, remote: peer });
    });
    cutSurplus(connection);
    return options.onConnection(connection);
  });

  /** A host that comes anew is believed: its older connections may be dead without anybody here knowing. */
  function cutSurplus({ proof }: InboundConnection): void {
    const same = [...connections.values()].filter((one) => one.proof.hostId === proof.hostId);
    for (const one of same.slice(0, Math.max(0, same.length - limits.connectionsPerHostMax))) cut(one, 'too-many-connections');
  }

  function cut(connection: InboundConnection, reason: RefusalReason): void {
    connection.wasCut = true;
    refusals.note(reason, { hostId: connection.proof.hostId, remote: connection.peer });
    connection.socket.destroy();
  }

  function look(): void {
    for (const connection of connections.values()) {
      const reason = credentials ? refusalOf(connection.proof, credentials, now()) : 'no-identity';
      if (reason) cut(connection, reason);
    }
  }

  return {
    port: await listen(server, { name: 'peer channel', host: options.host, port: options.port }),
    find: (peer) => connections.get(peer),
    list: () => connections.values(),
    use(next) {
      credentials = next;
      if (next) server.setSecureContext(next.contextOptions);
      look();
    },
    sweep: () => look(),
    stop: () => void server.close(),
    async close() {
      const closed = new Promise<void>((resolve) => (server.listening ? server.close(() => resolve()) : resolve()));
      for (const socket of handshakes.values()) socket.destroy();
      const open = [...connections.values()].map(({ socket }) => new Promise<void>((resolve) => socket.once('close', () => resolve())));
      for (const { socket } of connections.values()) socket.destroy();
      await Promise.all([closed, ...open]);
    },
  };
}

function checkSocket(socket: TLSSocket, credentials: Credentials, nowMs: number): ReturnType<typeof checkPeerCertificate> {
  // A resumed session would bring a certificate that nobody has looked at this time; no host asks for one.
  if (socket.isSessionReused()) return { refusal: 'handshake' };
  const chain = peerChainOf(socket);
  if (chain.length === 0) return { refusal: 'no-certificate' };
  if (!socket.authorized) return { refusal: reasonOfVerdict[String(socket.authorizationError)] ?? 'foreign-root' };
  if (socket.alpnProtocol !== 'h2') return { refusal: 'handshake' };
  return checkPeerCertificate(chain, credentials, nowMs);
}

/** As gRPC names the other end of a call. */
function peerOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress}:${remotePort}`;
}
