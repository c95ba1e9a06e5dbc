import type { FilePort } from './file-port';
import { segmentName, segmentNumber, type Segment } from './segment';

const OPEN_MAX = 64;

/** The segment files of a directory; keeps the most recently read ones open. */
export class SegmentFiles {
  readonly #files: FilePort;
  readonly #directory: string;
  readonly #open = new Map<number, Segment>();

  constructor(files: FilePort, directory: string) {
    this.#files = files;
    this.#directory = directory;
  }

  /** Numbers of the segments there are, ascending. */
  numbers(): number[] {
    return this.#files
      .list(this.#directory)
      .map(segmentNumber)
      .filter((number) => number !== undefined)
      .sort((a, b) => a - b);
  }

  path(number: number): string {
    return `${this.#directory}/${segmentName(number)}`;
  }

  has(number: number): boolean {
    return this.#files.exists(this.path(number));
  }

  add(segment: Segment): void {
    this.#open.delete(segment.number);
    this.#open.set(segment.number, segment);
    this.#closeOldest();
  }

  get(number: number): Segment {
    const path = this.path(number);
    const segment = this.#open.get(number) ?? { number, path, file: this.#files.open(path) };
    this.add(segment);
    return segment;
  }

  async remove(number: number): Promise<void> {
    this.#open.get(number)?.file.close();
    this.#open.delete(number);
    this.#files.unlink(this.path(number));
    await this.#files.syncDirectory(this.#directory);
  }

  diskBytes(): number {
    return this.numbers().reduce((sum, number) => sum + this.get(number).file.sizeBytes(), 0);
  }

  /** All of them, also when one cannot be closed; throws that then. */
  close(): void {
    const failures: unknown[] = [];
    for (const { file } of this.#open.values()) {
      try {
        file.close();
      } catch (error) {
        failures.push(error);
      }
    }
    this.#open.clear();
    if (failures.length > 0) throw failures[0];
  }

  /** Never the newest: it is the one being written, or the one just asked for. */
  #closeOldest(): void {
    const newest = Math.max(...this.#open.keys());
    for (const [number, { file }] of this.#open) {
      if (this.#open.size <= OPEN_MAX) return;
      if (number === newest) continue;
      file.close();
      this.#open.delete(number);
    }
  }
}
