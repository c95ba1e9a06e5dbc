import type { ControlLogger, JoinConfig } from '@/lib/control';
import { openFabricDoor, type FabricDoor, type FabricMethod } from '@/lib/gateway';
import type { ChannelIdentity } from '@/lib/peer-channel';
import { OneAtATime } from '@/lib/platform/pure/one-at-a-time';
import { advertisedHost } from './advertised-host';

export interface KeepDoorOptions {
  readonly listen: NonNullable<JoinConfig['fabric']>;
  /** The host's certificate; clients verify it with the installation's root. */
  readonly identity: ChannelIdentity;
  readonly methods: readonly FabricMethod[];
  readonly entrances: EntranceBook;
  readonly logger: ControlLogger;
}

/** Which organisations' peers need an entrance of their own, and where each was. */
export interface EntranceBook {
  wanted(): readonly string[];
  portOf(mspId: string): number | undefined;
  remember(mspId: string, port: number): Promise<void>;
}

/** The door for Fabric's clients: there as soon as the host has a certificate, and always with its newest. */
export class DoorKeeper {
  private door: FabricDoor | undefined;
  private readonly turn = new OneAtATime();
  private stopWatching: (() => void) | undefined;
  private isClosed = false;
  private host: string;

  constructor(private readonly options: KeepDoorOptions) {
    this.host = options.listen.host;
  }

  /** The name or address by which clients reach the door and verify its certificate. */
  get advertisedHost(): string {
    return this.host;
  }

  /** Undefined while it is closed. */
  get port(): number | undefined {
    return this.door?.port;
  }

  /** The port of an organisation's own entrance; undefined: it has none. */
  entranceOf(mspId: string): number | undefined {
    return this.door?.entrances.portOf(mspId);
  }

  /** `host:port` of the door, and of organisations' own entrances; undefined while it is closed. */
  get addresses(): { readonly address: string; readonly organisations: Record<string, string> } | undefined {
    const { door } = this;
    if (door === undefined) return undefined;
    const at = (port: number | undefined): string => `${this.host}:${port}`;
    return { address: at(door.port), organisations: Object.fromEntries(door.entrances.names().map((mspId) => [mspId, at(door.entrances.portOf(mspId))])) };
  }

  /** Rejects when the port cannot be listened on. Without a certificate it opens with the first. */
  async open(): Promise<void> {
    const { identity, logger } = this.options;
    this.stopWatching = identity.onChange(() => void this.refresh());
    if (identity.current() === undefined) logger.info({}, 'the door for Fabric’s clients opens when the host has its certificate');
    await this.bringToDate();
  }

  /** The host's certificate, its organisations or its channels changed. Never rejects. */
  async refresh(): Promise<void> {
    await this.bringToDate().catch((error: unknown) => this.options.logger.error({ err: messageOf(error) }, 'the door for Fabric’s clients could not be opened'));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.stopWatching?.();
    await this.turn.idle();
    await this.door?.close();
    this.door = undefined;
  }

  private async openEntrances(door: FabricDoor): Promise<void> {
    const { entrances, listen, logger } = this.options;
    const wanted = entrances.wanted();
    for (const mspId of door.entrances.names()) if (!wanted.includes(mspId)) door.entrances.close(mspId);
    for (const mspId of wanted) {
      if (door.entrances.portOf(mspId) !== undefined) continue;
      try {
        const port = await openEntrance(door, mspId, this.portsFor(mspId, wanted));
        await entrances.remember(mspId, port);
        logger.info({ mspId, fabric: `${listen.host}:${port}` }, 'entrance to an organisation’s peer open');
      } catch (error) {
        // Its clients still have the common one.
        logger.error({ mspId, err: messageOf(error) }, 'the entrance to an organisation’s peer could not be opened');
      }
    }
  }

  /** The ports that an entrance may have, the one that it had first. */
  private portsFor(mspId: string, wanted: readonly string[]): readonly number[] {
    const { entrances, listen } = this.options;
    const known = entrances.portOf(mspId);
    if (listen.peerPorts === undefined) return known === undefined ? [0] : [known, 0];
    const { first, last } = listen.peerPorts;
    const others = new Set(wanted.filter((other) => other !== mspId).map((other) => entrances.portOf(other)));
    const free = Array.from({ length: last - first + 1 }, (_, at) => first + at).filter((port) => !others.has(port));
    return free.sort((a, b) => Number(b === known) - Number(a === known) || a - b);
  }

  private bringToDate(): Promise<void> {
    return this.turn.run(async () => {
      const { listen, identity, methods, logger } = this.options;
      const certificates = identity.current();
      if (certificates === undefined || this.isClosed) return;
      const tls = { cert: certificates.chainPem, key: certificates.privateKeyPem };
      this.host = advertisedHost(certificates.chainPem, listen.host);
      if (this.door === undefined) {
        this.door = await openFabricDoor({ host: listen.host, port: listen.port, tls, methods, logger });
        logger.info({ fabric: `${listen.host}:${this.door.port}` }, 'door for Fabric’s clients open');
      } else this.door.useTls(tls);
      await this.openEntrances(this.door);
    });
  }
}

/** At the first of the ports that is free. */
async function openEntrance(door: FabricDoor, mspId: string, ports: readonly number[]): Promise<number> {
  let failure: unknown = new Error('every port for organisations’ peers is another one’s: give the host more of them');
  for (const port of ports) {
    try {
      return await door.entrances.open(mspId, port);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
