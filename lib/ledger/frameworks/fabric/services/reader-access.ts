import { checkExpiry } from '../msp/check-expiry';
import type { Identity } from '../msp/msp';
import type { ServedChannel, ServedConfiguration, ServicePorts } from './ports';

export interface Reader {
  readonly ports: Pick<ServicePorts, 'nowMs'>;
  readonly channel: ServedChannel;
  readonly identity: Identity;
  /** Why it may not read by a configuration; undefined: it may. */
  readonly check: (configuration: ServedConfiguration) => string | undefined;
}

/** Whether one who reads on may still read: asked again with each configuration, and until its certificate ends (common/deliver/acl.go). */
export class ReaderAccess {
  #askedOf: number | undefined;

  constructor(readonly reader: Reader) {}

  /** Why not; undefined: it may. */
  denied(): string | undefined {
    const { ports, channel, identity, check } = this.reader;
    const expired = checkExpiry(identity, ports.nowMs());
    if (expired !== undefined) return expired;
    const configuration = channel.configuration();
    if (this.#askedOf === configuration.sequence) return undefined;
    const denied = check(configuration);
    if (denied === undefined) this.#askedOf = configuration.sequence;
    return denied;
  }
}
