import type { ChannelLimits } from './limits';
import type { RefusalReason } from './refusals';
import type { Part, Route } from './wire';

interface Open {
  readonly route: Route;
  /** Absent: it was refused, and its bytes are thrown away as they come. */
  readonly bytes: Uint8Array | undefined;
  readonly sizeBytes: number;
  arrived: number;
}

/** A message is whole; not yet; or the other side does not keep to the rules. */
export type Assembled = { readonly route: Route; readonly bytes: Uint8Array } | { readonly violation: RefusalReason } | undefined;

/**
 * Puts the pieces of one stream together. At most `openMessagesMax` messages are open at a time, so that a peer binds at
 * most so many times the size of the largest message here.
 */
export class Assembler {
  private readonly open = new Map<number, Open>();

  constructor(
    private readonly limits: Pick<ChannelLimits, 'openMessagesMax'>,
    /** Asked with the first piece; a message that is refused takes no memory. */
    private readonly accepts: (route: Route) => boolean,
  ) {}

  /** Messages of which more has to come. */
  get openMessages(): number {
    return this.open.size;
  }

  add({ message, opening, bytes }: Part): Assembled {
    if (!opening) return this.continue(message, bytes);
    if (this.open.has(message) || bytes.length > opening.sizeBytes) return { violation: 'malformed' };
    const { route, sizeBytes } = opening;
    const isAccepted = this.accepts(route);
    if (bytes.length === sizeBytes) return isAccepted ? { route, bytes: viewOf(bytes) } : undefined;
    if (bytes.length === 0) return { violation: 'malformed' };
    if (this.open.size >= this.limits.openMessagesMax) return { violation: 'out-of-turn' };
    const whole = isAccepted ? new Uint8Array(sizeBytes) : undefined;
    whole?.set(bytes);
    this.open.set(message, { route, bytes: whole, sizeBytes, arrived: bytes.length });
    return undefined;
  }

  private continue(message: number, bytes: Uint8Array): Assembled {
    const open = this.open.get(message);
    // A piece without bytes could be sent for ever.
    if (!open || bytes.length === 0 || open.arrived + bytes.length > open.sizeBytes) return { violation: 'malformed' };
    open.bytes?.set(bytes, open.arrived);
    open.arrived += bytes.length;
    if (open.arrived < open.sizeBytes) return undefined;
    this.open.delete(message);
    return open.bytes && { route: open.route, bytes: open.bytes };
  }
}

/** The bytes as what they are for everybody: a Buffer's methods mean other things. */
export function viewOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
