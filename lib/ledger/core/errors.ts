/**
 * What the machine refuses, by code. A transaction that may not be queued is a `TransactionRefused` instead, and a
 * broken invariant an `AssertionError`.
 */
export interface LedgerErrorDetails {
  /** No peer of this sub-chain lives here. */
  'chain-unknown': { chain: string };
  /** The sub-chain exists here with another genesis. */
  'chain-differs': { chain: string };
  /** The genesis document is not acceptable: unknown framework, wrong config, own key not among the peers … */
  'genesis-invalid': { chain: string };
  /** `createChain` before `createPeer`. */
  'peer-missing': { chain: string };
  /** The peer is stopped, by an operator or by itself; `reason` is what it said. */
  'chain-stopped': { chain: string; reason: string };
  /** Too many transactions wait, of the sub-chain or of the process: at the rate of the moment those will be in blocks after that time. */
  'queue-full': { chain: string; retryAfterMs: number };
  /** The peer cannot be asked just now: it goes to another process of its city node, or its process starts. Try again after that time. */
  'peer-away': { chain: string; retryAfterMs: number };
  /** No other peer of the sub-chain answered. May heal. */
  'peers-unreachable': { chain: string };
  /** A block from another peer cannot be the next one; the peer goes on without it. */
  'block-refused': { chain: string; height: number };
  /** A peer cannot go to another directory of its city node: `reason` says why. It stays where it is. */
  'move-failed': { chain: string; reason: string };
  /** The wanted rules of the sub-chain cannot be, or another change waits: `reason` says which. */
  'change-refused': { chain: string; reason: string };
  /** A reader held its view so long that the blocks since then were forgotten. Read again. */
  'view-too-old': { chain: string };
  /** The block is older than what this peer has: it joined from a snapshot and still fetches what lies before it. */
  'block-missing': { chain: string; height: number; firstHeight: number };
  /** No snapshot of the sub-chain at that height is held here (any more), or it has no such range. */
  'snapshot-missing': { chain: string; height: number };
  /** Another process (or this one) has the directory open. */
  'storage-locked': { directory: string };
  /** A stored byte is not what was written: the file and the offset of the frame; `what` names neither. */
  'storage-corrupt': { file: string; offset: number; what: string };
  /** The directory is of a newer or a foreign format; `offset` of what is newer, where it is not the whole file. */
  'storage-format': { file: string; offset?: number };
  /** Writing failed; the storage takes no more commits until it is opened again. */
  'storage-failed': Record<never, never>;
  /** The disk has no room: nothing is taken until there is some again, which is noticed by itself. Reads go on. */
  'storage-full': { retryAfterMs: number };
  /** The host is closing or closed. */
  closing: Record<never, never>;
}

export type LedgerErrorCode = keyof LedgerErrorDetails;

export class LedgerError<C extends LedgerErrorCode = LedgerErrorCode> extends Error {
  override readonly name = 'LedgerError';
  constructor(
    readonly code: C,
    readonly details: LedgerErrorDetails[C],
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

/** True for a LedgerError with this code; by shape, because errors cross bundle borders. */
export function isLedgerError<C extends LedgerErrorCode>(error: unknown, code: C): error is LedgerError<C> {
  return error instanceof Error && error.name === 'LedgerError' && 'code' in error && error.code === code;
}
