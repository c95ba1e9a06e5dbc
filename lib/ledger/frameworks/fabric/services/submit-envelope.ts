import { LedgerError } from '../../../core/errors';
import { TransactionRefused } from '../../../core/framework';
import { findIdentity } from '../endorser';
import { checkExpiry } from '../msp/check-expiry';
import type { SignedData } from '../policy/valid-identities';
import { envelope, payload, signatureHeader } from '../protocol';
import { BROADCAST_STATUSES } from '../refusals';
import { WireError } from '@/lib/platform/pure/wire';
import { findSigner } from './admit';
import type { ServedChannel, ServicePorts } from './ports';

export const ORDER_STATUSES = { SUCCESS: 200, BAD_REQUEST: 400, SERVICE_UNAVAILABLE: 503 } as const;

/** What an orderer says to an envelope: a value of common.Status and a text. */
export interface OrderAnswer {
  readonly status: number;
  readonly info: string;
  /** With 503: too much was asked for, of the plan or of the moment. */
  readonly isTooMuch?: true;
}

const SUCCESS: OrderAnswer = { status: ORDER_STATUSES.SUCCESS, info: '' };

/** What clients are told about a peer that cannot order now; nothing of the machine. */
const unavailable: Partial<Record<LedgerError['code'], string>> = {
  'chain-stopped': 'the channel is stopped: its publisher can start it again in the portal',
  'peers-unreachable': 'too few peers of the channel can be reached: try again later',
  'peer-away': 'the peer of the channel is moving: try again in a second',
  'storage-full': 'there is no room to write: try again later',
  'storage-failed': 'the peer cannot write: try again later',
  'chain-unknown': 'the channel is being removed',
  'peer-missing': 'the channel is being set up: try again later',
  closing: 'the city node is closing: try again in a moment',
};

/**
 * Has an envelope ordered, and answers as an orderer does (orderer/common/broadcast/broadcast.go, msgprocessor/expiration.go), though only when its block
 * is durable. One that was ordered before is SUCCESS, as with Fabric: what became of it, its name says. Rejects with the
 * signal's reason, which takes nothing back.
 */
export async function submitEnvelope(ports: ServicePorts, channel: ServedChannel, bytes: Uint8Array, signal: AbortSignal): Promise<OrderAnswer> {
  const signed = readSigned(bytes);
  const creator = signed && findIdentity(channel.configuration().rules.msps, signed.identity);
  if (creator !== undefined && checkExpiry(creator, ports.nowMs()) !== undefined) return { status: ORDER_STATUSES.BAD_REQUEST, info: 'broadcast client identity expired' };
  const ticket = signed !== undefined && findSigner(channel, signed) !== undefined ? channel.quota.takeTransaction(ports.nowMs(), channel.sizeBytes()) : undefined;
  if (ticket !== undefined && 'message' in ticket) return { status: ORDER_STATUSES.SERVICE_UNAVAILABLE, info: ticket.message, isTooMuch: true };
  // Who hangs up before it is known has handed it in.
  let isTaken = true;
  try {
    await channel.submit(bytes, signal);
    return SUCCESS;
  } catch (error) {
    if (error instanceof TransactionRefused) {
      isTaken = false;
      if (error.code === 'duplicate-txid' || error.code === 'repeated') return SUCCESS;
      return { status: (BROADCAST_STATUSES as Readonly<Record<string, number>>)[error.code] ?? ORDER_STATUSES.BAD_REQUEST, info: error.message };
    }
    if (!(error instanceof LedgerError)) throw error;
    isTaken = false;
    if (error.code === 'queue-full') {
      const { retryAfterMs } = error.details as { retryAfterMs: number };
      return { status: ORDER_STATUSES.SERVICE_UNAVAILABLE, info: `too many transactions wait for a block: try again in ${retryAfterMs} ms`, isTooMuch: true };
    }
    const info = unavailable[error.code as LedgerError['code']];
    if (info === undefined) throw error;
    return { status: ORDER_STATUSES.SERVICE_UNAVAILABLE, info };
  } finally {
    ticket?.done(isTaken, ports.nowMs());
  }
}

/** Who is said to have signed an envelope; undefined for bytes that are none. Strangers use up nobody's quota. */
function readSigned(bytes: Uint8Array): SignedData | undefined {
  try {
    const outer = envelope.decode(bytes);
    const { header } = payload.decode(outer.payload);
    return header && { data: outer.payload, identity: signatureHeader.decode(header.signatureHeader).creator, signature: outer.signature };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
