import { describe, expect, it } from 'vitest';
import { compact } from './compact';

describe('compact', () => {
  it('leaves no view of a larger memory in what is sent, however deep', () => {
    const large = new Uint8Array(10_000).fill(1);
    const value = { list: [large.subarray(3, 5), [Buffer.from('ab')]], whole: Uint8Array.of(7), nothing: undefined, count: 2n };
    const sent = compact(value) as typeof value;
    expect(sent).toEqual({ list: [Uint8Array.of(1, 1), [Uint8Array.of(0x61, 0x62)]], whole: Uint8Array.of(7), nothing: undefined, count: 2n });
    expect((sent.list[0] as Uint8Array).buffer.byteLength).toBe(2);
    // A Buffer that the platform cut from its pool.
    expect((sent.list[1] as Uint8Array[])[0]!.buffer.byteLength).toBe(2);
    expect(sent.whole).toBe(value.whole);
  });
});
