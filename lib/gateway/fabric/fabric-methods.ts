/** One call, as the codec behind the door sees it. */
export interface FabricCall {
  /** Aborted when the client hung up, its time is up or the door closes. */
  readonly signal: AbortSignal;
  /** Name of the entrance by which the client came; empty: the common one. */
  readonly entrance: string;
  /** SHA-256 of the certificate (DER) that the client showed; undefined: none. Nobody verified it. */
  readonly tlsCertificateHash: Uint8Array | undefined;
}

/** One method of a gRPC service over the bytes of its messages. What it rejects with is a {@link FabricRefusal} by shape, or our mistake. */
export type FabricMethod = {
  readonly path: string;
  /** Of one request, without what stands around it; undefined: the door's own bound. */
  readonly requestBytesMax?: number | undefined;
} & (
  | { readonly kind: 'unary'; answer(request: Uint8Array, call: FabricCall): Promise<Uint8Array> }
  | { readonly kind: 'server-stream' | 'bidi'; answer(requests: AsyncIterable<Uint8Array>, call: FabricCall): AsyncGenerator<Uint8Array, void> }
);

/** What the client gets instead of an answer. */
export interface FabricRefusal extends Error {
  /** Of gRPC. */
  readonly code: number;
  /** Bytes for the trailer `grpc-status-details-bin`. */
  readonly statusDetails: Uint8Array | undefined;
}

export function isFabricRefusal(error: unknown): error is FabricRefusal {
  return error instanceof Error && error.name === 'ServiceRefused' && 'code' in error && typeof error.code === 'number';
}
