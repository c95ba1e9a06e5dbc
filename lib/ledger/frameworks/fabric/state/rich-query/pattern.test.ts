import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../testing/random';
import { compilePattern } from './pattern';

const firstSeed = Number(process.env.SEED ?? 1);

describe('a pattern', () => {
  it('finds what JavaScript finds', () => {
    let found = 0;
    for (let seed = firstSeed; seed < firstSeed + 1_000; seed += 1) {
      const random = createRandom(seed);
      const source = randomPattern(random, 3);
      const expression = new RegExp(source, 'u');
      const matches = compilePattern(source);
      for (let count = 0; count < 10; count += 1) {
        const text = Array.from({ length: random.below(8) }, () => random.pick(['a', 'b', 'c', '1', '_', ' ', '\u{1f600}', '-'])).join('');
        const expected = expression.test(text);
        expect(matches(text), `seed ${seed}: ${source} on ${JSON.stringify(text)}`).toBe(expected);
        if (expected) found += 1;
      }
    }
    expect(found).toBeGreaterThan(1_000);
  });

  it.each([
    ['^asset[0-9]+$', 'asset12', true],
    ['(?i)TOYOTA', 'a toyota', true],
    ['(?i)[a-c]X', 'Bx', true],
    ['a{2,3}b', 'aab', true],
    ['^a{2,3}$', 'aaaa', false],
    ['^(a|bc){2}$', 'abc', true],
    ['x{,2}', 'x{,2}', true],
    ['\\x41\\.', 'A.', true],
    ['[]a]', ']', true],
    ['[a-]', '-', true],
    ['[^\\d]', '5', false],
    ['line$', 'line\n', true],
    ['line\\z', 'line\n', false],
    ['\\bword\\b', 'a word.', true],
    ['\\Bord', 'word', true],
    ['', '', true],
    ['(?:ab)*?c', 'ababc', true],
    ['a.c', 'a\nc', false],
  ])('%s on %j: %s', (source, text, expected) => {
    expect(compilePattern(source)(text)).toBe(expected);
  });

  it.each(['(', ')', '[a', 'a**b(', '*a', '(?=a)', '(?<!a)', '\\1', '\\p{L}', '[[:alpha:]]', 'a{3,2}', 'a{9999}', 'a*+', '[b-a]', '\\x4', '\\'])(
    'that is or needs %s is refused, with the reason',
    (source) => {
      expect(() => compilePattern(source)).toThrowError(/Bad argument for operator \$regex: /);
    },
  );

  it('takes no time that grows faster than the text', () => {
    const matches = compilePattern('^(a+)+(a|aa)*b$');
    expect(matches('a'.repeat(20_000))).toBe(false);
  });

  it('that would become too large is refused, whatever it is made of', () => {
    for (const source of ['((a{500}){500}){500}', '((((){500}){500}){500}){500}', 'a'.repeat(2_000), `${'('.repeat(60)}a${')'.repeat(60)}`]) {
      expect(() => compilePattern(source), source.slice(0, 30)).toThrowError(/Bad argument for operator \$regex: /);
    }
  });

  it('gives up on more text than it may look at', () => {
    const matches = compilePattern('(a?){400}b');
    const text = 'a'.repeat(10_000);
    expect(() => {
      for (let count = 0; count < 30; count += 1) matches(text);
    }).toThrowError('too much work');
  });
});

function randomPattern(random: Random, depth: number): string {
  const parts = Array.from({ length: 1 + random.below(3) }, () => randomPart(random, depth)).join('');
  return random.chance(0.2) ? `${parts}|${randomPart(random, depth)}` : parts;
}

function randomPart(random: Random, depth: number): string {
  const atom = randomAtom(random, depth);
  return atom.length > 1 && atom.startsWith('\\b') ? atom : atom + random.pick(['', '', '*', '+', '?', '{2}', '{1,3}', '{1,}', '*?']);
}

function randomAtom(random: Random, depth: number): string {
  if (depth > 0 && random.chance(0.3)) return `${random.pick(['(', '(?:'])}${randomPattern(random, depth - 1)})`;
  if (random.chance(0.05)) return '\\b';
  return random.pick(['a', 'b', 'c', '1', '.', '[ab]', '[^a]', '[a-c_]', '\\d', '\\w', '\\W', '\\s', '\u{1f600}', '\\-'.slice(1)]);
}
