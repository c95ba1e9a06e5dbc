import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../testing/random';
import { collate, type Json } from './collate';
import { compileSelector } from './selector';

/** PouchDB's, as a second opinion where it follows CouchDB. It has no types. */
const { matchesSelector } = createRequire(import.meta.url)('pouchdb-selector-core') as { matchesSelector: (document: Json, selector: Json) => boolean };

const firstSeed = Number(process.env.SEED ?? 1);
const car: Json = {
  _id: 'CAR1',
  make: 'Toyota',
  year: 2014,
  owner: { name: 'Tomoko', city: 'Kyoto' },
  tags: ['blue', 'used'],
  services: [
    { km: 10_000, ok: true },
    { km: 90_000, ok: false },
  ],
  sold: null,
  'a.b': 1,
  empty: {},
};

describe('a selector', () => {
  it.each<[string, Json, boolean]>([
    ['nothing at all', {}, true],
    ['a value', { make: 'Toyota' }, true],
    ['another value', { make: 'Ford' }, false],
    ['the key', { _id: { $gt: 'CAR0', $lt: 'CAR2' } }, true],
    ['two fields', { make: 'Toyota', year: 2015 }, false],
    ['a path', { 'owner.name': 'Tomoko' }, true],
    ['a nested object as conditions on its fields', { owner: { name: 'Tomoko' } }, true],
    ['a whole object', { owner: { $eq: { city: 'Kyoto', name: 'Tomoko' } } }, true],
    ['an empty object', { empty: {} }, true],
    ['a field with a point in its name', { 'a\\.b': 1 }, true],
    ['an item of a list by its place', { 'tags.1': 'used' }, true],
    ['null', { sold: null }, true],
    ['a number and a text, which are of two kinds', { year: { $lt: 'a' } }, true],
    ['not equal, of a field that is there', { make: { $ne: 'Ford' } }, true],
    ['not equal, of a field that is not there', { colour: { $ne: 'red' } }, false],
    ['less, of a field that is not there', { colour: { $lt: 'red' } }, false],
    ['there', { sold: { $exists: true } }, true],
    ['not there', { colour: { $exists: false } }, true],
    ['not there, negated', { $not: { colour: { $exists: false } } }, false],
    ['one of', { year: { $in: [2013, 2014] } }, true],
    ['one of, for a list', { tags: { $in: ['used', 'new'] } }, true],
    ['none of', { year: { $nin: [2013] } }, true],
    ['none of, of a field that is not there', { colour: { $nin: ['red'] } }, false],
    ['all of', { tags: { $all: ['used', 'blue'] } }, true],
    ['all of nothing', { tags: { $all: [] } }, false],
    ['a list of that size', { tags: { $size: 2 } }, true],
    ['an item that', { services: { $elemMatch: { km: { $gt: 50_000 }, ok: false } } }, true],
    ['one item that is all of it', { services: { $elemMatch: { km: { $gt: 50_000 }, ok: true } } }, false],
    ['every item', { services: { $allMatch: { km: { $gte: 10_000 } } } }, true],
    ['every item of something else', { make: { $allMatch: { $eq: 'Toyota' } } }, false],
    ['an item that is a value', { tags: { $elemMatch: { $eq: 'blue' } } }, true],
    ['a key that', { owner: { $keyMapMatch: { $eq: 'city' } } }, true],
    ['a remainder', { year: { $mod: [10, 4] } }, true],
    ['a remainder of a text', { make: { $mod: [10, 4] } }, false],
    ['a kind', { tags: { $type: 'array' } }, true],
    ['a beginning', { make: { $beginsWith: 'Toy' } }, true],
    ['a pattern', { make: { $regex: '^T.*a$' } }, true],
    ['a pattern on a number', { year: { $regex: '20' } }, false],
    ['or', { $or: [{ make: 'Ford' }, { year: 2014 }] }, true],
    ['and', { $and: [{ make: 'Toyota' }, { year: { $gt: 2000 } }, { year: { $lt: 2010 } }] }, false],
    ['two ors under an and', { $and: [{ $or: [{ year: 2014 }, { make: 'x' }] }, { $or: [{ year: 2014 }, { make: 'y' }] }] }, true],
    ['neither', { $nor: [{ make: 'Ford' }, { year: 1999 }] }, true],
    ['not', { $not: { make: 'Ford' } }, true],
    ['not, twice', { $not: { $not: { make: 'Ford' } } }, false],
    ['not, of a field that is not there', { $not: { colour: 'red' } }, false],
    ['not, inside a field', { year: { $not: { $gt: 2020 } } }, true],
    ['or, inside a field', { year: { $or: [{ $lt: 2000 }, { $gt: 2010 }] } }, true],
    ['a name that every object inherits', { constructor: { $exists: true } }, false],
    ['a name that every object inherits, under an and', { $and: [{ __proto__x: 1 }, { toString: { $exists: true } }] }, false],
  ])('with %s', (_what, selector, expected) => {
    expect(compileSelector(selector)(car)).toBe(expected);
  });

  it.each<[string, Json]>([
    ['a list', []],
    ['an operator that there is not', { make: { $like: 'T%' } }],
    ['$text', { $text: 'Toyota' }],
    ['$in without a list', { make: { $in: 'Toyota' } }],
    ['$mod by zero', { year: { $mod: [0, 1] } }],
    ['$exists of a text', { make: { $exists: 'yes' } }],
    ['$or of texts', { $or: ['a'] }],
    ['a pattern that is none', { make: { $regex: '(' } }],
    ['too many levels', JSON.parse('{"a":'.repeat(50) + '1' + '}'.repeat(50)) as Json],
  ])('that is or has %s is refused as a query of CouchDB', (_what, selector) => {
    expect(() => compileSelector(selector)).toThrowError(/^error handling CouchDB request\. Error:\w+, {2}Status Code:400, {2}Reason:/);
  });

  it('cannot reach what all objects share', () => {
    const hostile = JSON.parse('{"$and":[{"__proto__":{"polluted":1}},{"constructor":{"polluted":1}}]}') as Json;
    expect(compileSelector(hostile)(car)).toBe(false);
    expect('polluted' in {}).toBe(false);
  });

  it('says the same as PouchDB, where that follows CouchDB', () => {
    let matching = 0;
    for (let seed = firstSeed; seed < firstSeed + 3_000; seed += 1) {
      const random = createRandom(seed);
      const document = randomDocument(random);
      const selector = randomSelector(random);
      const expected = matchesSelector(document, selector);
      expect(compileSelector(selector)(document), `seed ${seed}: ${JSON.stringify(selector)} on ${JSON.stringify(document)}`).toBe(expected);
      if (expected) matching += 1;
    }
    expect(matching).toBeGreaterThan(300);
  });
});

describe('the order of values', () => {
  it('is that of CouchDB: kinds, then within a kind', () => {
    const sorted: Json[] = [null, false, true, -1, 0, 1.5, 2, '', 'a', 'b', '\uffff', '\u{10000}', [], ['a'], ['a', 1], ['b'], {}, { a: 1 }, { a: 2 }, { a: 2, b: 0 }, { b: 0 }];
    const shuffled = sorted.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? 1 : -1));
    expect(shuffled.sort(collate)).toEqual(sorted);
    expect(collate({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(0);
  });
});

const VALUES: readonly Json[] = [0, 1, 2, 'a', 'b', 'ab', true, false, ['a'], ['a', 1], [1, 2]];

/** All fields are there: of absent ones PouchDB's `$ne` says something else. */
function randomDocument(random: Random): Json {
  return { _id: 'k', a: random.pick(VALUES), b: random.pick(VALUES), c: { d: random.pick(VALUES) } };
}

/** One condition a field and one level of `$or` and `$nor`: beyond, PouchDB merges conditions and loses some. */
function randomSelector(random: Random): Json {
  const fields = Object.fromEntries(['a', 'b', 'c.d'].filter(() => random.chance(0.5)).map((name) => [name, randomCondition(random)]));
  if (random.chance(0.6)) return fields;
  const parts = Array.from({ length: 1 + random.below(3) }, () => ({ [random.pick(['a', 'b', 'c.d'])]: { $eq: random.pick(VALUES) } }));
  return { ...fields, [random.pick(['$or', '$nor'])]: parts };
}

function randomCondition(random: Random): Json {
  const operator = random.pick(['$eq', '$lt', '$lte', '$gt', '$gte', '$in', '$nin', '$size', '$type', '$all', '$exists', '$regex']);
  switch (operator) {
    case '$in':
    case '$nin':
    case '$all':
      return { [operator]: Array.from({ length: 1 + random.below(3) }, () => random.pick([0, 1, 2, 'a', 'b'])) };
    case '$size':
      return { $size: random.below(3) };
    case '$type':
      return { $type: random.pick(['number', 'string', 'boolean', 'array', 'object', 'null']) };
    case '$exists':
      return { $exists: random.chance(0.5) };
    case '$regex':
      return { $regex: random.pick(['^a', 'b$', '.', 'ab?']) };
    default:
      return { [operator]: random.pick(VALUES) };
  }
}
