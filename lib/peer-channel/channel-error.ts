/** Why a call to another host brought no answer. */
export type ChannelErrorReason =
  /** It cannot be reached, or the connection broke: whether it took the call is unknown. */
  | 'unreachable'
  | 'timeout'
  /** It answered that it does not accept the call. */
  | 'refused'
  /** Too many calls, here or there. */
  | 'busy'
  /** What would be sent is larger than calls may be. */
  | 'too-large'
  /** It answered something that cannot be read. */
  | 'malformed'
  /** This process has no certificate yet. */
  | 'no-identity'
  | 'closed';

export class ChannelError extends Error {
  override readonly name = 'ChannelError';

  constructor(
    readonly reason: ChannelErrorReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Recognised by shape, as all errors of the product are. */
export function isChannelError(error: unknown): error is ChannelError {
  return error instanceof Error && error.name === 'ChannelError' && 'reason' in error;
}
