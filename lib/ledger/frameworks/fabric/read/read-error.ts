export type FabricReadErrorCode =
  /** The block lies before the snapshot that this peer joined from. */
  | 'block-missing'
  /** Whoever asks may not know. */
  | 'request-denied'
  /** Nobody knows such a request. */
  | 'request-unknown';

/** A read that cannot be answered here. Doors turn it into their own protocol's error. */
export class FabricReadError extends Error {
  override readonly name = 'FabricReadError';
  constructor(
    readonly code: FabricReadErrorCode,
    message: string,
  ) {
    super(message);
  }
}
