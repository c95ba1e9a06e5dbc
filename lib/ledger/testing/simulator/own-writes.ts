import type { Disk, KeptChange } from './disk';

/** What one life of a peer keeps for itself between blocks, and who waits for it. */
export class OwnWrites {
  readonly #disk: Disk;
  readonly #waiting: { readonly number: number; readonly done: () => void }[] = [];

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  write(change: KeptChange, done: () => void): void {
    this.#waiting.push({ number: this.#disk.write({ kind: 'own', change }), done });
  }

  /** Some of it may be durable by now. */
  synced(): void {
    while (this.#waiting[0] !== undefined && this.#waiting[0].number <= this.#disk.synced) this.#waiting.shift()?.done();
  }
}
