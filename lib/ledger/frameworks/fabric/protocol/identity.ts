/** What an MSP says of an identity whose organisation it knows. */
export interface KnownIdentity {
  readonly mspId: string;
  /** True when the certificate is good: its chain, its time, not revoked. */
  isValid(): boolean;
  /** True when the signature is this identity's over exactly these bytes, with the lower s. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** Looks up the bytes of a SerializedIdentity; undefined when they are malformed or of an organisation that the channel does not have. */
export type FindIdentity = (serialized: Uint8Array) => KnownIdentity | undefined;
