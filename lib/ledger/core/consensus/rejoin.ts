/**
 * Why a peer that lost its memory waits. It may have voted at any height up to the one after the last that was final
 * somewhere, and must not vote there again: with naive rejoining a second fault is enough for a fork. So it asks the
 * others. Of a quorum of OTHER validators at least one that tells the truth took part in making the peer's last height
 * final; so the highest answer is at most one below what the peer ever voted on top of, and silence up to two above
 * it is enough. An answer counts once this peer holds the certified blocks up to it: nobody can send it to sleep with
 * a height that does not exist.
 */
export class Rejoin {
  readonly nonce: Uint8Array;
  readonly #answers = new Map<number, number>();

  constructor(nonce: Uint8Array) {
    this.nonce = nonce;
  }

  answer(sender: number, height: number): void {
    this.#answers.set(sender, Math.max(height, this.#answers.get(sender) ?? 0));
  }

  /** Up to which height to be silent; undefined while too few answers count. */
  findThrough(ownHeight: number, answersNeeded: number): number | undefined {
    const counted = [...this.#answers.values()].filter((height) => height <= ownHeight);
    return counted.length < answersNeeded ? undefined : Math.max(...counted) + 2;
  }

  /** Places among the validators mean others now. */
  forgetAnswers(): void {
    this.#answers.clear();
  }
}
