/**
 * Why a peer that lost its memory waits. It may have voted at any height up to the one after the last that was final
 * somewhere, and must not vote there again: with naive rejoining a second fault is enough for a fork. So it asks the
 * others, and is silent up to two above the highest of a quorum of answers. That this is enough: let the peer have
 * voted at height H before. Then H-1 was final, so a quorum had precommitted to it, each with H-2 final; of any quorum
 * of answers given later one at least is of these, remembers, and tells the truth, and so the highest is H-2 or more.
 *
 * The two quorums must be of the same validators. So an answer counts only when it was given under the validators that
 * this peer asks (below {@link since} others may have decided), and only when the block after it is here and was not
 * one that changed them: otherwise the peer may have gone on with the new ones to any height.
 */
export class Rejoin {
  readonly nonce: Uint8Array;
  /** The height on top of which the present validators decide, or a later one. */
  #since: number;
  readonly #answers = new Map<number, number>();

  constructor(nonce: Uint8Array, since: number) {
    this.nonce = nonce;
    this.#since = since;
  }

  /** Any answer of a sender is as good as another: the lowest, or a chain in motion would always be ahead of this peer. */
  answer(sender: number, height: number): void {
    if (height < this.#since) return;
    this.#answers.set(sender, Math.min(height, this.#answers.get(sender) ?? height));
  }

  isAnswered(answersNeeded: number): boolean {
    return this.#answers.size >= answersNeeded;
  }

  /** Answers that count at this height. */
  countUpTo(ownHeight: number): number {
    return [...this.#answers.values()].filter((height) => height < ownHeight).length;
  }

  /** Up to which height to be silent; undefined while too few answers count. */
  findThrough(ownHeight: number, answersNeeded: number): number | undefined {
    // Nobody can send it to sleep with a height that does not exist: an answer counts once the blocks are here.
    const counted = [...this.#answers.values()].filter((height) => height < ownHeight);
    return counted.length < answersNeeded ? undefined : Math.max(...counted) + 2;
  }

  /** Other validators decide from the height after this on: places mean others now, and what they said before means nothing. */
  askAgain(since: number): void {
    this.#since = since;
    this.#answers.clear();
  }
}
