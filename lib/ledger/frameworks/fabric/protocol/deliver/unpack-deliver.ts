import { ENVELOPE_BYTES_MAX } from '../limits';
import { channelHeader, envelope, payload, signatureHeader } from '../messages';
import { checkTimestamp } from '../proposal/check-timestamp';
import { ProposalRefused } from '../proposal/proposal-refused';
import { WireError } from '@/lib/platform/pure/wire';

/** common.Status, as far as Deliver answers it. */
export const DELIVER_STATUSES = { SUCCESS: 200, BAD_REQUEST: 400, FORBIDDEN: 403, NOT_FOUND: 404, INTERNAL_SERVER_ERROR: 500, SERVICE_UNAVAILABLE: 503 } as const;

/** A request for blocks that is answered with a status; the client sees nothing but the status. */
export class DeliverRefused extends Error {
  override readonly name = 'DeliverRefused';
  constructor(
    readonly status: (typeof DELIVER_STATUSES)[keyof typeof DELIVER_STATUSES],
    message: string,
  ) {
    super(message);
  }
}

/** Who wants blocks of which channel. All bytes are views of the envelope. */
export interface DeliverRequest {
  readonly channelId: string;
  /** Bytes of a SerializedIdentity. */
  readonly creator: Uint8Array;
  /** What the signature is over. */
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** SHA-256 of the client's TLS certificate; empty when it does not bind itself to one. */
  readonly tlsCertHash: Uint8Array;
  /** Bytes of a SeekInfo, for `resolveSeek`. */
  readonly seek: Uint8Array;
}

/**
 * Reads a request for blocks and checks its time (common/deliver/deliver.go). `nowMs` in milliseconds since 1970. Left
 * to the caller, in this order: the channel (404), the signature and the right to read (403). Throws
 * {@link DeliverRefused} 400.
 */
export function unpackDeliver(envelopeBytes: Uint8Array, nowMs: number, windowMs?: number): DeliverRequest {
  try {
    if (envelopeBytes.length > ENVELOPE_BYTES_MAX) throw new WireError(`an envelope has at most ${ENVELOPE_BYTES_MAX} bytes`);
    const outer = envelope.decode(envelopeBytes);
    const { header, data } = payload.decode(outer.payload);
    if (header === undefined) throw new WireError('envelope has no header');
    const { channelId, timestamp, tlsCertHash } = channelHeader.decode(header.channelHeader);
    const { creator } = signatureHeader.decode(header.signatureHeader);
    checkTimestamp(timestamp, nowMs, windowMs);
    return { channelId, creator, ...outer, tlsCertHash, seek: data };
  } catch (error) {
    if (!(error instanceof WireError) && !(error instanceof ProposalRefused)) throw error;
    throw new DeliverRefused(DELIVER_STATUSES.BAD_REQUEST, error.message);
  }
}
