import { bytes, int32, message, repeatedMessages, string } from '@/lib/platform/pure/wire';

/** gRPC status codes that these services answer. */
export const SERVICE_CODES = { UNKNOWN: 2, INVALID_ARGUMENT: 3, DEADLINE_EXCEEDED: 4, NOT_FOUND: 5, PERMISSION_DENIED: 7, RESOURCE_EXHAUSTED: 8, FAILED_PRECONDITION: 9, ABORTED: 10, INTERNAL: 13, UNAVAILABLE: 14 } as const;
export type ServiceCode = (typeof SERVICE_CODES)[keyof typeof SERVICE_CODES];

/** A gateway.ErrorDetail: what one peer or orderer said. */
export interface ServiceErrorDetail {
  readonly address: string;
  readonly mspId: string;
  readonly message: string;
}

const DETAILS_MAX = 100;
const any = message('Any', { typeUrl: string(1), value: bytes(2) });
const status = message('Status', { code: int32(1), message: string(2), details: repeatedMessages(3, DETAILS_MAX, any) });
const errorDetail = message('ErrorDetail', { address: string(1), mspId: string(2), message: string(3) });

/** A call that is not carried out, with the code, the words and the details that the client gets. */
export class ServiceRefused extends Error {
  override readonly name = 'ServiceRefused';
  /** Bytes of the google.rpc.Status for the trailer `grpc-status-details-bin`; undefined without details. */
  readonly statusDetails: Uint8Array | undefined;

  constructor(
    readonly code: ServiceCode,
    message: string,
    details: readonly ServiceErrorDetail[] = [],
  ) {
    super(message);
    this.statusDetails = details.length === 0 ? undefined : status.encode({ code, message, details: details.slice(0, DETAILS_MAX).map((one) => ({ typeUrl: 'type.googleapis.com/gateway.ErrorDetail', value: errorDetail.encode(one) })) });
  }
}
