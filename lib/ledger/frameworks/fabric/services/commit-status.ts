import { checkChannelAccess } from '../endorser';
import { validIdentities, type SignedData } from '../policy/valid-identities';
import { WireError } from '@/lib/platform/pure/wire';
import { findSigner, takeRequest } from './admit';
import { commitStatusRequest, commitStatusResponse, decodeRequest, signedRequest } from './messages';
import type { HolderSeats, ServedChannel, ServedConfiguration, ServiceCall, ServicePorts } from './ports';
import { SERVICE_CODES, ServiceRefused } from './service-refused';

/** gateway.Gateway/CommitStatus (internal/pkg/gateway/commitstatus.go): waits for a transaction that is not there yet. */
export async function commitStatus(ports: ServicePorts, seats: HolderSeats, bytes: Uint8Array, { signal }: ServiceCall): Promise<Uint8Array> {
  const { request, signature } = decodeRequest(signedRequest, bytes);
  if (request.length === 0) throw invalid('a commit status request is required');
  const { identity, channelId, transactionId } = readRequest(request);
  if (identity.length === 0) throw invalid('no identity provided');
  if (channelId === '') throw invalid('no channel ID provided');
  if (transactionId === '') throw invalid('transaction ID should not be empty');
  const signed = { data: request, identity, signature };
  const channel = requireAccess(ports, 'gateway/CommitStatus', channelId, signed);
  takeRequest(channel, ports);
  const leave = seats.take({ identity: findSigner(channel, signed)?.id ?? '', channel: channelId });
  if (leave === undefined) throw new ServiceRefused(SERVICE_CODES.RESOURCE_EXHAUSTED, 'too many wait for the status of transactions: ask again in a second');
  try {
    const { block, code } = await channel.waitForTransaction(transactionId, signal);
    return commitStatusResponse.encode({ result: code, blockNumber: BigInt(block) });
  } catch (error) {
    if (signal.aborted) throw new ServiceRefused(SERVICE_CODES.DEADLINE_EXCEEDED, 'context deadline exceeded');
    throw error;
  } finally {
    leave();
  }
}

/** Throws {@link ServiceRefused} in the words of Fabric's access control. */
export function requireAccess(ports: ServicePorts, resource: string, channelId: string, signed: SignedData): ServedChannel {
  const channel = ports.findChannel(channelId);
  const denied = deniedOf(resource, channelId, channel?.configuration(), signed);
  if (denied !== undefined || channel === undefined) throw new ServiceRefused(SERVICE_CODES.PERMISSION_DENIED, denied ?? `no channel ${channelId}`);
  return channel;
}

/** Undefined: who signed may use the resource. */
export function deniedOf(resource: string, channelId: string, view: ServedConfiguration | undefined, signed: SignedData): string | undefined {
  return checkChannelAccess(resource, { channelId, view }, ({ msps }) => validIdentities([signed], msps));
}

function readRequest(request: Uint8Array) {
  try {
    return commitStatusRequest.decode(request);
  } catch (error) {
    if (error instanceof WireError) throw invalid(`invalid status request: proto: ${error.message}`);
    throw error;
  }
}

function invalid(message: string): ServiceRefused {
  return new ServiceRefused(SERVICE_CODES.INVALID_ARGUMENT, message);
}
