/** gRPC status codes that Fabric's gateway answers. */
export const GATEWAY_CODES = { UNKNOWN: 2, INVALID_ARGUMENT: 3, DEADLINE_EXCEEDED: 4, FAILED_PRECONDITION: 9, ABORTED: 10, UNAVAILABLE: 14 } as const;
export type GatewayCode = (typeof GATEWAY_CODES)[keyof typeof GATEWAY_CODES];

/** What one organisation's peer said: a gateway.ErrorDetail, to which the door adds the address of a peer here. */
export interface PeerError {
  readonly mspId: string;
  /** Of a peer on another host; undefined: it is on this city node. */
  readonly address: string | undefined;
  readonly message: string;
}

/** A request that the gateway does not carry out, with the code, the words and the details that the client gets. */
export class GatewayRefused extends Error {
  override readonly name = 'GatewayRefused';
  constructor(
    readonly code: GatewayCode,
    message: string,
    readonly details: readonly PeerError[] = [],
  ) {
    super(message);
  }
}
