import { bytes, embedded, embeddedBytes, int32, message, repeatedBytes, repeatedStrings, string, uint64, WireError, type MessageType } from '@/lib/platform/pure/wire';
import { BLOCK_TRANSACTIONS_MAX, response, seekPosition, signedProposal } from '../protocol';
import { SERVICE_CODES, ServiceRefused } from './service-refused';

/** Organisations that a request may name. */
const ORGANISATIONS_MAX = 100;

export const evaluateRequest = message('EvaluateRequest', { transactionId: string(1), channelId: string(2), proposedTransaction: embedded(3, signedProposal), targetOrganizations: repeatedStrings(4, ORGANISATIONS_MAX) });
export const evaluateResponse = message('EvaluateResponse', { result: embedded(1, response) });

export const endorseRequest = message('EndorseRequest', { transactionId: string(1), channelId: string(2), proposedTransaction: embedded(3, signedProposal), endorsingOrganizations: repeatedStrings(4, ORGANISATIONS_MAX) });
export const endorseResponse = message('EndorseResponse', { preparedTransaction: embeddedBytes(1) });

/** The envelope's bytes are ordered as they came. */
export const submitRequest = message('SubmitRequest', { transactionId: string(1), channelId: string(2), preparedTransaction: embeddedBytes(3) });

export const signedRequest = message('SignedRequest', { request: bytes(1), signature: bytes(2) });
export const commitStatusRequest = message('CommitStatusRequest', { transactionId: string(1), channelId: string(2), identity: bytes(3) });
export const commitStatusResponse = message('CommitStatusResponse', { result: int32(1), blockNumber: uint64(2) });

export const chaincodeEventsRequest = message('ChaincodeEventsRequest', { channelId: string(1), chaincodeId: string(2), identity: bytes(3), startPosition: embedded(4, seekPosition), afterTransactionId: string(5) });
/** Events are bytes of ChaincodeEvent as they were endorsed. */
export const chaincodeEventsResponse = message('ChaincodeEventsResponse', { events: repeatedBytes(1, BLOCK_TRANSACTIONS_MAX), blockNumber: uint64(2) });

export const broadcastResponse = message('BroadcastResponse', { status: int32(1), info: string(2) });

/** Throws {@link ServiceRefused} as Go's gRPC refuses a request that is no such message. */
export function decodeRequest<T>(type: MessageType<T>, request: Uint8Array): T {
  try {
    return type.decode(request);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new ServiceRefused(SERVICE_CODES.INTERNAL, `grpc: error unmarshalling request: proto: ${error.message}`);
  }
}
