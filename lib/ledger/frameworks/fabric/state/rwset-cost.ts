import { QUERY_RESULTS_MAX } from './limits';
import type { RangeQuery, TxRwset } from './rwset';

/**
 * Keys that the commit of a transaction looks at or writes, at most: what it costs a block. A range whose results are a hash
 * tree may be 100,000 keys in a hundred bytes, so bytes say nothing about it.
 */
export function costOfRwset({ namespaces }: TxRwset): number {
  let cost = 1;
  for (const { reads, rangeQueries, writes, metadataWrites, collections } of namespaces) {
    cost += reads.length + writes.length + metadataWrites.length;
    for (const query of rangeQueries) cost += resultsOf(query);
    for (const one of collections) cost += one.reads.length + one.writes.length + one.metadataWrites.length;
  }
  return cost;
}

/** One more than there were: the first that is too many ends it. */
function resultsOf({ results }: RangeQuery): number {
  if (results.kind === 'reads') return 1 + results.reads.length;
  return Math.min(QUERY_RESULTS_MAX, (results.hashes.length + 1) * (results.maxDegree + 1) ** results.maxLevel) + 1;
}
