/** What a process proves with who it is, and whom it believes. All PEM. */
export interface ChannelCertificates {
  /** The host's certificate first, then the authorities below the root. */
  readonly chainPem: string;
  readonly privateKeyPem: string;
  /** The portal's root: the only one that is trusted. */
  readonly rootPem: string;
  /** The revocation list of every authority, the root's included, one block each. */
  readonly crlPem: string;
}

/** The certificates of this process, as they are now. */
export interface ChannelIdentity {
  /** Undefined until the portal has issued them. */
  current(): ChannelCertificates | undefined;
  /** Called after each change of any of them; gives the way out. */
  onChange(listener: () => void): () => void;
}
