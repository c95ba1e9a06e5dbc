import { channelHeader, envelope, payload } from '../protocol';
import { WireError } from '@/lib/platform/pure/wire';
import { answerInOrder } from './answer-in-order';
import { broadcastResponse } from './messages';
import type { ServiceCall, ServicePorts } from './ports';
import { ORDER_STATUSES, submitEnvelope, type OrderAnswer } from './submit-envelope';

/** Envelopes of one stream that wait for a block at a time. */
const WAITING_MAX = 64;

/** orderer.AtomicBroadcast/Broadcast (orderer/common/broadcast/broadcast.go): answers in the order of the envelopes; the first that is not SUCCESS ends the stream. */
export async function* broadcast(ports: ServicePorts, requests: AsyncIterable<Uint8Array>, { signal }: ServiceCall): AsyncGenerator<Uint8Array, void> {
  for await (const answer of answerInOrder(requests, WAITING_MAX, (bytes) => order(ports, bytes, signal))) {
    yield broadcastResponse.encode({ status: answer.status, info: answer.info });
    if (answer.status !== ORDER_STATUSES.SUCCESS) return;
  }
}

async function order(ports: ServicePorts, bytes: Uint8Array, signal: AbortSignal): Promise<OrderAnswer> {
  const channelId = readChannelId(bytes);
  if (typeof channelId !== 'string') return { status: ORDER_STATUSES.BAD_REQUEST, info: `could not determine channel ID: ${channelId.reason}` };
  const channel = ports.findChannel(channelId);
  return channel === undefined ? { status: ORDER_STATUSES.BAD_REQUEST, info: 'channel creation request not allowed because the orderer system channel is not defined' } : submitEnvelope(ports, channel, bytes, signal);
}

function readChannelId(bytes: Uint8Array): string | { readonly reason: string } {
  try {
    const { header } = payload.decode(envelope.decode(bytes).payload);
    return header === undefined ? { reason: 'missing header' } : channelHeader.decode(header.channelHeader).channelId;
  } catch (error) {
    if (error instanceof WireError) return { reason: error.message };
    throw error;
  }
}
