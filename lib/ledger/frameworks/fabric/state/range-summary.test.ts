import { describe, expect, it } from 'vitest';
import { bytesToHex } from '@/lib/platform/pure/bytes';
import { sha256 } from '../../../core/crypto';
import { RangeSummary } from './range-summary';
import type { KeyRead, RangeResults } from './rwset';
import { kvOf } from './testing/proto-rwset';

const read = (index: number): KeyRead => ({ key: `key${index}`, version: { block: 1, transaction: index } });

/** QueryReads has the reads in field 1, as KVRWSet has: one encoding for both. */
const hashOfReads = (reads: readonly KeyRead[]): Uint8Array => sha256(kvOf({ reads }));

/** The tree as it is described, built at once: groups of `degree + 1`, level by level, a single left-over moves up. */
function reference(reads: readonly KeyRead[], degree: number): RangeResults {
  if (reads.length <= degree) return { kind: 'reads', reads };
  let hashes = groups(reads, degree + 1).map(hashOfReads);
  let level = 1;
  for (; hashes.length > degree; level += 1) {
    hashes = groups(hashes, degree + 1).map((group) => (group.length === 1 ? (group[0] as Uint8Array) : sha256(...group)));
  }
  return { kind: 'hashes', maxDegree: degree, maxLevel: level, hashes };
}

function groups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

const told = (results: RangeResults): string =>
  results.kind === 'reads' ? `reads ${results.reads.map(({ key }) => key).join(' ')}` : `level ${results.maxLevel}: ${results.hashes.map(bytesToHex).join(' ')}`;

describe('the summary of a range', () => {
  it.each([2, 3, 5, 50])('is the hash tree of Fabric for any number of results, at degree %i', (degree) => {
    for (let count = 0; count < (degree === 50 ? 400 : 150); count += 1) {
      const reads = Array.from({ length: count }, (_, index) => read(index));
      const summary = new RangeSummary(degree);
      for (const one of reads) summary.add(one);
      expect(told(summary.finish()), `${count} results`).toBe(told(reference(reads, degree)));
    }
  });
});
