import { describe, expect, it } from 'vitest';
import { nextStateRoot } from './state-root';
import type { StateWrite } from './storage';
import { ZERO_HASH } from './types';

const put = (key: string, value: string): StateWrite => ({ key: Buffer.from(key), value: Buffer.from(value) });

describe('state root', () => {
  const base = nextStateRoot(ZERO_HASH, [put('a', '1'), put('b', '2')]);

  it('is the same for the same history', () => {
    expect(nextStateRoot(ZERO_HASH, [put('a', '1'), put('b', '2')])).toBe(base);
  });

  it.each([
    ['another value', [put('a', '1'), put('b', '3')]],
    ['another key', [put('a', '1'), put('c', '2')]],
    ['a missing write', [put('a', '1')]],
    ['a deletion', [put('a', '1'), { key: Buffer.from('b') }]],
    ['bytes moved from key to value', [put('a', '1'), put('', 'b2')]],
    ['no write at all', []],
  ])('differs for %s', (_name, writes) => {
    const sorted = [...writes].sort((a, b) => Buffer.compare(a.key, b.key));
    expect(nextStateRoot(ZERO_HASH, sorted)).not.toBe(base);
  });

  it('carries the whole history: the same last block on another past differs', () => {
    const other = nextStateRoot(ZERO_HASH, [put('a', '9')]);
    expect(nextStateRoot(base, [put('z', '1')])).not.toBe(nextStateRoot(other, [put('z', '1')]));
  });

  it('refuses writes that are not sorted, each key once', () => {
    expect(() => nextStateRoot(ZERO_HASH, [put('b', '1'), put('a', '1')])).toThrow(RangeError);
    expect(() => nextStateRoot(ZERO_HASH, [put('a', '1'), put('a', '1')])).toThrow(RangeError);
  });
});
