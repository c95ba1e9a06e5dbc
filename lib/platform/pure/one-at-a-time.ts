/**
 * Tasks that come one after another, in the order in which they were given: the next begins when the one before ended,
 * however it did. Each caller gets the result of its own.
 */
export class OneAtATime {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all that was given until now has ended. */
  async idle(): Promise<void> {
    await this.last;
  }
}
