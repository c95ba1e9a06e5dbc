/**
 * Chooses the Idempotency-Key of each attempt: the same key as long as the same content is sent and nobody knows
 * whether the last attempt was carried out, a fresh one after a definite answer.
 */
export class AttemptKeys {
  #open: { content: string; key: string } | undefined;

  constructor(private readonly createKey: () => string = () => crypto.randomUUID()) {}

  keyFor(content: unknown): string {
    const text = JSON.stringify(content) ?? "";
    if (this.#open?.content !== text) this.#open = { content: text, key: this.createKey() };
    return this.#open.key;
  }

  /** A definite answer came: what is sent next is a new intention, also with the same content. */
  settle(): void {
    this.#open = undefined;
  }
}
