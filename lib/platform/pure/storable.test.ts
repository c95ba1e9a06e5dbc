import { describe, expect, it } from 'vitest';
import { findUnstorable, nestingMax } from './storable';

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('findUnstorable', () => {
  it('lets through what the database can hold, in every script', () => {
    for (const value of ['', 'tide', 'Ströme\n\t', '潮汐', '😀', null, 7, true, undefined, { a: ['x', { b: null }] }]) {
      expect(findUnstorable(value)).toBeUndefined();
    }
  });

  it('names the place of the character that no database text can hold, also in a name', () => {
    expect(findUnstorable('a\0b')).toMatchObject({ path: '', message: expect.stringMatching(/./) });
    expect(findUnstorable({ data: { names: ['ok', 'a\0b'] } })).toMatchObject({ path: 'data.names.1' });
    expect(findUnstorable({ data: { 'a\0b': 1 } })).toMatchObject({ path: 'data' });
  });

  it('refuses half of a surrogate pair, on either side', () => {
    for (const half of ['\ud83d', '\ude00', 'x\ud83dy', '\ude00\ud83d']) expect(findUnstorable([half])).toMatchObject({ path: '0' });
  });

  it('stops at a nesting on which code that calls itself would run out of stack, however deep it is', () => {
    expect(findUnstorable(nested(nestingMax))).toBeUndefined();
    expect(findUnstorable(nested(nestingMax + 1))).toMatchObject({ message: expect.stringContaining(String(nestingMax)) });
    expect(findUnstorable(nested(200_000))).toMatchObject({ message: expect.stringContaining(String(nestingMax)) });
  });
});
