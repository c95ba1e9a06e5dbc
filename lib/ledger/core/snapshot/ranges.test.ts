import { describe, expect, it } from 'vitest';
import { MemoryState } from '../../storage/memory/memory-state';
import { toOverlay } from '../../storage/chain-state';
import { expectCanonical } from '../../testing/expect-canonical';
import { createRandom, type Random } from '../../testing/random';
import { ByteWriter, CodecError } from '../codec';
import { sha256Hex } from '../crypto';
import { merkleProof } from '../merkle';
import type { StateEntry } from '../storage';
import { ZERO_HASH } from '../types';
import { describeState, readRange } from './describe-state';
import { checkRange, decodeRange, encodeRange, RANGE_BYTES, RANGE_MESSAGE_BYTES_MAX, VALUE_BYTES_MAX } from './ranges';

const noPause = async (): Promise<void> => undefined;

function stateOf(entries: readonly StateEntry[]): MemoryState {
  const state = new MemoryState();
  state.apply(toOverlay(entries));
  return state;
}

function randomEntries(random: Random, count: number, valueMax: number): StateEntry[] {
  const keys = new Map(Array.from({ length: count }, () => random.bytes(1 + random.below(random.pick([3, 40, 1_024])))).map((key) => [Buffer.from(key).toString('latin1'), key]));
  return [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => ({ key, value: new Uint8Array(1 + random.below(valueMax)).fill(1 + random.below(255)) }));
}

const digest = (entries: readonly StateEntry[]): string => sha256Hex(...entries.flatMap(({ key, value }) => [Buffer.from(`${key.length} ${value.length} `), key, value]));

describe('a state in ranges', () => {
  it('is put together again from its ranges, each proved by itself (seeds 1 to 4)', async () => {
    for (let seed = 1; seed <= 4; seed += 1) {
      const random = createRandom(seed);
      const entries = randomEntries(random, 400 + random.below(2_000), random.pick([200, 3_000]));
      const state = stateOf(entries);
      const description = await describeState(state, noPause);
      expect(description.ranges.length).toBeGreaterThan(1);
      const facts = { stateHash: description.stateHash, ranges: description.ranges.length };
      const again = description.ranges.flatMap((range, index) => checkRange(facts, index, encodeRange(readRange(state, range), description.proofOf(index))));
      expect(digest(again)).toBe(digest(entries));
      expect(description.bytes).toBe(entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0));
    }
  });

  it('leaves out what is a peer’s own, so that peers with other keys of their own describe the same state', async () => {
    const shared = [{ key: Uint8Array.of(0x01), value: Uint8Array.of(1) }, { key: Uint8Array.of(0x3f, 0xff), value: Uint8Array.of(2) }];
    const own = { key: Uint8Array.of(0x40), value: Uint8Array.of(3) };
    const described = await describeState(stateOf([...shared, own]), noPause, 0x40);
    expect(described.stateHash).toBe((await describeState(stateOf(shared), noPause)).stateHash);
    expect(described.stateHash).not.toBe((await describeState(stateOf([...shared, own]), noPause)).stateHash);
    expect(described.ranges.flatMap((range) => readRange(stateOf([...shared, own]), range))).toHaveLength(2);
  });

  it('is cut alike however it came about, and named otherwise when anything in it differs', async () => {
    const entries = randomEntries(createRandom(9), 900, 2_000);
    const [first] = entries;
    if (first === undefined) throw new Error('there are entries');
    const roundabout = stateOf([]);
    for (const entry of entries.toReversed()) roundabout.apply(toOverlay([{ ...entry, value: Buffer.from('earlier') }]));
    roundabout.apply(toOverlay(entries));
    const named = async (state: MemoryState) => (await describeState(state, noPause)).stateHash;
    const name = await named(stateOf(entries));
    expect(await named(roundabout)).toBe(name);
    expect(await named(stateOf(entries.slice(1)))).not.toBe(name);
    expect(await named(stateOf([{ ...first, value: Buffer.from('other') }, ...entries.slice(1)]))).not.toBe(name);
    expect(await named(stateOf([]))).toBe(ZERO_HASH);
  });

  it('ends a range with the entry that fills it', async () => {
    const value = new Uint8Array(RANGE_BYTES / 4 - 2);
    const entries = Array.from({ length: 9 }, (_, at) => ({ key: Buffer.from(`k${at}`), value }));
    const { ranges } = await describeState(stateOf(entries), noPause);
    expect(ranges.map((range) => range.entries)).toEqual([4, 4, 1]);
    expect(ranges.map(({ firstKey }) => Buffer.from(firstKey).toString())).toEqual(['k0', 'k4', 'k8']);
  });

  it('lets others have their turn, and ends when nobody wants it any more', async () => {
    let pauses = 0;
    const entries = randomEntries(createRandom(2), 1_000, 50);
    await describeState(stateOf(entries), async () => void (pauses += 1));
    expect(pauses).toBeGreaterThan(10);
    await expect(describeState(stateOf(entries), async () => Promise.reject(new Error('not wanted')))).rejects.toThrow('not wanted');
  });

  it('with a value that no message could carry has no snapshot', async () => {
    await expect(describeState(stateOf([{ key: Buffer.from('k'), value: new Uint8Array(VALUE_BYTES_MAX + 1) }]), noPause)).rejects.toThrow(/has no snapshot/);
    const largest = stateOf([{ key: new Uint8Array(1_024).fill(1), value: new Uint8Array(VALUE_BYTES_MAX) }]);
    const { ranges, proofOf } = await describeState(largest, noPause);
    const [range] = ranges;
    if (range === undefined) throw new Error('there is a range');
    const bytes = encodeRange(readRange(largest, range), proofOf(0));
    expect(bytes.length).toBeLessThanOrEqual(RANGE_MESSAGE_BYTES_MAX);
    expect(decodeRange(bytes).entries).toHaveLength(1);
  });
});

describe('a range that somebody sent', () => {
  const entries = [
    { key: Buffer.from('a'), value: Buffer.from('1') },
    { key: Buffer.from('ab'), value: Buffer.from('22') },
  ];
  const siblings = merkleProof([Buffer.from('x'), Buffer.from('y'), Buffer.from('z')], 1).siblings;

  it('has one form', () => {
    expectCanonical(encodeRange(entries, { siblings }), decodeRange, (range) => encodeRange(range.entries, range));
  });

  it('is refused when it is of another state, another place, or changed in any byte', async () => {
    const state = stateOf(randomEntries(createRandom(3), 800, 1_500));
    const { stateHash, ranges, proofOf } = await describeState(state, noPause);
    const facts = { stateHash, ranges: ranges.length };
    const rangeAt = (index: number) => encodeRange(readRange(state, ranges[index]!), proofOf(index));
    expect(checkRange(facts, 1, rangeAt(1)).length).toBeGreaterThan(0);
    expect(() => checkRange(facts, 0, rangeAt(1))).toThrow(CodecError);
    expect(() => checkRange({ ...facts, ranges: ranges.length + 1 }, 1, rangeAt(1))).toThrow(CodecError);
    expect(() => checkRange({ ...facts, stateHash: ZERO_HASH }, 1, rangeAt(1))).toThrow(CodecError);
    const random = createRandom(4);
    for (let round = 0; round < 300; round += 1) {
      const changed = Uint8Array.from(rangeAt(1));
      const at = random.below(changed.length);
      changed[at] = changed[at]! ^ (1 + random.below(255));
      expect(() => checkRange(facts, 1, changed), `byte ${at}`).toThrow(CodecError);
    }
  });

  it('is refused when its keys do not ascend, it is empty, endless or of another format', () => {
    const encoded = (list: StateEntry[]) => encodeRange(list, { siblings });
    expect(() => decodeRange(encoded(entries.toReversed()))).toThrow(/ascend/);
    expect(() => decodeRange(encoded([entries[0]!, entries[0]!]))).toThrow(/ascend/);
    expect(() => decodeRange(encoded([{ key: new Uint8Array(0), value: Buffer.from('1') }]))).toThrow(/a key and a value/);
    expect(() => decodeRange(encoded([{ key: Buffer.from('a'), value: new Uint8Array(0) }]))).toThrow(/a key and a value/);
    expect(() => decodeRange(encoded([{ key: new Uint8Array(1_025), value: Buffer.from('1') }]))).toThrow(CodecError);
    expect(() => decodeRange(encoded(['a', 'b'].map((key) => ({ key: Buffer.from(key), value: new Uint8Array(RANGE_BYTES) }))))).toThrow(/goes on after its end/);
    expect(() => decodeRange(new Uint8Array(RANGE_MESSAGE_BYTES_MAX + 1))).toThrow(CodecError);
    expect(() => decodeRange(Uint8Array.from(encoded(entries)).with(0, 2))).toThrow(/format 2/);
    expect(() => decodeRange(encodeRange(entries, { siblings: Array.from({ length: 17 }, () => new Uint8Array(32)) }))).toThrow(CodecError);
    expect(() => checkRange({ stateHash: ZERO_HASH, ranges: 1 }, 0, encoded([]))).toThrow(CodecError);
    expect(() => decodeRange(new ByteWriter().u8(1).u32(0).u32(0xffff_ffff).finish())).toThrow(CodecError);
  });
});
