import { describe, expect, it } from 'vitest';
import { decodeStopNote, encodeStopNote } from './stop-note';
import { height, timeMs } from './types';

describe('the note that says why a peer is stopped', () => {
  it.each(['operator', 'fault'] as const)('comes back as it was written (%s)', (by) => {
    const note = { by, reason: 'stateRoot differs – so it is', height: height(7), time: timeMs(1_760_000_000_000) };
    expect(decodeStopNote(encodeStopNote(note))).toEqual(note);
    expect(decodeStopNote(undefined)).toBeUndefined();
  });

  it('keeps the beginning of an endless reason', () => {
    const note = decodeStopNote(encodeStopNote({ by: 'fault', reason: 'x'.repeat(100_000), height: height(7), time: timeMs(1) }));
    expect(note?.reason).toBe('x'.repeat(2_000));
  });
});
