/**
 * One sub-chain at one city node, as the gateway sees it: the framework's codec with the peer behind it.
 */
export interface ChainDoor {
  readonly chain: string;
  readonly cityNode: string;
  readonly framework: string;
  /** True for methods that hand in a transaction: they need a key that may write, and count as a transaction. */
  isWrite(method: string): boolean;
  /**
   * Carries out one call. The result is JSON. Rejects with an error with a numeric `code` (the framework's protocol,
   * passed on with its message and `data`), with an AppError (the world), or with anything else (our mistake).
   */
  call(method: string, params: unknown, signal: AbortSignal): Promise<unknown>;
  /** Bytes that the peer takes on disk, for the storage quota. */
  sizeBytes(): number;
}
