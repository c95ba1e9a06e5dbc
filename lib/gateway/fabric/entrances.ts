import { createServer, type Server, type Socket } from 'node:net';
import { listenError } from '@/lib/control';

export interface EntrancesOptions {
  readonly host: string;
  readonly entrancesMax: number;
  /** A connection that came by an entrance; false: there are too many. */
  readonly take: (socket: Socket) => boolean;
  /** Who came by it has to leave. */
  readonly closed: (name: string) => void;
}

/** The name of the port that the door has in any case. */
export const COMMON = '';

/** More ports that lead into one door, each with a name: where clients can say nothing but an address whom they mean. */
export class Entrances {
  private readonly opened = new Map<string, { readonly port: number; readonly server: Server }>();

  constructor(private readonly options: EntrancesOptions) {}

  /** The name of the entrance at a port. */
  nameAt(port: number | undefined): string {
    for (const [name, entrance] of this.opened) if (entrance.port === port) return name;
    return COMMON;
  }

  /** Undefined: there is none. */
  portOf(name: string): number | undefined {
    return this.opened.get(name)?.port;
  }

  names(): readonly string[] {
    return [...this.opened.keys()];
  }

  /** Rejects when it cannot listen. `port` 0: any free one. One that is open stays where it is. Not twice at a time. */
  async open(name: string, port: number): Promise<number> {
    const known = this.opened.get(name);
    if (known !== undefined) return known.port;
    const { host, entrancesMax, take } = this.options;
    if (this.opened.size >= entrancesMax) throw new Error(`the door has ${entrancesMax} entrances, as many as it may`);
    const server = createServer((socket) => {
      if (!take(socket)) socket.destroy();
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
    const entrance = { port: typeof address === 'object' && address !== null ? address.port : port, server };
    this.opened.set(name, entrance);
    return entrance.port;
  }

  /** Idempotent. */
  close(name: string): void {
    const entrance = this.opened.get(name);
    if (entrance === undefined) return;
    entrance.server.close();
    this.opened.delete(name);
    this.options.closed(name);
  }
}
