import { envelope } from '../protocol';
import { decodeRequest, submitRequest } from './messages';
import type { ServiceCall, ServicePorts } from './ports';
import { SERVICE_CODES, ServiceRefused } from './service-refused';
import { submitEnvelope } from './submit-envelope';

const STATUS_NAMES: ReadonlyMap<number, string> = new Map([
  [400, 'BAD_REQUEST'],
  [403, 'FORBIDDEN'],
  [404, 'NOT_FOUND'],
]);

/** gateway.Gateway/Submit (internal/pkg/gateway/submit.go). */
export async function submit(ports: ServicePorts, request: Uint8Array, { signal }: ServiceCall): Promise<Uint8Array> {
  const { channelId, preparedTransaction } = decodeRequest(submitRequest, request);
  if (preparedTransaction === undefined) throw new ServiceRefused(SERVICE_CODES.INVALID_ARGUMENT, 'a prepared transaction is required');
  if (decodeRequest(envelope, preparedTransaction).signature.length === 0) throw new ServiceRefused(SERVICE_CODES.INVALID_ARGUMENT, 'prepared transaction must be signed');
  const channel = ports.findChannel(channelId);
  if (channel === undefined) throw new ServiceRefused(SERVICE_CODES.FAILED_PRECONDITION, `failed to get config for channel [${channelId}]: could not get last config for channel ${channelId}`);
  const { status, info, isTooMuch } = await inTime(submitEnvelope(ports, channel, preparedTransaction, signal), signal);
  if (status === 200) return new Uint8Array(0);
  if (status < 500) throw new ServiceRefused(SERVICE_CODES.ABORTED, `received unsuccessful response from orderer: status=${STATUS_NAMES.get(status) ?? status}, info=${info}`);
  if (isTooMuch) throw new ServiceRefused(SERVICE_CODES.RESOURCE_EXHAUSTED, info);
  throw new ServiceRefused(SERVICE_CODES.UNAVAILABLE, `no orderers could successfully process transaction: ${info}`, [{ address: ports.addressOf(channel.homeMspId), mspId: channel.homeMspId, message: info }]);
}

async function inTime<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (signal.aborted) throw new ServiceRefused(SERVICE_CODES.DEADLINE_EXCEEDED, 'submit timeout expired while broadcasting to ordering service');
    throw error;
  }
}
