import { connect as connectHttp2, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Issued } from './certificates';

/** A peer with a valid certificate and no manners: it writes what it likes. */
export class RawClient {
  private constructor(
    readonly socket: TLSSocket,
    readonly closed: Promise<void>,
  ) {}

  static async connect(port: number, { chainPem, privateKeyPem }: Issued): Promise<RawClient> {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'], cert: chainPem, key: privateKeyPem });
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await new Promise<void>((resolve) => socket.once('secureConnect', () => resolve()));
    return new RawClient(socket, closed);
  }

  /** Speaks HTTP/2 from here on. */
  session(): ClientHttp2Session {
    // Not the socket itself: HTTP/2 would take its handle, and a byte written beside it would end this process.
    const { socket } = this;
    const connection = new Duplex({
      read: () => void socket.resume(),
      write: (bytes: Buffer, _, done) => void socket.write(bytes, (error) => done(error)),
      destroy: (error, done) => done(error),
    });
    socket.on('data', (bytes: Buffer) => {
      if (!connection.push(bytes)) socket.pause();
    });
    socket.once('close', () => connection.destroy());
    const session = connectHttp2('https://peer.chainworks.invalid', { createConnection: () => connection });
    session.on('error', () => undefined);
    return session;
  }

  close(): void {
    this.socket.destroy();
  }
}

export function openCall(session: ClientHttp2Session, method: string, headers: Record<string, string> = {}): ClientHttp2Stream {
  const stream = session.request(
    { [constants.HTTP2_HEADER_METHOD]: 'POST', [constants.HTTP2_HEADER_PATH]: `/chainworks.channel.v1.PeerChannel/${method}`, 'content-type': 'application/grpc', te: 'trailers', ...headers },
    { endStream: false },
  );
  stream.on('error', () => undefined);
  stream.resume();
  return stream;
}

/** gRPC's frame around a message: a flag, the length in four bytes, the message. */
export function grpcFrame(message: Uint8Array, { length = message.length, flag = 0 }: { length?: number; flag?: number } = {}): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
}
