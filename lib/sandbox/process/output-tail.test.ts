import { describe, expect, it } from 'vitest';
import { OutputTail } from './output-tail';

const limits = { logBytesPerSecondMax: 1_000, logBurstBytes: 500, logKeptCharsMax: 100, logLineCharsMax: 20 };
const bytes = (text: string) => Buffer.from(text);

describe('the output of a chaincode', () => {
  it('is kept by lines, whatever the pieces in which it comes', () => {
    const tail = new OutputTail(limits, 0);
    const text = bytes('one\ntwo é\nthree');
    for (const byte of text) tail.write(Buffer.of(byte), 0);
    expect(tail.read()).toEqual(['one', 'two é', 'three']);
    tail.finishLine();
    tail.write(bytes('four\n'), 0);
    expect(tail.read()).toEqual(['one', 'two é', 'three', 'four']);
  });

  it('without end is bounded: the last lines stay, long ones are cut', () => {
    const tail = new OutputTail(limits, 0);
    for (let i = 0; i < 10_000; i++) tail.write(bytes(`line ${i}\n`), i * 1_000);
    const kept = tail.read();
    expect(kept.at(-1)).toBe('line 9999');
    expect(kept.join('\n').length).toBeLessThanOrEqual(100);
    for (let i = 0; i < 1_000; i++) tail.write(bytes('x'.repeat(400)), 1e9 + i * 1_000);
    tail.write(bytes('\n'), 2e9);
    expect(tail.read().at(-1)).toBe(`${'x'.repeat(20)}…`);
  });

  it('waits when it comes faster than it may, for as long as it takes', () => {
    const tail = new OutputTail(limits, 0);
    expect(tail.write(Buffer.alloc(500, 'a'), 0)).toBe(0);
    expect(tail.write(Buffer.alloc(1_000, 'a'), 0)).toBe(1_000);
    expect(tail.write(Buffer.alloc(100, 'a'), 1_000)).toBe(100);
    expect(tail.write(Buffer.alloc(100, 'a'), 10_000)).toBe(0);
  });

  it('plays no tricks on a terminal', () => {
    const tail = new OutputTail({ ...limits, logLineCharsMax: 100 }, 0);
    tail.write(bytes('\u001b[32minfo\u001b[39m a\u0007b\u009b31m\u001b]0;title\u0007\n'), 0);
    expect(tail.read()).toEqual(['info ab31m]0;title']);
  });
});
