/** Codes of Fabric CA's errors (its lib/caerrors), those that are answered here. */
export const caCodes = {
  unknown: 0,
  methodNotAllowed: 1,
  noAuthorizationHeader: 2,
  unreadableBody: 3,
  emptyBody: 4,
  badBody: 5,
  revokedCertificateNotFound: 8,
  certificateOfAnother: 9,
  revokedIdentityNotFound: 10,
  missingRevokeArguments: 15,
  affiliation: 16,
  caNotFound: 19,
  authentication: 20,
  badRequestForCertificate: 31,
  invalidRevokedAfter: 36,
  invalidExpiredAfter: 37,
  list: 41,
  notHttp: 50,
  databaseAway: 51,
  addIdentity: 52,
  removeIdentity: 56,
  modifyIdentity: 58,
  addAffiliation: 60,
  absent: 63,
  modifyAffiliation: 64,
  alreadyRevoked: 66,
  certificates: 67,
  authorization: 71,
  wrongSecrets: 73,
  duplicateIdentity: 74,
  registration: 75,
  commonName: 77,
  invalidBoolean: 79,
  requestInput: 80,
  attributes: 81,
  maxEnrollments: 82,
} as const;

/** What a client of Fabric CA is told. `reason` is for our log alone: why an authority says no helps whoever tries. */
export class FabricCaError extends Error {
  override readonly name = 'FabricCaError';
  readonly reason: string;

  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    options: { reason?: string; cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.reason = options.reason ?? message;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  readonly retryAfterSeconds: number | undefined;
}

/** The caller is not who it says, or not any more. */
export function unauthenticated(reason: string, cause?: unknown): FabricCaError {
  return new FabricCaError(401, caCodes.authentication, 'Authentication failure', { reason, cause });
}

/** The caller may not do this. */
export function unauthorized(reason: string): FabricCaError {
  return new FabricCaError(403, caCodes.authorization, 'Authorization failure', { reason });
}
