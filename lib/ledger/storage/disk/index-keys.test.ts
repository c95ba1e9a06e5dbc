import { describe, expect, it } from 'vitest';
import { chainId } from '../../core/types';
import { MemoryState } from '../memory/memory-state';
import { keyName, SortedMap } from '../sorted-map';
import { allOf, allOfChain, blockKey, chainOfKey, decodeChainRecord, decodeLocation, decodePosition, encodeChainRecord, encodeLocation, encodePosition, indexKey, noteKey, stateOfChain } from './index-keys';
import { EMPTY_SUM } from './index-sum';
import { decodeNote, decodeWrites, encodeNote, encodeWrites } from './payloads';

const inside = (key: Uint8Array, { from, to }: { from: Uint8Array; to: Uint8Array }): boolean => Buffer.compare(key, from) >= 0 && Buffer.compare(key, to) < 0;

describe('keys of the index', () => {
  it('of one chain and kind lie together, apart from all others', () => {
    const numbers = [0, 1, 2, 255, 256, 0xffff_fffe, 0xffff_ffff];
    for (const own of numbers) {
      for (const other of numbers) {
        for (const key of [blockKey(other, 0), blockKey(other, 2 ** 47), indexKey('block', other, Buffer.alloc(9, 0xff))]) {
          expect(inside(key, allOfChain('block', own))).toBe(own === other);
          expect(inside(key, allOfChain('state', own))).toBe(false);
        }
        expect(inside(noteKey(other, 'stopped'), allOfChain('note', own))).toBe(own === other);
      }
      expect(inside(indexKey('chain', own), allOf('chain'))).toBe(true);
      expect(inside(indexKey('sweep', own), allOf('chain'))).toBe(false);
      expect(chainOfKey(indexKey('chain', own))).toBe(own);
    }
  });

  it('sort blocks by height', () => {
    const heights = [0, 1, 255, 256, 65_536, 2 ** 40];
    const keys = heights.map((height) => keyName(blockKey(7, height)));
    expect([...keys].sort()).toEqual(keys);
  });

  it('show one chain’s state as if it were alone', () => {
    const state = new MemoryState();
    const overlay = new SortedMap<Uint8Array | undefined>();
    for (const chain of [1, 2, 3]) for (const key of ['a', 'b', 'c']) overlay.set(keyName(indexKey('state', chain, Buffer.from(key))), Buffer.from(`${chain}${key}`));
    state.apply(overlay);
    const own = stateOfChain(state, 2);
    expect(Buffer.from(own.get(Buffer.from('b')) ?? []).toString()).toBe('2b');
    const found = own.range({ from: Buffer.from('b'), to: Buffer.from('z'), limit: 9, reverse: true });
    expect(found.map(({ key, value }) => `${Buffer.from(key)}=${Buffer.from(value)}`)).toEqual(['c=2c', 'b=2b']);
  });
});

describe('values of the index and payloads of the log', () => {
  it('come back', () => {
    const position = { segment: 3, offset: 2 ** 40, group: 77, salt: Uint8Array.from({ length: 16 }, (_, at) => at), nextChain: 9, deadBytes: 12, chains: { entries: 3, digest: 2 ** 47 } };
    expect(decodePosition(encodePosition(position))).toEqual(position);
    const record = { number: 5, name: chainId('tide-4417'), height: -1, firstHeight: 7, isStaged: true, logBytes: 2 ** 33, stateBytes: 0, noteDigest: 2 ** 41, entries: 7, digest: 2 ** 40 };
    expect(decodeChainRecord(5, encodeChainRecord(record))).toEqual(record);
    const damaged = { ...record, damage: { segment: 2, offset: 2 ** 33, height: -1 } };
    expect(decodeChainRecord(5, encodeChainRecord(damaged))).toEqual(damaged);
    const location = { segment: 1, offset: 2 ** 35, sizeBytes: 99 };
    expect(decodeLocation(encodeLocation(location))).toEqual(location);
    const writes = [{ key: Buffer.from('a'), value: Buffer.from('1') }, { key: Buffer.from('b') }];
    expect(decodeWrites(encodeWrites(writes))).toEqual(writes);
    expect(decodeNote(encodeNote('stopped', Uint8Array.of(1, 2)))).toEqual({ name: 'stopped', value: Uint8Array.of(1, 2) });
    expect(decodeNote(encodeNote('stopped', undefined))).toEqual({ name: 'stopped', value: undefined });
  });

  it('of another format are told apart', () => {
    const bytes = Uint8Array.from(encodePosition({ segment: 1, offset: 40, group: 0, salt: new Uint8Array(16), nextChain: 1, deadBytes: 0, chains: EMPTY_SUM }));
    bytes[0] = 1;
    expect(decodePosition(bytes)).toBeUndefined();
  });
});
