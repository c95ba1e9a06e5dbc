import { describe, expect, it } from 'vitest';
import { bytesEqual, bytesToHex } from '@/lib/platform/pure/bytes';
import { sha256 } from '../../../core/crypto';
import { decodePrivateRwset, decodePrivateWrites, decodeRwset } from './decode-rwset';
import { ITERATORS_MAX } from './limits';
import { keyHashOf } from './state-keys';
import { Simulator } from './simulator';
import { toProto } from './testing/proto-rwset';
import { bytes, drain, takePage, TestLedger, text } from './testing/test-ledger';
import { VALIDATION_CODES } from '../protocol/transaction/validation-codes';

const POLICY = 'VALIDATION_PARAMETER';
const withSecret = { collections: { basic: { secret: { blockToLive: 0 } } } };
const nothing = { reads: [], rangeQueries: [], writes: [], metadataWrites: [], collections: [] };

function filled(keys: readonly string[], ledger = new TestLedger()): TestLedger {
  ledger.submit((simulator) => {
    for (const key of keys) simulator.putState('basic', key, bytes(`value of ${key}`));
  });
  return ledger;
}

describe('a simulation', () => {
  it('makes exactly the bytes that Fabric would: sorted by UTF-8, the last write of a key, versions of what was there', () => {
    const ledger = filled(['b', '\u{10ffff}', '\uffff']);
    const { rwset, privateRwset } = ledger.simulate((simulator) => {
      simulator.getState('basic', '\u{10ffff}');
      simulator.getState('basic', '\uffff');
      simulator.getState('basic', 'absent');
      simulator.putState('basic', 'z', bytes('1'));
      simulator.putState('basic', 'z', bytes('2'));
      simulator.putState('basic', 'b', new Uint8Array(0));
      simulator.putStateMetadata('basic', 'b', new Map([[POLICY, bytes('policy')]]));
      simulator.getState('another', 'k');
      drain(simulator.getStateByRange('basic', 'a', 'c'));
      simulator.getStateByRange('basic', 'a', '').next();
      // The same once more adds nothing.
      drain(simulator.getStateByRange('basic', 'a', 'c'));
    });
    const version = { block: 1, transaction: 0 };
    const expected = toProto({
      namespaces: [
        { ...nothing, namespace: 'another', reads: [{ key: 'k', version: undefined }] },
        {
          ...nothing,
          namespace: 'basic',
          reads: [
            { key: 'absent', version: undefined },
            { key: '\uffff', version },
            { key: '\u{10ffff}', version },
          ],
          rangeQueries: [
            { start: 'a', end: 'c', isExhausted: true, results: { kind: 'reads', reads: [{ key: 'b', version }] } },
            { start: 'a', end: 'b', isExhausted: false, results: { kind: 'reads', reads: [{ key: 'b', version }] } },
          ],
          writes: [
            { key: 'b', isDelete: true, value: new Uint8Array(0) },
            { key: 'z', isDelete: false, value: bytes('2') },
          ],
          metadataWrites: [{ key: 'b', entries: [{ name: POLICY, value: bytes('policy') }] }],
        },
      ],
    });
    expect(bytesToHex(rwset)).toBe(bytesToHex(expected));
    expect(privateRwset).toBeUndefined();
  });

  it('gives the same bytes for the same reads and writes in another order', () => {
    const ledger = filled(['a', 'b', 'c'], new TestLedger(withSecret));
    const steps: ((simulator: Simulator) => void)[] = [
      (simulator) => simulator.getState('basic', 'a'),
      (simulator) => simulator.getState('basic', 'c'),
      (simulator) => simulator.putState('other', 'x', bytes('1')),
      (simulator) => simulator.putPrivateData('basic', 'secret', 'p', bytes('2')),
      (simulator) => simulator.putPrivateData('basic', 'secret', 'q', bytes('3')),
      (simulator) => simulator.putStateMetadata('basic', 'b', new Map([['y', bytes('1')], ['x', bytes('2')]])),
    ];
    const run = (order: readonly ((simulator: Simulator) => void)[]) => ledger.simulate((simulator) => order.forEach((step) => step(simulator)));
    const [first, second] = [run(steps), run(steps.toReversed())];
    expect(bytesToHex(first.rwset)).toBe(bytesToHex(second.rwset));
    expect(bytesToHex(first.privateRwset ?? new Uint8Array(0))).toBe(bytesToHex(second.privateRwset ?? new Uint8Array(0)));
  });

  it('does not read what it wrote, and not what was committed since it began', () => {
    const ledger = filled(['k']);
    const simulator = ledger.simulator();
    simulator.putState('basic', 'k', bytes('mine'));
    simulator.putState('basic', 'l', bytes('mine'));
    ledger.submit((other) => other.putState('basic', 'k', bytes('theirs')));
    expect(text(simulator.getState('basic', 'k'))).toBe('value of k');
    expect(drain(simulator.getStateByRange('basic', '', '')).map(({ key }) => key)).toEqual(['k']);
  });

  it('summarises a long range as hashes that the commit can check', () => {
    const keys = Array.from({ length: 60 }, (_, index) => `k${String(index).padStart(3, '0')}`);
    const ledger = filled(keys);
    const { rwset } = ledger.simulate((simulator) => void drain(simulator.getStateByRange('basic', '', '')));
    const results = decodeRwset(rwset).namespaces[0]?.rangeQueries[0]?.results;
    expect(results).toMatchObject({ kind: 'hashes', maxDegree: 50, maxLevel: 1 });
    expect(results?.kind === 'hashes' && results.hashes.length).toBe(2);
  });

  it('ends once: nothing is read or written after it', () => {
    const simulator = filled(['k']).simulator();
    simulator.finish();
    for (const use of [() => simulator.getState('basic', 'k'), () => simulator.putState('basic', 'k', bytes('v')), () => simulator.finish()]) {
      expect(use).toThrowError('should not be used after calling Done()');
    }
  });

  it('shares one read-write set between the namespaces of a channel', () => {
    const { rwset } = new TestLedger().simulate((simulator) => {
      simulator.putState('caller', 'k', bytes('1'));
      simulator.putState('called', 'k', bytes('2'));
    });
    expect(decodeRwset(rwset).namespaces.map(({ namespace }) => namespace)).toEqual(['called', 'caller']);
  });

  it('opens no more iterators than it may', () => {
    const simulator = new TestLedger().simulator();
    for (let count = 0; count < ITERATORS_MAX; count += 1) simulator.getStateByRange('basic', 'a', 'b');
    expect(() => simulator.getStateByRange('basic', 'a', 'b')).toThrowError('split it');
  });

  it('tells which written keys have a policy of their own', () => {
    const ledger = new TestLedger(withSecret);
    ledger.submit((simulator) => {
      for (const key of ['public', 'plain']) simulator.putState('basic', key, bytes('v'));
      simulator.putStateMetadata('basic', 'public', new Map([[POLICY, bytes('p')]]));
      simulator.putPrivateData('basic', 'secret', 'private', bytes('v'));
      simulator.putPrivateDataMetadata('basic', 'secret', 'private', new Map([[POLICY, bytes('q')]]));
    });
    const { keyMetadata } = ledger.simulate((simulator) => {
      for (const key of ['public', 'plain']) simulator.putState('basic', key, bytes('w'));
      simulator.putPrivateData('basic', 'secret', 'private', bytes('w'));
      expect(text(simulator.getPrivateDataMetadata('basic', 'secret', 'private').get(POLICY))).toBe('q');
      expect(text(simulator.getStateMetadata('basic', 'public').get(POLICY))).toBe('p');
    });
    expect(keyMetadata.map(({ collection, key, metadata }) => [collection, key, text(metadata.get(POLICY))])).toEqual([
      [undefined, 'public', 'p'],
      ['secret', 'private', 'q'],
    ]);
  });
});

describe('private data in a simulation', () => {
  it('go to members as plaintext and to everybody as hashes, bound by the hash of the plaintext', () => {
    const ledger = new TestLedger(withSecret);
    const { rwset, privateRwset, privateReads } = ledger.simulate((simulator) => {
      simulator.putPrivateData('basic', 'secret', 'k', bytes('v'));
      simulator.delPrivateData('basic', 'secret', 'gone');
      simulator.purgePrivateData('basic', 'secret', 'never');
      simulator.getPrivateData('basic', 'secret', 'read');
      simulator.getPrivateDataHash('basic', 'secret', 'hash');
    });
    expect(privateReads).toEqual([{ namespace: 'basic', collection: 'secret' }]);
    const plaintext = decodePrivateRwset(privateRwset ?? new Uint8Array(0)).namespaces[0]?.collections[0]?.rwset ?? new Uint8Array(0);
    expect(decodePrivateWrites(plaintext).writes.map(({ key, isDelete, value }) => [key, isDelete, text(value)])).toEqual([
      ['gone', true, ''],
      ['k', false, 'v'],
      ['never', true, ''],
    ]);
    const hashed = decodeRwset(rwset).namespaces[0]?.collections[0];
    expect(bytesToHex(hashed?.privateRwsetHash ?? new Uint8Array(0))).toBe(bytesToHex(sha256(plaintext)));
    expect(hashed?.reads.map(({ keyHash }) => bytesToHex(keyHash))).toEqual(['hash', 'read'].map((key) => bytesToHex(keyHashOf(key))));
    expect(hashed?.writes.map(({ isDelete, isPurge, valueHash }) => [isDelete, isPurge, bytesToHex(valueHash)])).toEqual([
      [true, false, ''],
      [false, false, bytesToHex(sha256(bytes('v')))],
      [true, true, ''],
    ]);
  });

  it('are read with their hash, which others see too', () => {
    const ledger = new TestLedger(withSecret);
    ledger.submit((simulator) => simulator.putPrivateData('basic', 'secret', 'k', bytes('v')));
    const simulator = ledger.simulator();
    expect(text(simulator.getPrivateData('basic', 'secret', 'k'))).toBe('v');
    expect(bytesEqual(simulator.getPrivateDataHash('basic', 'secret', 'k') ?? new Uint8Array(0), sha256(bytes('v')))).toBe(true);
    expect(drain(simulator.getPrivateDataByRange('basic', 'secret', '', '')).map(({ key, value }) => [key, text(value)])).toEqual([['k', 'v']]);
  });

  it('that this peer lacks are not read as absent', () => {
    const ledger = new TestLedger({ ...withSecret, isMember: () => false });
    ledger.submit((simulator) => simulator.putPrivateData('basic', 'secret', 'k', bytes('v')));
    expect(() => ledger.simulator().getPrivateData('basic', 'secret', 'k')).toThrowError(
      'private data matching public hash version is not available. Public hash version = {BlockNum: 1, TxNum: 0}, Private data version = <nil>',
    );
  });

  it('need a collection that is defined', () => {
    const simulator = new TestLedger(withSecret).simulator();
    expect(() => simulator.putPrivateData('basic', 'other', 'k', bytes('v'))).toThrowError('collection [other] not defined in the collection config for chaincode [basic]');
    expect(() => simulator.getPrivateDataHash('plain', 'secret', 'k')).toThrowError('collection config not defined for chaincode [plain]');
  });
});

describe('what may not be done in one transaction', () => {
  const page = { size: 2, bookmark: '' };
  const reads: Record<string, (simulator: Simulator) => void> = {
    'a paged range': (simulator) => void simulator.getStateByRange('basic', '', '', page),
    'a paged rich query': (simulator) => void simulator.getQueryResult('basic', '{"selector":{}}', page),
    'a range of private keys': (simulator) => void simulator.getPrivateDataByRange('basic', 'secret', '', ''),
    'a rich query on private data': (simulator) => void simulator.getPrivateDataQueryResult('basic', 'secret', '{"selector":{}}'),
  };
  const writes: Record<string, (simulator: Simulator) => void> = {
    'a write': (simulator) => simulator.putState('basic', 'k', bytes('v')),
    'a delete': (simulator) => simulator.delState('basic', 'k'),
    'metadata': (simulator) => simulator.putStateMetadata('basic', 'k', new Map()),
    'private data': (simulator) => simulator.putPrivateData('basic', 'secret', 'k', bytes('v')),
    'purging': (simulator) => simulator.purgePrivateData('basic', 'secret', 'k'),
  };
  for (const [read, query] of Object.entries(reads)) {
    for (const [write, change] of Object.entries(writes)) {
      it(`${read} and ${write}, in either order`, () => {
        const first = new TestLedger(withSecret).simulator('abc');
        query(first);
        expect(() => change(first)).toThrowError(/txid \[abc\]: unsuppored transaction\. Transaction has already performed .*Writes are not allowed/);
        const second = new TestLedger(withSecret).simulator('abc');
        change(second);
        expect(() => query(second)).toThrowError(/txid \[abc\]: unsuppored transaction\. .*only in a read-only transaction/);
      });
    }
  }

  it('but a plain range and a rich query go with writes', () => {
    const { rwset } = filled(['k']).simulate((simulator) => {
      drain(simulator.getStateByRange('basic', '', ''));
      drain(simulator.getQueryResult('basic', '{"selector":{}}'));
      simulator.putState('basic', 'k', bytes('v'));
    });
    expect(decodeRwset(rwset).namespaces[0]?.writes).toHaveLength(1);
  });
});

describe('results of a query', () => {
  it('of a part of a composite key are all keys with that part, and no others', () => {
    const composite = (...parts: string[]) => `\0${parts.map((part) => `${part}\0`).join('')}`;
    const inside = [composite('owner', 'tom', 'a'), composite('owner', 'tom', '\u{1f600}'), composite('owner', 'tom', '\uffff')];
    const ledger = filled([...inside, composite('owner', 'tomoko', 'a'), composite('owner', 'tol', 'z'), 'owner', 'tom']);
    const prefix = composite('owner', 'tom');
    const found = drain(ledger.simulator().getStateByRange('basic', prefix, `${prefix}\u{10ffff}`));
    expect(found.map(({ key }) => key).sort()).toEqual([...inside].sort());
    // A plain query from the first key that the shim sends leaves composite keys out.
    expect(drain(ledger.simulator().getStateByRange('basic', '\u0001', '')).map(({ key }) => key)).toEqual(['owner', 'tom']);
  });

  it('come page by page, each key once, with where to go on', () => {
    const keys = Array.from({ length: 250 }, (_, index) => `k${String(index).padStart(3, '0')}`);
    const ledger = filled(keys);
    const seen: string[] = [];
    let bookmark = '';
    do {
      const page = takePage(ledger.simulator().getStateByRange('basic', '', '', { size: 120, bookmark }), 120);
      seen.push(...page.results.map(({ key }) => key));
      ({ bookmark } = page);
    } while (bookmark !== '');
    expect(seen).toEqual(keys);
  });

  it('of a page that was not read to the end of the range end with the last key that was seen', () => {
    const ledger = filled(['a', 'b', 'c']);
    const { rwset } = ledger.simulate((simulator) => void takePage(simulator.getStateByRange('basic', '', '', { size: 2, bookmark: '' }), 2));
    expect(decodeRwset(rwset).namespaces[0]?.rangeQueries[0]).toMatchObject({ start: '', end: 'b', isExhausted: false });
  });
});

describe('the past of a key', () => {
  it('comes newest first, deletes included, only of valid transactions', () => {
    const ledger = filled(['k']);
    const stale = ledger.simulate((simulator) => {
      simulator.getState('basic', 'k');
      simulator.putState('basic', 'k', bytes('lost'));
    });
    ledger.submit((simulator) => simulator.putState('basic', 'k', bytes('second')), 'two');
    expect(ledger.commit([{ txId: 'stale', result: stale }]).codes[0]).toBe(VALIDATION_CODES.MVCC_READ_CONFLICT);
    ledger.submit((simulator) => simulator.delState('basic', 'k'), 'three');
    ledger.submit((simulator) => simulator.putState('another', 'k', bytes('of another chaincode')), 'four');
    const past = drain(ledger.simulator().getHistoryForKey('basic', 'k'));
    expect(past.map(({ txId, isDelete, value, timestamp }) => [txId, isDelete, text(value), Number(timestamp.seconds)])).toEqual([
      ['three', true, '', 4],
      ['two', false, 'second', 2],
      ['tx0', false, 'value of k', 1],
    ]);
  });

  it('is not shortened silently when a block is not here', () => {
    const ledger = filled(['k']);
    const { input } = ledger.simulator();
    const simulator = new Simulator({ ...input, transactionAt: () => undefined });
    expect(() => simulator.getHistoryForKey('basic', 'k').next()).toThrowError('not on this peer yet');
  });
});
