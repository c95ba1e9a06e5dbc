import type { moveStages } from '@/lib/control';
import type { Belongings, ChainHead, ChainId } from '@/lib/ledger';
import type { PeerHome } from './peer-home';

/** What a move is doing. */
export type MoveStage = (typeof moveStages)[number];

export interface MovePeerOptions {
  readonly chain: ChainId;
  readonly from: Pick<PeerHome, 'moves'>;
  readonly to: Pick<PeerHome, 'moves'>;
  readonly onStage: (stage: MoveStage) => void;
  /** Nobody calls the old home any more; who comes waits. */
  readonly close: () => void;
  /** The one durable step: from now on the new home is the peer's. */
  readonly decide: () => Promise<void>;
}

/** Blocks that may be left for the pause. */
const LEFT_MAX = 8;
/** Rounds of catching up with a busy sub-chain: each is shorter than the one before, or the pause takes what is left. */
const ROUNDS_MAX = 1_000;

/** What is known once the new home is the peer's. */
export interface Moved {
  readonly head: ChainHead;
  /** To be handed in at the new home: somebody was told that they wait. */
  readonly transactions: readonly Uint8Array[];
  /** For which nobody could write. */
  readonly pausedMs: number;
}

/** The move came to nothing; the old home is the peer's, and these have to be handed in there again. */
export class MoveGivenUp extends Error {
  override readonly name = 'MoveGivenUp';
  constructor(
    readonly transactions: readonly Uint8Array[],
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : 'the move failed', { cause });
  }
}

/** It is not known which home is the peer's: neither may be used until the next start reads what was written. */
export class MoveUndecided extends Error {
  override readonly name = 'MoveUndecided';
}

/**
 * Takes a peer to its new home while it works: copies ahead, closes it, brings the rest, decides. Killed at any moment,
 * exactly one of the two is the peer's: the old one up to `decide`, the new one from there.
 * @throws MoveGivenUp, MoveUndecided
 */
export async function movePeer({ chain, from, to, onStage, close, decide }: MovePeerOptions): Promise<Moved> {
  let belongings: Belongings | undefined;
  let head: ChainHead;
  let closedAt: number;
  try {
    onStage('copying');
    for (let round = 0, left = Infinity; left > LEFT_MAX && round < ROUNDS_MAX; ) {
      const piece = await from.moves.next(chain);
      await to.moves.take(chain, piece);
      if (piece.kind === 'commits') [left, round] = [piece.left, round + 1];
    }
    onStage('closing');
    close();
    closedAt = performance.now();
    belongings = await from.moves.leave(chain);
    for (let left = Infinity; left > 0; ) {
      const piece = await from.moves.next(chain);
      await to.moves.take(chain, piece);
      if (piece.kind === 'commits') left = piece.left;
    }
    onStage('settling');
    head = await to.moves.settle(chain, belongings);
    onStage('switching');
  } catch (error) {
    from.moves.stay(chain);
    throw new MoveGivenUp(belongings?.transactions ?? [], error);
  }
  try {
    await decide();
  } catch (error) {
    throw new MoveUndecided('It could not be written down where the peer lives.', { cause: error });
  }
  return { head, transactions: belongings.transactions, pausedMs: performance.now() - closedAt };
}
