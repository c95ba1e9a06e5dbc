import { describe, expect, it } from 'vitest';
import { expectCanonical } from '../../testing/expect-canonical';
import { fakeRules } from '../../testing/fake-validators';
import { CodecError } from '../codec';
import { believableOf, decodeRules, encodeRules, faultsTolerated, findRulesFault, hashRules, indexOfValidator, proposerAt, quorumOf, rulesAt, VALIDATORS_MAX, type ChainRules, type Finality } from './rules';

/** Every set of so many of the validators, as bits. */
function setsOf(size: number, validators: number): number[] {
  return Array.from({ length: 2 ** validators }, (_, set) => set).filter((set) => countBits(set) === size);
}

function countBits(set: number): number {
  let count = 0;
  for (let rest = set; rest > 0; rest >>>= 1) count += rest & 1;
  return count;
}

describe('a quorum', () => {
  it('is a majority with crash finality, more than two thirds with byzantine finality, and who is there alone', () => {
    const table = (finality: Finality) => Array.from({ length: 16 }, (_, at) => quorumOf(finality, at + 1));
    expect(table('crash')).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9]);
    expect(table('byzantine')).toEqual([1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 9, 10, 11, 11]);
    expect(quorumOf('solo', 1)).toBe(1);
  });

  it('tolerates as many faults as the modes promise', () => {
    const table = (finality: Finality) => Array.from({ length: 16 }, (_, at) => faultsTolerated(finality, at + 1));
    expect(table('crash')).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]);
    expect(table('byzantine')).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5]);
  });

  // Validators are alike, so it is enough to hold one quorum against all others.
  it.each(Array.from({ length: 16 }, (_, at) => at + 1))('shares an honest validator with every other quorum, and is there without the faulty ones (%i validators)', (count) => {
    for (const finality of ['crash', 'byzantine'] as const) {
      const [quorum, faults] = [quorumOf(finality, count), faultsTolerated(finality, count)];
      const liars = finality === 'byzantine' ? faults : 0;
      const first = 2 ** quorum - 1;
      for (const other of setsOf(quorum, count)) expect(countBits(first & other), `${finality} ${other.toString(2)}`).toBeGreaterThan(liars);
      expect(count - faults, finality).toBeGreaterThanOrEqual(quorum);
      // One more fault is one too many: nothing is given away.
      expect(count - (faults + 1), finality).toBeLessThan(quorum);
    }
  });

  it('would not, were it one smaller where no validator is to spare (4, 7, 10, 13, 16)', () => {
    for (let count = 4; count <= 16; count += 3) {
      const quorum = quorumOf('byzantine', count) - 1;
      const overlap = Math.min(...setsOf(quorum, count).map((other) => countBits((2 ** quorum - 1) & other)));
      expect(overlap, `${count} validators`).toBeLessThanOrEqual(faultsTolerated('byzantine', count));
    }
  });

  it('is more than are needed to believe a word: of those one cannot lie', () => {
    for (let count = 1; count <= 16; count += 1) {
      expect(believableOf('byzantine', count)).toBe(faultsTolerated('byzantine', count) + 1);
      expect(believableOf('byzantine', count)).toBeLessThanOrEqual(quorumOf('byzantine', count));
      expect(believableOf('crash', count)).toBe(1);
    }
  });
});

describe('turns to propose', () => {
  it('come to everybody once in as many rounds as there are validators, at each height from one further on', () => {
    for (const count of [1, 3, 4, 7, 16]) {
      const rules = fakeRules('byzantine', count);
      for (const height of [1, 2, 17, 1_000_000]) {
        const turns = Array.from({ length: count }, (_, round) => proposerAt(rules, height, round));
        expect(turns.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
        expect(proposerAt(rules, height + 1, 0)).toBe(proposerAt(rules, height, 1));
      }
    }
  });
});

describe('an upgrade', () => {
  const rules: ChainRules = { ...fakeRules('crash', 3), upgrade: { engineVersion: 2, height: 10 } };

  it('is in force from its height on, and no longer announced then', () => {
    expect(rulesAt(rules, 9)).toBe(rules);
    expect(rulesAt(rules, 10)).toEqual({ ...fakeRules('crash', 3), engineVersion: 2 });
    expect(rulesAt(rulesAt(rules, 10), 99)).toEqual(rulesAt(rules, 10));
  });

  it('goes upwards alone', () => {
    expect(findRulesFault(rules)).toBeUndefined();
    for (const engineVersion of [0, 1]) expect(findRulesFault({ ...rules, upgrade: { engineVersion, height: 10 } })).toMatch(/not above 1/);
  });
});

describe('rules', () => {
  const byzantine = fakeRules('byzantine', 4);

  it.each<[string, ChainRules, RegExp]>([
    ['nobody', fakeRules('crash', 0), /at least 3 validators, not 0/],
    ['nobody alone', fakeRules('solo', 0), /exactly one peer orders, not 0/],
    ['two who order alone', fakeRules('solo', 2), /exactly one peer orders, not 2/],
    ['two with crash finality', fakeRules('crash', 2), /at least 3 validators, not 2/],
    ['three with byzantine finality', fakeRules('byzantine', 3), /at least 4 validators, not 3/],
    ['seventeen', fakeRules('byzantine', 17), /at most 16/],
    ['one without name', { ...fakeRules('solo', 1), validators: [{ name: '', publicKey: Buffer.from('key') }] }, /1 to 64 bytes/],
    ['one whose name could not be read again', { ...fakeRules('solo', 1), validators: [{ name: 'ü'.repeat(33), publicKey: Buffer.from('key') }] }, /1 to 64 bytes/],
    ['one whose key could not be read again', { ...fakeRules('solo', 1), validators: [{ name: 'V0', publicKey: new Uint8Array(257) }] }, /at most 256 bytes/],
    ['two of one name', { ...byzantine, validators: byzantine.validators.map((validator, at) => (at === 3 ? { ...validator, name: 'V0' } : validator)) }, /share a name or a key/],
    ['two with one key', { ...byzantine, validators: byzantine.validators.map((validator, at) => (at === 3 ? { ...validator, publicKey: Buffer.from('key of V0') } : validator)) }, /share a name or a key/],
  ])('of %s are refused, also when they are read', (_name, rules, reason) => {
    expect(findRulesFault(rules)).toMatch(reason);
    expect(() => decodeRules(encodeRules(rules))).toThrow(CodecError);
  });

  it.each<[string, ChainRules]>([
    ['one alone', fakeRules('solo', 1)],
    ['three', fakeRules('crash', 3)],
    ['sixteen', fakeRules('byzantine', VALIDATORS_MAX)],
    ['one of the longest name', { ...fakeRules('solo', 1), validators: [{ name: 'ü'.repeat(32), publicKey: new Uint8Array(256) }] }],
    ['four with an upgrade', { ...byzantine, upgrade: { engineVersion: 7, height: 2 ** 33 } }],
  ])('of %s have one form', (_name, rules) => {
    expect(findRulesFault(rules)).toBeUndefined();
    expect(decodeRules(encodeRules(rules))).toEqual({ ...rules, validators: rules.validators.map(({ name, publicKey }) => ({ name, publicKey: Uint8Array.from(publicKey) })) });
    expectCanonical(encodeRules(rules), decodeRules, encodeRules);
  });

  it('have a name that changes with everything in them, the order of turns included', () => {
    const others: ChainRules[] = [
      { ...byzantine, finality: 'crash' },
      { ...byzantine, engineVersion: 2 },
      { ...byzantine, validators: byzantine.validators.toReversed() },
      { ...byzantine, validators: byzantine.validators.map((validator) => ({ ...validator, name: `${validator.name}b` })) },
      { ...byzantine, validators: byzantine.validators.map((validator, at) => (at === 0 ? { ...validator, publicKey: Buffer.from('another') } : validator)) },
      { ...byzantine, upgrade: { engineVersion: 2, height: 10 } },
      { ...byzantine, upgrade: { engineVersion: 2, height: 11 } },
      { ...byzantine, upgrade: { engineVersion: 3, height: 10 } },
    ];
    expect(new Set([byzantine, ...others].map(hashRules)).size).toBe(others.length + 1);
    expect(hashRules(fakeRules('byzantine', 4))).toBe(hashRules(byzantine));
  });

  it('know a validator by its key', () => {
    expect(['V0', 'V3', 'V4'].map((name) => indexOfValidator(byzantine, Buffer.from(`key of ${name}`)))).toEqual([0, 3, -1]);
    expect(indexOfValidator(byzantine, new Uint8Array(0))).toBe(-1);
  });
});
