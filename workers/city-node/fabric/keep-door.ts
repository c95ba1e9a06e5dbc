import type { ControlLogger } from '@/lib/control';
import { openFabricDoor, type FabricDoor, type FabricMethod } from '@/lib/gateway';
import type { ChannelIdentity } from '@/lib/peer-channel';

export interface KeepDoorOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** The host's certificate; clients verify it with the installation's root. */
  readonly identity: ChannelIdentity;
  readonly methods: readonly FabricMethod[];
  readonly logger: ControlLogger;
}

/** The door for Fabric's clients: there as soon as the host has a certificate, and always with its newest. */
export class DoorKeeper {
  private door: FabricDoor | undefined;
  private turn: Promise<void> = Promise.resolve();
  private stopWatching: (() => void) | undefined;
  private isClosed = false;

  constructor(private readonly options: KeepDoorOptions) {}

  /** Undefined while it is closed. */
  get port(): number | undefined {
    return this.door?.port;
  }

  /** Rejects when the port cannot be listened on. Without a certificate it opens with the first. */
  async open(): Promise<void> {
    const { identity, logger } = this.options;
    this.stopWatching = identity.onChange(() => {
      this.bringToDate().catch((error: unknown) => logger.error({ err: messageOf(error) }, 'the door for Fabric’s clients could not be opened'));
    });
    if (identity.current() === undefined) logger.info({}, 'the door for Fabric’s clients opens when the host has its certificate');
    await this.bringToDate();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.stopWatching?.();
    await this.turn.catch(() => undefined);
    await this.door?.close();
    this.door = undefined;
  }

  private bringToDate(): Promise<void> {
    const done = this.turn.then(async () => {
      const { listen, identity, methods, logger } = this.options;
      const certificates = identity.current();
      if (certificates === undefined || this.isClosed) return;
      const tls = { cert: certificates.chainPem, key: certificates.privateKeyPem };
      if (this.door !== undefined) return this.door.useTls(tls);
      this.door = await openFabricDoor({ ...listen, tls, methods, logger });
      logger.info({ fabric: `${listen.host}:${this.door.port}` }, 'door for Fabric’s clients open');
    });
    this.turn = done.catch(() => undefined);
    return done;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
