import { chaincodeAction, chaincodeActionPayload, chaincodeEvent, channelHeader, codeAt, envelope, HEADER_TYPES, METADATA_SLOTS, payload, proposalResponsePayload, transaction, unpackBlock, VALIDATION_CODES, type SeekPosition } from '../protocol';
import { FabricReadError } from '../read/read-error';
import { WireError } from '@/lib/platform/pure/wire';
import { findSigner, takeRequest } from './admit';
import { deniedOf, requireAccess } from './commit-status';
import { followBlocks } from './follow-blocks';
import { chaincodeEventsRequest, chaincodeEventsResponse, decodeRequest, signedRequest } from './messages';
import type { HolderSeats, ServedChannel, ServiceCall, ServicePorts } from './ports';
import { ReaderAccess } from './reader-access';
import { SERVICE_CODES, ServiceRefused } from './service-refused';

interface FoundEvent {
  readonly chaincodeId: string;
  readonly txId: string;
  readonly bytes: Uint8Array;
}

/** gateway.Gateway/ChaincodeEvents (internal/pkg/gateway/chaincodeevents.go): events of valid transactions, block after block. */
export async function* chaincodeEvents(ports: ServicePorts, seats: HolderSeats, bytes: Uint8Array, { signal }: ServiceCall): AsyncGenerator<Uint8Array, void> {
  const { request, signature } = decodeRequest(signedRequest, bytes);
  if (request.length === 0) throw new ServiceRefused(SERVICE_CODES.INVALID_ARGUMENT, 'a chaincode events request is required');
  const wanted = readRequest(request);
  const signed = { data: request, identity: wanted.identity, signature };
  const channel = requireAccess(ports, 'gateway/ChaincodeEvents', wanted.channelId, signed);
  takeRequest(channel, ports);
  const identity = findSigner(channel, signed);
  const access = identity && new ReaderAccess({ ports, channel, identity, check: (configuration) => deniedOf('gateway/ChaincodeEvents', wanted.channelId, configuration, signed) });
  const leave = seats.take({ identity: identity?.id ?? '', channel: wanted.channelId });
  if (leave === undefined) throw new ServiceRefused(SERVICE_CODES.RESOURCE_EXHAUSTED, 'too many streams of events and blocks are open: close one first');
  try {
    const after = wanted.afterTransactionId === '' ? undefined : await channel.findTransaction(wanted.afterTransactionId, signal);
    const first = after?.block ?? startOf(wanted.startPosition, channel);
    // Until the transaction was passed: what stands before it was seen.
    let isPassed = wanted.afterTransactionId === '';
    for await (const block of followBlocks(ports, channel, first, signal)) {
      // Fabric asks once; a certificate may end, or be revoked, while one reads.
      const denied = access?.denied();
      if (denied !== undefined) throw new ServiceRefused(SERVICE_CODES.PERMISSION_DENIED, denied);
      const events = listEvents(block.bytes).filter(({ chaincodeId, txId }) => {
        if (isPassed) return chaincodeId === wanted.chaincodeId;
        isPassed = txId === wanted.afterTransactionId;
        return false;
      });
      if (events.length > 0) yield chaincodeEventsResponse.encode({ events: events.map((one) => one.bytes), blockNumber: BigInt(block.number) });
    }
  } catch (error) {
    if (error instanceof FabricReadError) throw new ServiceRefused(SERVICE_CODES.ABORTED, error.message);
    throw error;
  } finally {
    leave();
  }
}

function startOf(position: SeekPosition | undefined, channel: ServedChannel): number {
  if (position?.specified !== undefined) return Number(position.specified.number);
  const wrong = position?.oldest !== undefined ? 'Oldest' : position?.newest !== undefined ? 'Newest' : undefined;
  if (wrong !== undefined) throw new ServiceRefused(SERVICE_CODES.INVALID_ARGUMENT, `invalid start position type: *orderer.SeekPosition_${wrong}`);
  return channel.height();
}

/** Events with their three names, of the valid transactions of a block, in its order (internal/pkg/gateway/event). */
function listEvents(blockBytes: Uint8Array): FoundEvent[] {
  const { envelopes, metadata } = unpackBlock(blockBytes);
  const filter = metadata[METADATA_SLOTS.TRANSACTIONS_FILTER] ?? new Uint8Array(0);
  return envelopes.flatMap((bytes, index) => {
    if (codeAt(filter, index) !== VALIDATION_CODES.VALID) return [];
    const { header, data } = payload.decode(envelope.decode(bytes).payload);
    if (header === undefined || channelHeader.decode(header.channelHeader).type !== HEADER_TYPES.ENDORSER_TRANSACTION) return [];
    return transaction.decode(data).actions.flatMap((one): FoundEvent[] => {
      const { action } = chaincodeActionPayload.decode(one.payload);
      const { events } = chaincodeAction.decode(proposalResponsePayload.decode(action?.proposalResponsePayload ?? new Uint8Array(0)).extension);
      const { chaincodeId, txId, eventName } = chaincodeEvent.decode(events);
      return chaincodeId === '' || txId === '' || eventName === '' ? [] : [{ chaincodeId, txId, bytes: events }];
    });
  });
}

function readRequest(request: Uint8Array) {
  try {
    return chaincodeEventsRequest.decode(request);
  } catch (error) {
    if (error instanceof WireError) throw new ServiceRefused(SERVICE_CODES.INVALID_ARGUMENT, `invalid chaincode events request: proto: ${error.message}`);
    throw error;
  }
}
