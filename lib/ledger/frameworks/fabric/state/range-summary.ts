import { sha256 } from '../../../core/crypto';
import { encodeReads } from './encode-rwset';
import { RANGE_HASH_DEGREE } from './limits';
import type { KeyRead, RangeResults } from './rwset';

/**
 * Collects the results of a range query as Fabric's RangeQueryResultsHelper does
 * (kvledger/txmgmt/rwsetutil/query_results_helper.go): up to `maxDegree` results stay as they are. Above, each
 * `maxDegree + 1` results make a leaf, each `maxDegree + 1` hashes of a level one of the next, and what counts is the
 * highest level.
 */
export class RangeSummary {
  readonly #maxDegree: number;
  #pending: KeyRead[] = [];
  /** By level, from 1; a missing one is empty. */
  readonly #levels: Uint8Array[][] = [];
  #maxLevel = 1;

  constructor(maxDegree = RANGE_HASH_DEGREE) {
    this.#maxDegree = maxDegree;
  }

  add(read: KeyRead): void {
    this.#pending.push(read);
    if (this.#pending.length > this.#maxDegree) this.#hashPending();
  }

  get maxLevel(): number {
    return this.#maxLevel;
  }

  /** Hashes of the highest level as it stands: they only change by growing, until the level does. */
  get topHashes(): readonly Uint8Array[] {
    return this.#levels[this.#maxLevel] ?? [];
  }

  /** The end; nothing may be added after it. */
  finish(): RangeResults {
    if (this.#maxLevel === 1 && this.topHashes.length === 0) return { kind: 'reads', reads: this.#pending };
    if (this.#pending.length > 0) this.#hashPending();
    this.#close();
    return { kind: 'hashes', maxDegree: this.#maxDegree, maxLevel: this.#maxLevel, hashes: this.topHashes };
  }

  #hashPending(): void {
    this.#put(1, sha256(encodeReads(this.#pending)));
    this.#pending = [];
    for (let level = 1; ; level += 1) {
      const hashes = this.#levels[level] ?? [];
      if (hashes.length <= this.#maxDegree) return;
      this.#levels[level] = [];
      this.#put(level + 1, sha256(...hashes));
    }
  }

  /** What is left below the highest level moves up to it; a single hash unchanged. */
  #close(): void {
    for (let level = 1; level < this.#maxLevel; level += 1) {
      const hashes = this.#levels[level] ?? [];
      const [first] = hashes;
      if (first === undefined) continue;
      this.#levels[level] = [];
      this.#put(level + 1, hashes.length === 1 ? first : sha256(...hashes));
    }
    const top = this.topHashes;
    if (top.length <= this.#maxDegree) return;
    this.#levels[this.#maxLevel] = [];
    this.#put(this.#maxLevel + 1, sha256(...top));
  }

  #put(level: number, hash: Uint8Array): void {
    (this.#levels[level] ??= []).push(hash);
    if (level > this.#maxLevel) this.#maxLevel = level;
  }
}
