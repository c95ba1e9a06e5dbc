import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';

/** An open HTTP listener with an orderly end. */
export interface HttpListener {
  readonly port: number;
  /** Takes no more connections and waits for what is in flight, at most `graceMs`; then cuts. */
  close(graceMs: number): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** What the port is for, in the message when it is taken. */
  readonly name: string;
  readonly connectionsMax: number;
  readonly server: ServerOptions;
  /** Before the first request; for further listeners of the server's events. */
  readonly prepare?: (server: Server) => void;
}

/** Opens a listener. Rejects with an error that says which door it is and what to do when the port is taken or forbidden. */
export async function openHttpListener(options: ListenOptions, onRequest: RequestListener): Promise<HttpListener> {
  const server = createServer(options.server, onRequest);
  server.maxConnections = options.connectionsMax;
  options.prepare?.(server);
  return {
    port: await listen(server, options),
    close: (graceMs) => closeServer(server, graceMs),
  };
}

/** Has any kind of server listen; resolves to the port that it has. Rejects with an error that says which door it is and what to do. */
export async function listen(server: NetServer, options: Pick<ListenOptions, 'name' | 'host' | 'port'>): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(listenError(options, error));
    server.once('error', fail);
    server.listen(options.port, options.host, () => {
      server.off('error', fail);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/**
 * Reads a request's body. Resolves to `too-large` as soon as that is known; the rest is thrown away as it comes, so that
 * the client can read its answer. Rejects when the client goes away.
 */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | 'too-large'> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return 'too-large';
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let total = 0;
    request.on('data', (part: Buffer) => {
      total += part.length;
      if (total > bytesMax) {
        request.removeAllListeners('data');
        request.resume();
        resolve('too-large');
        return;
      }
      parts.push(part);
    });
    request.once('end', () => resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)));
    request.once('error', reject);
  });
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    // A connection that has its answer stays open for the next request: it is closed when it falls idle.
    const idle = setInterval(() => server.closeIdleConnections(), 20);
    server.close(() => {
      clearTimeout(force);
      clearInterval(idle);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Why a listener could not be opened, in words that say what to do. */
function listenError({ name, host, port }: Pick<ListenOptions, 'name' | 'host' | 'port'>, error: NodeJS.ErrnoException): Error {
  const at = `${host}:${port}`;
  if (error.code === 'EADDRINUSE') return new Error(`${name}: ${at} is taken by another program. Stop it or choose another port.`, { cause: error });
  if (error.code === 'EACCES') return new Error(`${name}: ${at} may not be opened by this user. Choose a port above 1023.`, { cause: error });
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') return new Error(`${name}: ${host} is not an address of this machine.`, { cause: error });
  return new Error(`${name}: ${at} cannot be opened: ${error.message}`, { cause: error });
}
