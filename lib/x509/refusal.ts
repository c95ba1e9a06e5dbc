/** Why a request, a certificate or a list is not accepted: for counters and logs; the message says it in words. */
export type RefusalReason =
  /** Not the bytes that it claims to be, or larger than allowed. */
  | 'malformed'
  /** Another kind of key or signature than P-256 with SHA-256. */
  | 'algorithm'
  /** A signature does not hold, or not under this authority. */
  | 'signature'
  /** The chain does not end at the pinned root. */
  | 'foreign'
  | 'not-yet-valid'
  | 'expired'
  /** Not made for this use, or an authority where none may be. */
  | 'usage'
  /** Names somebody else. */
  | 'name'
  | 'revoked'
  /** No current revocation list of its authority is at hand, so nobody can say. */
  | 'unknown-status';

export class X509Refusal extends Error {
  override readonly name = 'X509Refusal';

  constructor(
    readonly reason: RefusalReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Recognises a refusal by shape: errors cross bundle borders, where `instanceof` fails. */
export function isX509Refusal(error: unknown): error is X509Refusal {
  return error instanceof Error && error.name === 'X509Refusal' && 'reason' in error;
}
