import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountKey, accountTrieKey, codeKey, storageKey, storageRange, storageTrieKey, storageTrieRange } from './state-keys';
import { WriteSet } from './write-set';

const compare = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);

describe('WriteSet', () => {
  it('gives each key once, with its last value, in the order of bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 3 }), fc.option(fc.uint8Array({ minLength: 1, maxLength: 3 }), { nil: undefined }))), (operations) => {
        const set = new WriteSet();
        const last = new Map<string, Uint8Array | undefined>();
        for (const [key, value] of operations) {
          set.set(key, value);
          last.set(Buffer.from(key).toString('hex'), value);
        }
        const sorted = set.sorted();
        expect(new Map(sorted.map(({ key, value }) => [Buffer.from(key).toString('hex'), value]))).toEqual(last);
        expect(sorted.map(({ key }) => key)).toEqual(sorted.map(({ key }) => key).sort(compare));
      }),
    );
  });
});

describe('state keys', () => {
  const address = new Uint8Array(20).fill(0xff);
  const neighbour = Uint8Array.from([...new Uint8Array(19).fill(0xff), 0xfe]);
  const slot = new Uint8Array(32).fill(0xff);

  it('keep what belongs together apart from everything else', () => {
    const keys = [accountKey(address), storageKey(address, slot), codeKey(slot), accountTrieKey(Uint8Array.of()), accountTrieKey(Uint8Array.of(1)), storageTrieKey(address, Uint8Array.of())];
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(keys.length);
  });

  it('make a range that holds one account\'s slots and nodes and nobody else\'s, even for the highest address', () => {
    const inside = (key: Uint8Array, { from, to }: { from: Uint8Array; to: Uint8Array }): boolean => compare(key, from) >= 0 && compare(key, to) < 0;
    expect(inside(storageKey(address, slot), storageRange(address))).toBe(true);
    expect(inside(storageKey(address, new Uint8Array(32)), storageRange(address))).toBe(true);
    expect(inside(storageKey(neighbour, slot), storageRange(address))).toBe(false);
    expect(inside(codeKey(new Uint8Array(32)), storageRange(address))).toBe(false);
    expect(inside(storageTrieKey(address, Uint8Array.of(15, 15, 15)), storageTrieRange(address))).toBe(true);
    expect(inside(storageTrieKey(neighbour, Uint8Array.of(15)), storageTrieRange(address))).toBe(false);
  });
});
