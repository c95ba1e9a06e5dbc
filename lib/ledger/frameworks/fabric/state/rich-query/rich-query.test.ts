import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../testing/random';
import { RICH_SCAN_ENTRIES_MAX } from '../limits';
import { bytes, drain, takePage, TestLedger, text } from '../testing/test-ledger';
import type { StateItem } from '../world-state';
import { executeRichQuery } from './execute-rich-query';
import { parseJsonIndex, type JsonIndex } from './json-index';
import { parseQuery } from './parse-query';

const cars = {
  CAR0: { docType: 'car', make: 'Toyota', year: 2014, owner: { name: 'Tomoko' } },
  CAR1: { docType: 'car', make: 'Ford', year: 2009, owner: { name: 'Brad' } },
  CAR2: { docType: 'car', make: 'Tata', year: 2014, owner: { name: 'Aarav' } },
  CAR3: { docType: 'car', make: 'Fiat', owner: { name: 'Pari' } },
  TRUCK: { docType: 'truck', make: 'Ford', year: 2001 },
};
const byYear = index(['docType', 'year']);

function index(fields: unknown[], name = 'byYear'): JsonIndex {
  return parseJsonIndex(JSON.stringify({ index: { fields }, ddoc: `${name}Doc`, name, type: 'json' }));
}

function garage(...indexes: JsonIndex[]): TestLedger {
  const ledger = new TestLedger({ indexes });
  ledger.submit((simulator) => {
    for (const [key, car] of Object.entries(cars)) simulator.putState('fleet', key, bytes(JSON.stringify(car)));
    simulator.putState('fleet', 'counter', bytes('12'));
    simulator.putState('fleet', 'list', bytes('[1]'));
    simulator.putState('fleet', 'binary', Uint8Array.of(0x7b, 0xff));
    simulator.putState('other', 'CAR9', bytes(JSON.stringify(cars.CAR0)));
  });
  return ledger;
}

const keysOf = (ledger: TestLedger, query: unknown) => drain(ledger.simulator().getQueryResult('fleet', JSON.stringify(query))).map(({ key }) => key);

describe('a rich query', () => {
  it('finds JSON objects of its namespace, by key', () => {
    expect(keysOf(garage(), { selector: {} })).toEqual(['CAR0', 'CAR1', 'CAR2', 'CAR3', 'TRUCK']);
    expect(keysOf(garage(), { selector: { make: 'Ford' } })).toEqual(['CAR1', 'TRUCK']);
    expect(keysOf(garage(), { selector: { _id: { $gt: 'CAR1' }, docType: 'car' } })).toEqual(['CAR2', 'CAR3']);
  });

  it('hands out the value as it was put, byte for byte', () => {
    const ledger = new TestLedger();
    const value = '{ "z": 1,\n "a": 12345678901234567890 }';
    ledger.submit((simulator) => simulator.putState('fleet', 'k', bytes(value)));
    expect(drain(ledger.simulator().getQueryResult('fleet', '{"selector":{"z":1}}')).map((one) => text(one.value))).toEqual([value]);
  });

  it('hands out the fields that it asks for, sorted by name and escaped as Go does', () => {
    const ledger = new TestLedger();
    ledger.submit((simulator) => simulator.putState('fleet', 'k', bytes('{"z":{"b":2,"a":1},"m":"<&>","c":3,"__proto__":4}')));
    const fields = (names: string[]) => drain(ledger.simulator().getQueryResult('fleet', JSON.stringify({ selector: {}, fields: names }))).map((one) => text(one.value));
    expect(fields(['z.b', 'm', '_id', 'absent'])).toEqual(['{"m":"\\u003c\\u0026\\u003e","z":{"b":2}}']);
    expect(fields(['z', '__proto__'])).toEqual(['{"__proto__":4,"z":{"a":1,"b":2}}']);
    expect(fields([])).toEqual(['{}']);
  });

  it('passes over a limit inside, as Fabric does, and skips', () => {
    expect(keysOf(garage(), { selector: { docType: 'car' }, limit: 1 })).toHaveLength(4);
    expect(keysOf(garage(), { selector: { docType: 'car' }, skip: 3 })).toEqual(['CAR3']);
  });

  it('stops early: only what was handed out is read', () => {
    let read = 0;
    function* items(): Generator<StateItem, undefined> {
      for (;;) yield { key: `k${read++}`, value: bytes('{}'), metadata: new Uint8Array(0), version: { block: 1, transaction: 0 } };
    }
    const results = executeRichQuery(parseQuery('{"selector":{}}', []), items(), '');
    results.next();
    results.next();
    expect(read).toBe(2);
  });

  it('that would look at too much ends with what to do instead', () => {
    function* items(): Generator<StateItem, undefined> {
      for (let at = 0; at <= RICH_SCAN_ENTRIES_MAX; at += 1) yield { key: `k${at}`, value: bytes('1'), metadata: new Uint8Array(0), version: { block: 1, transaction: 0 } };
    }
    expect(() => drainAll(executeRichQuery(parseQuery('{"selector":{}}', []), items(), ''))).toThrowError('use a range of composite keys');
  });

  it.each([
    ['no JSON', '{', 'invalid UTF-8 JSON'],
    ['no object', '[]', 'Request body must be a JSON object'],
    ['without a selector', '{}', 'Missing required key: selector'],
    ['with an unknown key', '{"selector":{},"wher":1}', 'Invalid key wher for this request.'],
    ['with fields that are no list', '{"selector":{},"fields":"a"}', 'fields definition must be an array'],
    ['with a negative skip', '{"selector":{},"skip":-1}', 'Skip must be a non-negative integer'],
    ['with two directions', '{"selector":{},"sort":[{"a":"asc"},{"b":"desc"}]}', 'Sorts currently only support a single direction for all fields.'],
    ['with a sort that is none', '{"selector":{},"sort":[{"a":"up"}]}', 'Invalid sort field'],
    ['too long', JSON.stringify({ selector: { a: 'x'.repeat(70_000) } }), 'more than'],
  ])('%s is refused', (_what, query, message) => {
    expect(() => garage().simulator().getQueryResult('fleet', query)).toThrowError(message);
  });
});

describe('sorting', () => {
  const sorted = { selector: { docType: 'car' }, sort: [{ docType: 'asc' }, { year: 'asc' }] };

  it('goes by the fields, then by the key, and leaves out who lacks one', () => {
    expect(keysOf(garage(byYear), sorted)).toEqual(['CAR1', 'CAR0', 'CAR2']);
    expect(keysOf(garage(byYear), { ...sorted, sort: [{ docType: 'desc' }, { year: 'desc' }] })).toEqual(['CAR2', 'CAR0', 'CAR1']);
    expect(keysOf(garage(), { selector: {}, sort: [{ _id: 'desc' }] })).toEqual(['TRUCK', 'CAR3', 'CAR2', 'CAR1', 'CAR0']);
  });

  it.each<[string, object, JsonIndex[], boolean]>([
    ['without an index', sorted, [], false],
    ['with one that begins with other fields', { selector: { make: 'x' }, sort: ['year'] }, [index(['make', 'year', 'colour'])], false],
    ['with one whose first field is pinned', { selector: { docType: 'car', year: { $gt: 0 } }, sort: ['year'] }, [byYear], true],
    ['with one whose first field is only there', { selector: { docType: { $gt: '' } }, sort: ['year'] }, [byYear], false],
    ['with one that has a field which the selector does not ask for', { selector: { make: 'x' }, sort: ['docType'] }, [byYear], false],
    ['with one that has a field which the selector wants to be absent', { selector: { year: { $exists: false } }, sort: ['docType'] }, [byYear], false],
    ['with the fields under an and', { selector: { $and: [{ docType: 'car' }, { year: 1 }] }, sort: ['docType'] }, [byYear], true],
    ['with the fields under an or', { selector: { $or: [{ docType: 'car' }, { year: 1 }] }, sort: ['docType'] }, [byYear], false],
    ['with a field inside an object', { selector: { owner: { name: 'x' } }, sort: ['owner.name'] }, [index(['owner.name'])], true],
    ['with the index that is named', { ...sorted, use_index: ['byYearDoc', 'byYear'] }, [byYear], true],
    ['with another that is named', { ...sorted, use_index: '_design/otherDoc' }, [byYear, index(['make'], 'other')], false],
    ['with one that is named and not there', { ...sorted, use_index: 'noneDoc' }, [byYear], true],
  ])('%s', (_what, query, indexes, isPossible) => {
    const run = () => keysOf(garage(...indexes), query);
    if (isPossible) expect(run).not.toThrow();
    else expect(run).toThrowError('Error:no_usable_index,  Status Code:400,  Reason:No index exists for this sort, try indexing by the sort fields.');
  });

  it.each(['{', '{}', '{"index":{"fields":[]}}', '{"index":{"fields":[1]}}', '{"index":{"fields":[{"a":"up"}]}}', '{"index":{"fields":["a"]},"type":"text"}', '{"index":{"fields":["a"]},"ddoc":1}'])(
    'refuses the index definition %s',
    (definition) => {
      expect(() => parseJsonIndex(definition)).toThrowError('Invalid index definition');
    },
  );
});

describe('pages of a rich query', () => {
  it.each(Array.from({ length: 10 }, (_, at) => Number(process.env.SEED ?? 1) + at))('together are the query, whatever their size (seed %i)', (seed) => {
    const random = createRandom(seed);
    const ledger = new TestLedger({ indexes: [index(['n'])] });
    ledger.submit((simulator) => {
      for (let count = 0; count < 60; count += 1) simulator.putState('fleet', `k${random.below(1_000)}`, bytes(JSON.stringify({ n: random.below(5) })));
    });
    const query = JSON.stringify({ selector: { n: { $gte: 1 } }, ...(random.chance(0.5) && { sort: [{ n: random.pick(['asc', 'desc']) }] }) });
    const whole = drain(ledger.simulator().getQueryResult('fleet', query)).map(({ key }) => key);
    expect(whole.length).toBeGreaterThan(20);
    const seen: string[] = [];
    for (let bookmark = ''; ; ) {
      const size = 1 + random.below(20);
      const page = takePage(ledger.simulator().getQueryResult('fleet', query, { size, bookmark }), size);
      seen.push(...page.results.map(({ key }) => key));
      ({ bookmark } = page);
      if (page.results.length === 0) break;
    }
    expect(seen).toEqual(whole);
  });

  it('of nothing have the bookmark of CouchDB, with which one can begin', () => {
    const query = (make: string) => takePage(garage().simulator().getQueryResult('fleet', JSON.stringify({ selector: { make } }), { size: 5, bookmark: 'nil' }), 5);
    expect(query('none')).toEqual({ results: [], bookmark: 'nil' });
    expect(query('Ford').results).toHaveLength(2);
  });

  it('refuse a bookmark that is none', () => {
    for (const bookmark of ['g1AAAA', 'e30', 'x'.repeat(100_000), Buffer.from('["k",[1]]').toString('base64url')]) {
      expect(() => drain(garage().simulator().getQueryResult('fleet', '{"selector":{}}', { size: 5, bookmark }))).toThrowError('Invalid bookmark value');
    }
  });
});

function drainAll(results: Iterable<unknown>): number {
  let count = 0;
  for (const _ of results) count += 1;
  return count;
}
