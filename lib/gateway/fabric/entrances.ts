import { createServer, type Server, type Socket } from 'node:net';
import { listen } from '@/lib/control';

export interface EntrancesOptions {
  readonly host: string;
  readonly entrancesMax: number;
  /** A connection that came by an entrance; false: there are too many. */
  readonly take: (socket: Socket) => boolean;
  /** Who came by it has to leave. */
  readonly closed: (name: string) => void;
}

/** What its ports are for, in the message when one cannot be had. */
export const DOOR = 'Fabric gateway';
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
    const entrance = { port: await listen(server, { name: DOOR, host, port }), server };
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
