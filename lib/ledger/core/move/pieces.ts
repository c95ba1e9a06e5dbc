import type { SealedKey } from '../peer-keys';
import type { Notes, StateEntry, StateWrite } from '../storage';
import type { ChainHead } from '../host-types';
import type { ChainId, Height } from '../types';

/** A block as it was handed to the storage. */
export interface Commit {
  readonly height: Height;
  readonly block: Uint8Array;
  readonly writes: readonly StateWrite[];
  readonly notes: Notes;
}

/**
 * A part of a ledger on its way to another directory of the same city node; each can cross a process boundary. First the
 * state at one height and the blocks up to it; then `copied`; then, as often as is asked, the blocks since with what they
 * write.
 */
export type MovePiece =
  | { readonly kind: 'state'; readonly entries: readonly StateEntry[] }
  | { readonly kind: 'blocks'; readonly blocks: readonly { readonly height: Height; readonly block: Uint8Array }[] }
  | { readonly kind: 'copied'; readonly height: Height }
  /** `left`: durable blocks that are still to come, as of now. */
  | { readonly kind: 'commits'; readonly commits: readonly Commit[]; readonly left: number };

/** What a peer is besides its state and blocks. */
export interface Belongings {
  /** Of its last block. */
  readonly height: Height;
  /** Its votes above all: all of them, and no others. */
  readonly notes: ReadonlyMap<string, Uint8Array>;
  readonly key: SealedKey;
  /** Transactions that nobody waits for any more, but somebody was told that they are here. */
  readonly transactions: readonly Uint8Array[];
}

/**
 * Takes a peer from one directory of a city node to another, without a moment in which two may sign: `next` copies while
 * the peer goes on, `leave` closes it here for good, and only what `settle` made durable there is opened. Which of the two
 * is the peer, whoever moves it decides, in one durable step between `settle` there and `removeChain` here; the other one
 * must not be used. Each call is for one sub-chain, one after another.
 */
export interface PeerMoves {
  /** The next part. The first call begins the copy. Errors: those of an opened peer; `move-failed` when the copy cannot go on: `stay`, and begin again. */
  next(chain: ChainId): Promise<MovePiece>;
  /**
   * Ends the peer's life here: it finishes what it does, says and signs nothing any more; whoever waits, and all calls from
   * now on, get `peer-away`. `next` then gives the last blocks.
   */
  leave(chain: ChainId): Promise<Belongings>;
  /** The move came to nothing: the peer goes on here. Its unclaimed transactions have to be handed in again. Idempotent. */
  stay(chain: ChainId): void;
  /** Takes a part in, durably. Error `move-failed` when a peer of the sub-chain is here already, or the part does not follow. */
  take(chain: ChainId, piece: MovePiece): Promise<void>;
  /** Makes what was taken a peer, durably; nothing of it acts before it is used. Error `move-failed` when it does not hang together. */
  settle(chain: ChainId, belongings: Belongings): Promise<ChainHead>;
}
