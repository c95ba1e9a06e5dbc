import { describe, expect, it } from 'vitest';

import { timeMs } from '../../core/types';
import { checked, idsOf } from '../../testing/ordering-conformance';
import { ChainQueue, HOLD_MS_MAX, SEQUENCE_GAP_MAX } from './chain-queue';

const now = timeMs(1_760_000_000_000);
const caps = { transactionsMax: 1_000, bytesMax: 1_000_000 };
const lane = (sequence: number, next = 0, key = 'a') => checked(`${key}-${sequence}`, { key, sequence, next });
const texts = (batch: readonly { bytes: Uint8Array }[]): string[] => batch.map(({ bytes }) => Buffer.from(bytes).toString());

describe('chain queue', () => {
  it('counts what is ready, held and settled, also when it is settled twice', () => {
    const queue = new ChainQueue();
    queue.place(checked('free'), now);
    queue.place(lane(0), now);
    queue.place(lane(2), now);
    expect([queue.size, queue.ready, queue.held]).toEqual([3, 2, 1]);
    const batch = queue.cut(caps);
    expect([queue.size, queue.ready, queue.held]).toEqual([3, 2, 1]);
    queue.settle(idsOf(batch));
    expect([queue.size, queue.ready, queue.held]).toEqual([1, 0, 1]);
    queue.settle(idsOf(batch));
    expect([queue.size, queue.ready, queue.held]).toEqual([1, 0, 1]);
  });

  it('holds a whole gap and releases it in one go', () => {
    const queue = new ChainQueue();
    for (let sequence = SEQUENCE_GAP_MAX; sequence >= 1; sequence -= 1) expect(queue.place(lane(sequence), now)).toBe('held');
    expect(() => queue.place(lane(SEQUENCE_GAP_MAX + 1), now)).toThrow(/more than 64 ahead/);
    queue.place(lane(0), now);
    expect(texts(queue.cut(caps))).toEqual(Array.from({ length: SEQUENCE_GAP_MAX + 1 }, (_, at) => `a-${at}`));
  });

  it('keeps order over many cuts without growing', () => {
    const queue = new ChainQueue();
    const seen: string[] = [];
    for (let at = 0; at < 5_000; at += 1) {
      queue.place(checked(`t${at}`), now);
      if (at % 3 === 2) {
        const batch = queue.cut({ ...caps, transactionsMax: 3 });
        seen.push(...texts(batch));
        queue.settle(idsOf(batch));
      }
    }
    const batch = queue.cut({ ...caps, transactionsMax: 10_000 });
    seen.push(...texts(batch));
    queue.settle(idsOf(batch));
    expect(seen).toEqual(Array.from({ length: 5_000 }, (_, at) => `t${at}`));
    expect(queue.size).toBe(0);
  });

  it('lets go of what waited too long, and of nothing else', () => {
    const queue = new ChainQueue();
    queue.place(lane(1), now);
    queue.place(lane(1, 0, 'b'), timeMs(now + 1_000));
    queue.place(checked('free'), now);
    expect(queue.expire(timeMs(now + HOLD_MS_MAX))).toHaveLength(0);
    expect(queue.expire(timeMs(now + HOLD_MS_MAX + 1))).toHaveLength(1);
    expect([queue.size, queue.held]).toEqual([2, 1]);
    expect(queue.place(lane(1), timeMs(now + HOLD_MS_MAX + 1))).toBe('held');
    expect(queue.expire(timeMs(now + 3 * HOLD_MS_MAX))).toHaveLength(2);
    expect(queue.size).toBe(1);
  });

  it('names sequence and next in its refusals, for whoever must explain them', () => {
    const queue = new ChainQueue();
    queue.place(lane(7, 7), now);
    for (const [transaction, code] of [[lane(6, 7), 'sequence-too-low'], [checked('x', { key: 'a', sequence: 7, next: 7 }), 'sequence-taken'], [lane(99, 7), 'sequence-too-high']] as const) {
      expect(() => queue.place(transaction, now)).toThrow(expect.objectContaining({ name: 'TransactionRefused', code, details: { sequence: String(transaction.lane?.sequence), next: expect.stringMatching(/^[78]$/) } }));
    }
    expect(queue.size).toBe(1);
  });

  it('counts the bytes inside through all that may happen to a transaction', () => {
    const queue = new ChainQueue();
    const [free, first, second, fourth] = [checked('free'), lane(0), lane(1), lane(3)];
    const bytesOf = (...inside: readonly { bytes: Uint8Array }[]): number => inside.reduce((sum, { bytes }) => sum + bytes.length, 0);
    queue.place(free, now);
    queue.place(free, now);
    queue.place(second, now);
    queue.place(fourth, now);
    expect(queue.bytes).toBe(bytesOf(free, second, fourth));
    queue.place(first, now);
    expect(queue.bytes).toBe(bytesOf(free, first, second, fourth));
    queue.settle(idsOf([free, first, first]));
    expect(queue.bytes).toBe(bytesOf(second, fourth));
    expect(queue.takeHeld()).toEqual([fourth]);
    queue.place(fourth, now);
    queue.expire(timeMs(now + HOLD_MS_MAX + 1));
    expect(queue.bytes).toBe(bytesOf(second));
    queue.settle(idsOf([second]));
    expect(queue.bytes).toBe(0);
  });

  it('does not let a state that moved on elsewhere hold a lane back', () => {
    const queue = new ChainQueue();
    expect(queue.place(lane(5, 3), now)).toBe('held');
    expect(queue.place(lane(4, 4), now)).toBe('queued');
    expect(texts(queue.cut(caps))).toEqual(['a-4', 'a-5']);
  });
});
