import { peer } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../core/crypto';
import { decodeMetadata, decodeRwset } from './decode-rwset';
import { encodeRwset } from './encode-rwset';
import type { RangeQuery, TxRwset } from './rwset';
import type { SimulationResult, Simulator } from './simulator';
import { hashedKey, historyKey, keyHashOf, publicKey } from './state-keys';
import { bytes, drain, dump, TestLedger, text, type Ordered } from './testing/test-ledger';
import { findBlockByHash, findBlockCodes, findTransaction } from './transaction-index';
import { validateBlock } from './validate-block';
import { VALIDATION_CODES } from '../protocol/transaction/validation-codes';
import { worldState } from './world-state';

const { VALID: valid, MVCC_READ_CONFLICT: mvccReadConflict, PHANTOM_READ_CONFLICT: phantomReadConflict, DUPLICATE_TXID: duplicateTxId } = VALIDATION_CODES;
const withSecret = { collections: { basic: { secret: { blockToLive: 0 } } } };

type Run = (simulator: Simulator) => void;
const put = (key: string, value = 'v'): Run => (simulator) => simulator.putState('basic', key, bytes(value));
const del = (key: string): Run => (simulator) => simulator.delState('basic', key);
const get = (key: string): Run => (simulator) => void simulator.getState('basic', key);
const scan = (start: string, end: string, count = Infinity): Run => (simulator) => {
  const iterator = simulator.getStateByRange('basic', start, end);
  for (let index = 0; index < count && iterator.next() !== undefined; index += 1);
};
const all = (...runs: readonly Run[]): Run => (simulator) => runs.forEach((run) => run(simulator));

/** All are simulated on the state as it is, then ordered in one block. */
function together(ledger: TestLedger, ...runs: readonly Run[]): number[] {
  const ordered = runs.map((run, index): Ordered => ({ txId: `${ledger.height}-${index}`, result: ledger.simulate(run) }));
  return [...ledger.commit(ordered).codes];
}

function filled(...keys: readonly string[]): TestLedger {
  const ledger = new TestLedger(withSecret);
  together(ledger, all(...keys.map((key) => put(key))));
  return ledger;
}

const valueOf = (ledger: TestLedger, key: string) => worldState(ledger.state, ledger.privateState).get('basic', key);

describe('reads at commit', () => {
  it('conflict with a write in the block before them, and only then', () => {
    expect(together(filled('a'), all(get('a'), put('a')), all(get('a'), put('a')))).toEqual([valid, mvccReadConflict]);
    expect(together(filled('a'), all(get('a'), put('b')), all(get('b'), put('a')))).toEqual([valid, mvccReadConflict]);
    expect(together(filled('a'), all(get('a'), put('b')), all(get('a'), put('c')))).toEqual([valid, valid]);
  });

  it('conflict with a block that came between', () => {
    const ledger = filled('a');
    const stale = ledger.simulate(all(get('a'), put('b')));
    together(ledger, put('a'));
    expect([...ledger.commit([{ txId: 'stale', result: stale }]).codes]).toEqual([mvccReadConflict]);
    expect(valueOf(ledger, 'b')).toBeUndefined();
  });

  it('of what is not there conflict with what makes it, even when it is gone again', () => {
    expect(together(filled(), put('new'), get('new'))).toEqual([valid, mvccReadConflict]);
    expect(together(filled(), put('new'), del('new'), get('new'))).toEqual([valid, valid, mvccReadConflict]);
  });

  it('do not conflict with a transaction that is not valid', () => {
    const ledger = filled('a');
    const stale = ledger.simulate(all(get('a'), put('b')));
    together(ledger, put('a'));
    const reader = ledger.simulate(get('b'));
    expect([...ledger.commit([{ txId: 'x', result: stale }, { txId: 'y', result: reader }]).codes]).toEqual([mvccReadConflict, valid]);
  });

  it('are not there for blind writes: both are valid, the last one stays', () => {
    const ledger = filled('a');
    expect(together(ledger, put('a', '1'), put('a', '2'))).toEqual([valid, valid]);
    expect(text(valueOf(ledger, 'a')?.value)).toBe('2');
    expect(valueOf(ledger, 'a')?.version).toEqual({ block: 2, transaction: 1 });
  });

  it('of another namespace are another key', () => {
    expect(together(filled('a'), put('a'), (simulator) => void simulator.getState('other', 'a'))).toEqual([valid, valid]);
  });
});

describe('ranges at commit', () => {
  it('conflict with keys that came, went or changed inside, not outside', () => {
    const cases: [Run, number][] = [
      [put('bb'), phantomReadConflict],
      [put('b'), phantomReadConflict],
      [del('b'), phantomReadConflict],
      [put('d'), valid],
      [put('a'), valid],
      [del('never'), valid],
    ];
    for (const [change, code] of cases) expect(together(filled('a', 'b', 'c', 'd'), change, scan('b', 'd'))).toEqual([valid, code]);
  });

  it('read to the end conflict with a key behind the last; read in part, with none behind the last that was seen', () => {
    expect(together(filled('a', 'b'), put('c'), scan('a', ''))).toEqual([valid, phantomReadConflict]);
    expect(together(filled('a', 'b', 'd'), put('c'), scan('a', '', 2))).toEqual([valid, valid]);
    expect(together(filled('a', 'b', 'd'), put('b'), scan('a', '', 2))).toEqual([valid, phantomReadConflict]);
    expect(together(filled('a', 'b', 'd'), put('aa'), scan('a', '', 2))).toEqual([valid, phantomReadConflict]);
  });

  it('that found nothing conflict with anything', () => {
    expect(together(filled(), put('b'), scan('a', 'c'))).toEqual([valid, phantomReadConflict]);
    expect(together(filled(), put('d'), scan('a', 'c'))).toEqual([valid, valid]);
  });

  it('that are kept as hashes are looked at as closely', () => {
    const keys = Array.from({ length: 130 }, (_, index) => `k${String(index).padStart(3, '0')}`);
    for (const [change, code] of [
      [put('k000'), phantomReadConflict],
      [put('k129'), phantomReadConflict],
      [put('k0645'), phantomReadConflict],
      [del('k064'), phantomReadConflict],
      [put('k130'), phantomReadConflict],
      [put('j'), valid],
    ] as const) {
      expect(together(filled(...keys), change, scan('k', 'l'))).toEqual([valid, code]);
    }
  });

  it('of a forged tree conflict', () => {
    const ledger = filled(...Array.from({ length: 60 }, (_, index) => `k${index}`));
    const honest = decodeRwset(ledger.simulate(scan('', '')).rwset);
    const forge = (change: (results: RangeQuery['results'] & { kind: 'hashes' }) => Partial<RangeQuery['results'] & { kind: 'hashes' }>): SimulationResult => {
      const namespaces = honest.namespaces.map((one) => ({
        ...one,
        rangeQueries: one.rangeQueries.map((query) => (query.results.kind === 'hashes' ? { ...query, results: { ...query.results, ...change(query.results) } } : query)),
      }));
      return { rwset: encodeRwset({ namespaces }), privateRwset: undefined, privateReads: [], keyMetadata: [] };
    };
    const forged = [
      forge(() => ({})),
      forge(() => ({ maxLevel: 2_000_000_000 })),
      forge(() => ({ maxDegree: 49 })),
      forge(({ hashes }) => ({ hashes: hashes.slice(0, 1) })),
      forge(({ hashes }) => ({ hashes: [...hashes, sha256(bytes('more'))] })),
    ];
    expect([...ledger.commit(forged.map((result, index) => ({ txId: String(index), result }))).codes]).toEqual([valid, ...Array(4).fill(phantomReadConflict)]);
  });
});

describe('hashed reads at commit', () => {
  const putSecret = (key: string): Run => (simulator) => simulator.putPrivateData('basic', 'secret', key, bytes('v'));
  const getSecret = (key: string): Run => (simulator) => void simulator.getPrivateDataHash('basic', 'secret', key);

  it('conflict as public ones do', () => {
    expect(together(filled(), putSecret('k'), getSecret('k'))).toEqual([valid, mvccReadConflict]);
    expect(together(filled(), putSecret('k'), getSecret('other'))).toEqual([valid, valid]);
    const ledger = filled();
    together(ledger, putSecret('k'));
    expect(together(ledger, getSecret('k'))).toEqual([valid]);
  });
});

describe('ids of transactions', () => {
  const once = (ledger: TestLedger, txId: string, run: Run, code?: Ordered['code']): Ordered => ({ txId, result: ledger.simulate(run), code });

  it('count once in a block and once in the ledger, and the first answer stays', () => {
    const ledger = filled();
    expect([...ledger.commit([once(ledger, 'x', put('a', '1')), once(ledger, 'x', put('a', '2'))]).codes]).toEqual([valid, duplicateTxId]);
    expect([...ledger.commit([once(ledger, 'x', put('a', '3'))]).codes]).toEqual([duplicateTxId]);
    expect(text(valueOf(ledger, 'a')?.value)).toBe('1');
    expect(findTransaction(ledger.state, 'x')).toEqual({ block: 2, transaction: 0, code: valid });
  });

  it('are used up by transactions that were not valid, but not within their own block', () => {
    const ledger = filled();
    const denied = peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE;
    expect([...ledger.commit([once(ledger, 'x', put('a'), denied), once(ledger, 'x', put('b'))]).codes]).toEqual([denied, valid]);
    expect(findTransaction(ledger.state, 'x')).toEqual({ block: 2, transaction: 0, code: denied });
    expect([...ledger.commit([once(ledger, 'x', put('a'))]).codes]).toEqual([duplicateTxId]);
  });

  it('lead to the block, and the block to its codes', () => {
    const ledger = filled('a');
    together(ledger, put('b'), all(get('b'), put('c')));
    expect([...findBlockCodes(ledger.state, 2)]).toEqual([valid, mvccReadConflict]);
    expect(findBlockByHash(ledger.state, sha256(Uint8Array.of(2)))).toBe(2);
    expect(findBlockByHash(ledger.state, sha256(Uint8Array.of(9)))).toBeUndefined();
    expect(findTransaction(ledger.state, 'unknown')).toBeUndefined();
  });
});

describe('metadata at commit', () => {
  const describeKey = (key: string, value: string): Run => (simulator) => simulator.putStateMetadata('basic', key, new Map([['p', bytes(value)]]));
  const metadataOf = (ledger: TestLedger, key: string) => text(decodeMetadata(valueOf(ledger, key)?.metadata ?? new Uint8Array(0)).get('p'));

  it('stay when the value changes, and move the version when they change alone', () => {
    const ledger = filled('k');
    together(ledger, describeKey('k', '1'));
    expect([metadataOf(ledger, 'k'), text(valueOf(ledger, 'k')?.value), valueOf(ledger, 'k')?.version.block]).toEqual(['1', 'v', 2]);
    together(ledger, put('k', 'w'));
    expect([metadataOf(ledger, 'k'), text(valueOf(ledger, 'k')?.value)]).toEqual(['1', 'w']);
  });

  it('come together with a value, go with the key and by an empty list', () => {
    const ledger = filled();
    together(ledger, all(put('k'), describeKey('k', '1')));
    expect(metadataOf(ledger, 'k')).toBe('1');
    together(ledger, (simulator) => simulator.putStateMetadata('basic', 'k', new Map()));
    expect([metadataOf(ledger, 'k'), valueOf(ledger, 'k')?.version.block]).toEqual([undefined, 3]);
    together(ledger, describeKey('k', '2'), all(del('k'), describeKey('k', '3')));
    expect(valueOf(ledger, 'k')).toBeUndefined();
    together(ledger, put('k'));
    expect(metadataOf(ledger, 'k')).toBeUndefined();
  });

  it('for a key that is not there do nothing, also when it went in the same block', () => {
    const ledger = filled('k');
    expect(together(ledger, del('k'), describeKey('k', '1'), describeKey('never', '1'))).toEqual([valid, valid, valid]);
    expect([valueOf(ledger, 'k'), valueOf(ledger, 'never')]).toEqual([undefined, undefined]);
  });

  it('see what the block did to the key before', () => {
    const ledger = filled();
    together(ledger, put('k', 'first'), describeKey('k', '1'), put('k', 'second'));
    expect([metadataOf(ledger, 'k'), text(valueOf(ledger, 'k')?.value), valueOf(ledger, 'k')?.version.transaction]).toEqual(['1', 'second', 2]);
  });

  it('of a private key stand beside its hash', () => {
    const ledger = filled();
    together(ledger, (simulator) => simulator.putPrivateData('basic', 'secret', 'k', bytes('v')));
    together(ledger, (simulator) => simulator.putPrivateDataMetadata('basic', 'secret', 'k', new Map([['p', bytes('1')]])));
    const world = worldState(ledger.state, ledger.privateState);
    const hashed = world.getHashed('basic', 'secret', keyHashOf('k'));
    expect(text(decodeMetadata(hashed?.metadata ?? new Uint8Array(0)).get('p'))).toBe('1');
    // The plaintext follows the hash's version, or nobody could read it any more.
    expect(text(ledger.simulator().getPrivateData('basic', 'secret', 'k'))).toBe('v');
  });
});

describe('a block', () => {
  it('changes nothing but by its valid transactions', () => {
    const ledger = filled('a');
    const before = dump(ledger.state).length;
    const rwset: TxRwset = decodeRwset(ledger.simulate(put('x')).rwset);
    const bad: SimulationResult = { rwset: Buffer.from([0xff]), privateRwset: undefined, privateReads: [], keyMetadata: [] };
    const { codes } = ledger.commit([
      { txId: '1', result: bad },
      { txId: '2', result: { ...bad, rwset: encodeRwset(rwset) }, code: peer.TxValidationCode.BAD_CREATOR_SIGNATURE },
    ]);
    expect([...codes]).toEqual([VALIDATION_CODES.BAD_RWSET, peer.TxValidationCode.BAD_CREATOR_SIGNATURE]);
    // Two ids, the block's hash and its codes.
    expect(dump(ledger.state).length - before).toBe(4);
  });

  it('gives writes that are sorted, each key once, and the same ones again', () => {
    const make = () => {
      const ledger = filled('a', 'b');
      const runs = [put('z'), put('\u{10ffff}'), all(put('a', '2'), del('b')), (simulator: Simulator) => simulator.putPrivateData('basic', 'secret', 'p', bytes('1'))];
      return ledger.commit(runs.map((run, index) => ({ txId: String(index), result: ledger.simulate(run) })));
    };
    const { writes, privately } = make();
    for (const list of [writes, privately.writes]) {
      for (let at = 1; at < list.length; at += 1) expect(Buffer.compare(list[at - 1]?.key ?? new Uint8Array(0), list[at]?.key ?? new Uint8Array(0))).toBe(-1);
    }
    const again = make();
    expect(again.writes).toEqual(writes);
    expect(again.privately.writes).toEqual(privately.writes);
  });

  it('deletes by an empty value and by the hash of one, whatever the flag says', () => {
    const ledger = filled('k');
    together(ledger, (simulator) => simulator.putPrivateData('basic', 'secret', 'p', bytes('v')));
    const [part] = decodeRwset(ledger.simulate(put('k')).rwset).namespaces;
    for (const valueHash of [sha256(new Uint8Array(0)), new Uint8Array(0)]) {
      const collections = [{ collection: 'secret', reads: [], metadataWrites: [], privateRwsetHash: new Uint8Array(0), writes: [{ keyHash: keyHashOf('p'), isDelete: false, isPurge: false, valueHash }] }];
      const writes = [{ key: 'k', isDelete: false, value: new Uint8Array(0) }];
      const rwset: TxRwset = { namespaces: part === undefined ? [] : [{ ...part, writes, collections }] };
      const block = { number: 9, headerHash: sha256(bytes('x')), transactions: [{ txId: 'x', code: valid, rwset, isEndorsed: true }], collectionsOf: () => undefined };
      const deleted = validateBlock(block, ledger.state).writes.filter(({ value }) => value === undefined).map(({ key }) => Buffer.from(key).toString('hex'));
      expect(deleted).toEqual([publicKey('basic', 'k'), hashedKey('basic', 'secret', keyHashOf('p'))].map((key) => Buffer.from(key).toString('hex')));
    }
  });

  it('keeps no history of what is no transaction of a chaincode', () => {
    const ledger = filled();
    const rwset = decodeRwset(ledger.simulate(put('k')).rwset);
    const historyOf = (isEndorsed: boolean) => {
      const block = { number: 2, headerHash: sha256(bytes('x')), transactions: [{ txId: 'x', code: valid, rwset, isEndorsed }], collectionsOf: () => undefined };
      const key = Buffer.from(historyKey('basic', 'k', 2, 0));
      return validateBlock(block, ledger.state).writes.some((write) => key.equals(write.key));
    };
    expect([historyOf(true), historyOf(false)]).toEqual([true, false]);
  });

  it('tells its changes for the commit hash: of a key the last, deletes with who deleted, nothing of what expires', () => {
    const ledger = new TestLedger({ collections: { basic: { secret: { blockToLive: 1 } } } });
    together(ledger, all(put('a'), put('b'), put('c'), (simulator) => simulator.putPrivateData('basic', 'secret', 'p', bytes('v'))));
    together(ledger);
    const describeC: Run = (simulator) => simulator.putStateMetadata('basic', 'c', new Map([['p', bytes('1')]]));
    const runs = [put('a', '1'), put('a', '2'), del('b'), describeC, (simulator: Simulator) => simulator.putStateMetadata('basic', 'never', new Map())];
    const { updates, writes } = ledger.commit(runs.map((run, index) => ({ txId: String(index), result: ledger.simulate(run) })));
    const told = updates.map((one) => [one.namespace, one.collections, one.updates.map(({ key, value, version }) => [text(key), text(value), version]).sort()]);
    const at = (transaction: bigint) => ({ block: 3n, transaction });
    expect(told).toEqual([['basic', [], [['a', '2', at(1n)], ['b', undefined, at(2n)], ['c', 'v', at(3n)]]]]);
    const expired = Buffer.from(hashedKey('basic', 'secret', keyHashOf('p')));
    expect(writes.some(({ key, value }) => value === undefined && expired.equals(key))).toBe(true);
  });

  it('of no transactions leaves its hash alone', () => {
    const ledger = filled();
    expect(ledger.commit([]).writes).toHaveLength(1);
    expect(findBlockCodes(ledger.state, 2)).toHaveLength(0);
  });

  it('keeps rich queries as reads of their results', () => {
    const ledger = new TestLedger();
    together(ledger, put('a', '{"n":1}'), put('b', '{"n":2}'));
    const query: Run = (simulator) => void drain(simulator.getQueryResult('basic', '{"selector":{"n":{"$gte":2}}}'));
    expect(together(ledger, put('b', '{"n":3}'), query)).toEqual([valid, mvccReadConflict]);
    // Fabric does not look again whether others match now.
    expect(together(ledger, put('a', '{"n":9}'), query)).toEqual([valid, valid]);
  });
});
