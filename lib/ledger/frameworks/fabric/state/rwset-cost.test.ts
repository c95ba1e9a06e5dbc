import { describe, expect, it } from 'vitest';
import type { StateReader } from '../../../core/storage';
import { decodeRwset } from './decode-rwset';
import { encodeRwset } from './encode-rwset';
import { STATE_PAGE } from './limits';
import { RangeSummary } from './range-summary';
import { costOfRwset } from './rwset-cost';
import type { RangeResults, TxRwset } from './rwset';
import { bytes, drain, TestLedger } from './testing/test-ledger';
import { publicKey } from './state-keys';
import { validateBlock } from './validate-block';
import { VALIDATION_CODES } from '../protocol/transaction/validation-codes';
import { encodeVersioned } from './versioned-value';

const keys = Array.from({ length: 2_000 }, (_, index) => `k${String(index).padStart(4, '0')}`);

function filled(): TestLedger {
  const ledger = new TestLedger();
  ledger.submit((simulator) => keys.forEach((key) => simulator.putState('basic', key, bytes('v'))));
  return ledger;
}

/** The tree over the first keys only. */
function firstHashes(degree: number): readonly Uint8Array[] {
  const summary = new RangeSummary(degree);
  for (const key of keys.slice(0, degree * (degree + 1))) summary.add({ key, version: { block: 1, transaction: 0 } });
  return summary.topHashes;
}

/** Entries of the state that a commit fetches, pages and their rest included. */
function readsOf(ledger: TestLedger, rwset: TxRwset): number {
  let reads = 0;
  const state: StateReader = {
    get: (key) => {
      reads += 1;
      return ledger.state.get(key);
    },
    range: (range) => {
      const found = ledger.state.range(range);
      reads += found.length;
      return found;
    },
  };
  validateBlock({ number: 2, headerHash: new Uint8Array(32), collectionsOf: () => undefined, transactions: [{ txId: 'x', code: 0, rwset, isEndorsed: true }] }, state);
  return reads;
}

describe('the cost of a read-write set', () => {
  it('is at least what its commit reads, but for the rest of the last page', () => {
    const ledger = filled();
    const honest = decodeRwset(ledger.simulate((simulator) => void drain(simulator.getStateByRange('basic', '', ''))).rwset);
    const forgedResults: RangeResults[] = [
      { kind: 'hashes', maxDegree: 50, maxLevel: 9, hashes: [] },
      { kind: 'hashes', maxDegree: 2, maxLevel: 1, hashes: [new Uint8Array(32)] },
      { kind: 'reads', reads: [] },
      // True as far as it goes, and then too short.
      { kind: 'hashes', maxDegree: 2, maxLevel: 1, hashes: firstHashes(2) },
    ];
    const forged = forgedResults.map((results): TxRwset => ({ namespaces: honest.namespaces.map((one) => ({ ...one, rangeQueries: one.rangeQueries.map((query) => ({ ...query, results })) })) }));
    for (const rwset of [honest, ...forged.map((one) => decodeRwset(encodeRwset(one)))]) {
      expect(costOfRwset(rwset) + STATE_PAGE, rwset.namespaces[0]?.rangeQueries[0]?.results.kind).toBeGreaterThanOrEqual(readsOf(ledger, rwset));
    }
    expect(costOfRwset(honest)).toBeGreaterThanOrEqual(keys.length);
  });

  it('bounds a commit whatever the state holds: a tree that asks for more than a query brings is a conflict', () => {
    let reads = 0;
    const endless: StateReader = {
      get: () => undefined,
      range: ({ from, limit }) => {
        if (from[0] !== publicKey('basic', '')[0]) return [];
        const value = encodeVersioned({ version: { block: 1, transaction: 0 }, value: bytes('v'), metadata: new Uint8Array(0) });
        const entries = Array.from({ length: limit }, (_, index) => ({ key: publicKey('basic', `k${String(reads + index).padStart(9, '0')}`), value }));
        reads += limit;
        return entries;
      },
    };
    const rangeQueries = [{ start: '', end: '', isExhausted: true, results: { kind: 'hashes' as const, maxDegree: 50, maxLevel: 9, hashes: [] } }];
    const rwset: TxRwset = { namespaces: [{ namespace: 'basic', reads: [], rangeQueries, writes: [], metadataWrites: [], collections: [] }] };
    const block = { number: 2, headerHash: new Uint8Array(32), collectionsOf: () => undefined, transactions: [{ txId: 'x', code: VALIDATION_CODES.VALID, rwset, isEndorsed: true }] };
    expect([...validateBlock(block, endless).codes]).toEqual([VALIDATION_CODES.PHANTOM_READ_CONFLICT]);
    expect(reads).toBeLessThanOrEqual(costOfRwset(rwset) + STATE_PAGE);
  });

  it('counts reads, writes and hashes, and never more than a query may bring', () => {
    const ledger = new TestLedger({ collections: { basic: { secret: { blockToLive: 0 } } } });
    const { rwset } = ledger.simulate((simulator) => {
      simulator.getState('basic', 'a');
      simulator.putState('basic', 'a', bytes('1'));
      simulator.putStateMetadata('basic', 'a', new Map());
      simulator.putPrivateData('basic', 'secret', 'p', bytes('1'));
      simulator.getPrivateDataHash('basic', 'secret', 'q');
      drain(simulator.getStateByRange('basic', '', ''));
    });
    expect(costOfRwset(decodeRwset(rwset))).toBe(1 + 3 + 2 + 1);
    const deep: TxRwset = { namespaces: [{ namespace: 'a', reads: [], writes: [], metadataWrites: [], collections: [], rangeQueries: [{ start: '', end: '', isExhausted: true, results: { kind: 'hashes', maxDegree: 4_000_000_000, maxLevel: 4_000_000_000, hashes: [] } }] }] };
    expect(costOfRwset(deep)).toBe(100_002);
  });
});
