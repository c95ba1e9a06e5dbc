import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random';
import { FRAME_HEAD_BYTES, frameBytes, FrameKind, readFrame, writeFrame, type Frame, type FramePlace } from './frame';

const place: FramePlace = { salt: Buffer.alloc(16, 7), segment: 3, offset: 1_000 };
const frame: Frame = { kind: FrameKind.block, chain: 42, sequence: 2 ** 40, payload: Buffer.from('payload') };

function written(target: Frame = frame): Buffer {
  const bytes = Buffer.alloc(frameBytes(target) + 5);
  expect(writeFrame(bytes, 0, target, place)).toBe(frameBytes(target));
  return bytes;
}

describe('frame', () => {
  it('comes back from its bytes', () => {
    expect(readFrame(written(), 0, place)).toEqual({ ...frame, payload: Buffer.from('payload') });
    expect(frameBytes(frame)).toBe(FRAME_HEAD_BYTES + 7);
    const empty = { ...frame, payload: Buffer.alloc(0) };
    expect(readFrame(written(empty), 0, place)).toEqual(empty);
  });

  it('is none at another offset, in another segment or under another salt: a transaction cannot carry one', () => {
    const bytes = written();
    expect(readFrame(bytes, 0, { ...place, offset: 1_001 })).toBeUndefined();
    expect(readFrame(bytes, 0, { ...place, segment: 4 })).toBeUndefined();
    expect(readFrame(bytes, 0, { ...place, salt: Buffer.alloc(16, 8) })).toBeUndefined();
  });

  it('is none with any bit flipped or any byte missing', () => {
    const bytes = written();
    for (let bit = 0; bit < frameBytes(frame) * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readFrame(changed, 0, place), `bit ${bit}`).toBeUndefined();
    }
    for (let length = 0; length < frameBytes(frame); length += 1) expect(readFrame(bytes.subarray(0, length), 0, place)).toBeUndefined();
  });

  it('is not found in zeros or in noise (seed 9)', () => {
    const random = createRandom(9);
    expect(readFrame(Buffer.alloc(1_000), 0, place)).toBeUndefined();
    for (let round = 0; round < 2_000; round += 1) expect(readFrame(Buffer.from(random.bytes(64)), random.below(64), place)).toBeUndefined();
    expect(readFrame(written(), -1, place)).toBeUndefined();
  });
});
