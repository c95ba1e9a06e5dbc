/** What a host shows on the peer channel, and by what it judges others. All PEM. */
export interface ChannelCredentials {
  /** The host's certificate, then its intermediate. */
  readonly chainPem: string;
  /** PKCS#8. Never leaves this process. */
  readonly privateKeyPem: string;
  /** The one root that is trusted: the one this host joined with. */
  readonly rootPem: string;
  /** One block for each authority, the root included; TLS takes them one by one. */
  readonly crlPem: string;
}

/** What the transport of the channel takes its certificate from. */
export interface ChannelIdentity {
  /** Undefined until the portal has pushed the first certificate. */
  current(): ChannelCredentials | undefined;
  /** Called after every change, with `current()` as it is then. Gives the way to stop listening. */
  onChange(listener: () => void): () => void;
}
