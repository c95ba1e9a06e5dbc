import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../testing/random';
import { STATE_KEY_BYTES_MAX } from '../../../core/storage';
import { MemoryState } from '../../../storage/memory/memory-state';
import { COLLECTION_BYTES_MAX, KEY_BYTES_MAX, NAMESPACE_BYTES_MAX } from './limits';
import {
  decodeHashExpiryKey,
  decodePrivatePosition,
  decodeWrittenAt,
  hashExpiryKey,
  hashExpiryRange,
  historyKey,
  historyRange,
  keyHashOf,
  keyTextOf,
  privateExpiryKey,
  privateKey,
  privateMissingKey,
  privateRange,
  privateWriteSetKey,
  privateWrittenAtKey,
  publicKey,
  publicRange,
} from './state-keys';
import { applyTo as applySorted, bytes } from './testing/test-ledger';
import { byUtf8 } from './utf8-order';
import { readEntries } from './world-state';

const ALPHABET = ['\0', '\u0001', 'a', 'b', 'ÿ', '߿', '\uffff', '\ue000', '\u{10000}', '\u{10ffff}', '~'];
const applyTo = (state: MemoryState, writes: Parameters<typeof applySorted>[1]) => applySorted(state, writes.toSorted((a, b) => Buffer.compare(a.key, b.key)));
const seed = Number(process.env.SEED ?? 1);

function randomTexts(count: number): string[] {
  const random = createRandom(seed);
  return [...new Set(Array.from({ length: count }, () => Array.from({ length: random.below(5) }, () => random.pick(ALPHABET)).join('')))];
}

describe('keys of the world state', () => {
  it('sort by the UTF-8 bytes of the text, whatever characters it has', () => {
    const texts = randomTexts(400);
    const byBytes = [...texts].sort((a, b) => Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')));
    expect([...texts].sort(byUtf8), `seed ${seed}`).toEqual(byBytes);
    expect([...texts].sort((a, b) => Buffer.compare(publicKey('ns', a), publicKey('ns', b))), `seed ${seed}`).toEqual(byBytes);
    // The plain order of JavaScript is another one: the test would see it.
    expect([...texts].sort()).not.toEqual(byBytes);
  });

  it('of one namespace are not in the range of another, nor of a collection in another', () => {
    const state = new MemoryState();
    const texts = randomTexts(200);
    for (const namespace of ['n', 'n\u0001', 'na', 'm']) {
      applyTo(state, texts.map((key) => ({ key: publicKey(namespace, key), value: bytes(namespace) })));
      for (const collection of ['c', 'ca']) applyTo(state, texts.map((key) => ({ key: privateKey(namespace, collection, key), value: bytes(namespace + collection) })));
    }
    for (const namespace of ['n', 'n\u0001', 'na', 'm']) {
      const all = [...readEntries(state, publicRange(namespace, '', ''))];
      expect(all.map(({ key }) => keyTextOf(key, namespace))).toEqual([...texts].sort(byUtf8));
      expect(all.every(({ value }) => Buffer.from(value).toString() === namespace)).toBe(true);
      const secret = [...readEntries(state, privateRange(namespace, 'c', '', ''))];
      expect(secret.map(({ key }) => keyTextOf(key, namespace, 'c'))).toEqual([...texts].sort(byUtf8));
      expect(secret.every(({ value }) => Buffer.from(value).toString() === `${namespace}c`)).toBe(true);
    }
  });

  it('between two bounds are those that a plain comparison finds', () => {
    const state = new MemoryState();
    const texts = randomTexts(200);
    applyTo(state, texts.map((key) => ({ key: publicKey('n', key), value: bytes('v') })));
    const sorted = [...texts].sort(byUtf8);
    for (const [start, end] of [['', 'a'], ['a', ''], ['\u0001', '\u{10ffff}'], ['b', 'a'], ['a', 'a']] as const) {
      const expected = sorted.filter((key) => byUtf8(key, start) >= 0 && (end === '' || byUtf8(key, end) < 0));
      expect([...readEntries(state, publicRange('n', start, end))].map(({ key }) => keyTextOf(key, 'n'))).toEqual(expected);
    }
  });

  it('fit the engine at their longest', () => {
    const longest = ['n'.repeat(NAMESPACE_BYTES_MAX), 'c'.repeat(COLLECTION_BYTES_MAX), 'k'.repeat(KEY_BYTES_MAX)] as const;
    const [namespace, collection, key] = longest;
    const position = { block: 2 ** 48 - 1, transaction: 2 ** 32 - 1, namespace, collection };
    for (const made of [privateKey(...longest), publicKey(namespace, key), privateExpiryKey(2 ** 48 - 1, position), hashExpiryKey(1, 1, namespace, collection, keyHashOf(key))]) {
      expect(made.length).toBeLessThanOrEqual(STATE_KEY_BYTES_MAX);
    }
  });

  it.each([
    ['too long', () => publicKey('n', 'k'.repeat(KEY_BYTES_MAX + 1)), 'use a shorter key'],
    ['half a character', () => publicKey('n', '\ud800'), 'must be a UTF-8 string'],
    ['in a namespace with a zero byte', () => publicKey('n\0', 'k'), 'not a name of a namespace'],
    ['in a collection that is too long', () => privateKey('n', 'c'.repeat(COLLECTION_BYTES_MAX + 1), 'k'), 'not a name of a collection'],
  ])('are refused when they are %s, with what to do', (_what, make, message) => {
    expect(make).toThrowError(message);
  });

  it('say what they are about', () => {
    const position = { block: 7, transaction: 3, namespace: 'n', collection: 'c' };
    for (const key of [privateWriteSetKey(7, 3, 'n', 'c'), privateMissingKey(7, 3, 'n', 'c'), privateExpiryKey(99, position)]) {
      expect(decodePrivatePosition(key)).toEqual(position);
    }
    const keyHash = keyHashOf('k');
    expect(decodeHashExpiryKey(hashExpiryKey(9, 4, 'n', 'c', keyHash))).toEqual({ committed: 4, namespace: 'n', collection: 'c', keyHash: Buffer.from(keyHash) });
    expect(decodeWrittenAt(privateWrittenAtKey('n', 'c', keyHash, 12, 5))).toEqual({ block: 12, transaction: 5 });
  });

  it('keep the writes of one key together and in order, apart from those of every other', () => {
    const state = new MemoryState();
    const places = [[1, 0], [1, 5], [2, 1], [300, 0]] as const;
    for (const key of ['a', 'a\0', '', '\0a']) applyTo(state, places.map(([block, transaction]) => ({ key: historyKey('n', key, block, transaction), value: bytes(key === '' ? '-' : key) })));
    const found = [...readEntries(state, historyRange('n', 'a\0'))];
    expect(found.map(({ key }) => decodeWrittenAt(key))).toEqual(places.map(([block, transaction]) => ({ block, transaction })));
    expect([...readEntries(state, hashExpiryRange(1))]).toEqual([]);
  });
});
