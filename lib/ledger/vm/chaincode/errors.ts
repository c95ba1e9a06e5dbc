/** Why a transaction got no answer from its chaincode. */
export type ChaincodeErrorCode =
  /** It took longer than it may. */
  | 'timeout'
  /** The stream ended while it ran, or had ended before. */
  | 'stream-terminated'
  /** The same transaction runs on this stream already. */
  | 'duplicate'
  /** As many transactions run on this stream as may. */
  | 'busy'
  /** It asked for more than a transaction may. */
  | 'limit'
  /** What it runs on failed, through no fault of the chaincode: the cause says how. */
  | 'world-failed';

export class ChaincodeError extends Error {
  override readonly name = 'ChaincodeError';

  constructor(
    readonly code: ChaincodeErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Recognised by shape, as all errors of the product are. */
export function isChaincodeError(error: unknown): error is ChaincodeError {
  return error instanceof Error && error.name === 'ChaincodeError' && 'code' in error;
}

/** Thrown by a `ChaincodeWorld`: a request that the chaincode may not make. Its message goes to the chaincode, which may go on. */
export class ChaincodeRefusal extends Error {
  override readonly name = 'ChaincodeRefusal';
}
