import { beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../core/crypto';
import type { CheckedTransaction } from '../core/framework';
import type { Ordering, Placement } from '../core/ordering';
import { chainId, timeMs, type Hash } from '../core/types';
import { createRandom } from './random';

const tide = chainId('tide-4417');
const reef = chainId('reef-2209');
const now = timeMs(1_760_000_000_000);
const caps = { transactionsMax: 100, bytesMax: 1_000_000 };

/** A transaction as a framework would check it; `next` is the lane's next sequence in the state. */
export function checked(text: string, lane?: { key: string; sequence: number; next: number }, cost = 1n): CheckedTransaction {
  const bytes = Buffer.from(text, 'utf8');
  const numbers = lane === undefined ? {} : { lane: { key: lane.key, sequence: BigInt(lane.sequence), next: BigInt(lane.next) } };
  return { id: sha256Hex(bytes), bytes, cost, ...numbers };
}

export function idsOf(batch: readonly CheckedTransaction[]): Hash[] {
  return batch.map(({ id }) => id);
}

/** The ordering socket's contract as tests, for orderings that start empty. */
export function describeOrderingConformance(name: string, create: () => Ordering): void {
  describe(`ordering conformance: ${name}`, () => {
    let ordering: Ordering;
    let bells: string[];
    beforeEach(() => {
      ordering = create();
      bells = [];
      ordering.onReady((chain) => bells.push(chain));
    });
    const place = (transaction: CheckedTransaction, chain = tide): Promise<Placement> => ordering.place(chain, transaction, now);
    const lane = (sequence: number, next = 0, key = 'a'): CheckedTransaction => checked(`${key}-${sequence}`, { key, sequence, next });
    const cut = (chain = tide): string[] => {
      const batch = ordering.cut(chain, caps);
      ordering.settle(chain, idsOf(batch));
      return batch.map(({ bytes }) => Buffer.from(bytes).toString());
    };

    it('gives transactions back in the order they came, each once', async () => {
      for (const text of ['one', 'two', 'three']) expect(await place(checked(text))).toBe('queued');
      expect(cut()).toEqual(['one', 'two', 'three']);
      expect(cut()).toEqual([]);
    });

    it('rings once when a chain gets something to do, not for each transaction', async () => {
      await place(checked('one'));
      await place(checked('two'));
      await place(checked('other'), reef);
      expect(bells).toEqual([tide, reef]);
      cut();
      await place(checked('three'));
      expect(bells).toEqual([tide, reef, tide]);
    });

    it('knows a transaction again until its block was executed', async () => {
      await place(checked('one'));
      expect(await place(checked('one'))).toBe('duplicate');
      const batch = ordering.cut(tide, caps);
      expect(await place(checked('one'))).toBe('duplicate');
      ordering.settle(tide, idsOf(batch));
      expect(await place(checked('one'))).toBe('queued');
      expect(await place(checked('one'), reef)).toBe('queued');
    });

    it('gives the same batch again while it is not settled: a proposal may come to nothing', async () => {
      for (const text of ['one', 'two', 'three']) await place(checked(text));
      const first = ordering.cut(tide, { ...caps, transactionsMax: 2 });
      expect(ordering.cut(tide, { ...caps, transactionsMax: 2 })).toEqual(first);
      await place(lane(0));
      expect(ordering.ready(tide)).toBe(4);
      expect(cut()).toEqual(['one', 'two', 'three', 'a-0']);
      expect(ordering.ready(tide)).toBe(0);
    });

    it('forgets what somebody else put into a block, from whatever place in the queue', async () => {
      for (const text of ['one', 'two', 'three']) await place(checked(text));
      await place(lane(0));
      await place(lane(1));
      ordering.settle(tide, [checked('two').id, lane(0).id, checked('never seen').id]);
      expect(cut()).toEqual(['one', 'three', 'a-1']);
      expect(ordering.queued(tide)).toBe(0);
    });

    it('lets go of what waited when its predecessor came with a block of somebody else', async () => {
      await place(lane(2));
      await place(lane(3));
      ordering.settle(tide, [lane(2).id]);
      expect(cut()).toEqual(['a-3']);
    });

    it('hands out what is held, to be looked at again', async () => {
      await place(lane(0));
      await place(lane(2));
      await place(lane(5, 5, 'b'));
      await place(lane(7, 5, 'b'));
      expect(ordering.takeHeld(tide).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['a-2', 'b-7']);
      expect(ordering.takeHeld(tide)).toEqual([]);
      expect([ordering.queued(tide), ordering.ready(tide)]).toEqual([2, 2]);
      expect(await place(lane(7, 5, 'b'))).toBe('held');
      ordering.settle(tide, [lane(5, 5, 'b').id]);
      expect(cut()).toEqual(['a-0']);
      expect(await place(lane(6, 6, 'b'))).toBe('queued');
      expect(cut()).toEqual(['b-6', 'b-7']);
    });

    it('keeps a lane in sequence, whatever order it came in', async () => {
      expect(await place(lane(2))).toBe('held');
      expect(await place(lane(1))).toBe('held');
      expect(bells).toEqual([]);
      expect(cut()).toEqual([]);
      expect(await place(lane(2))).toBe('held-before');
      expect(await place(lane(0))).toBe('queued');
      expect(cut()).toEqual(['a-0', 'a-1', 'a-2']);
    });

    it('lets other lanes pass a held one', async () => {
      await place(lane(1, 0, 'slow'));
      await place(lane(0, 0, 'quick'));
      await place(checked('free'));
      expect(cut()).toEqual(['quick-0', 'free']);
    });

    it('goes on behind transactions that are on their way, though the state does not show them yet', async () => {
      await place(lane(0));
      const batch = ordering.cut(tide, caps);
      expect(await place(lane(1))).toBe('queued');
      expect(await place(lane(2))).toBe('queued');
      ordering.settle(tide, idsOf(batch));
      expect(cut()).toEqual(['a-1', 'a-2']);
      expect(await place(lane(3, 3))).toBe('queued');
    });

    it('refuses a sequence that is used up, taken or too far ahead', async () => {
      await expect(place(lane(4, 5))).rejects.toMatchObject({ code: 'sequence-too-low', details: { sequence: '4', next: '5' } });
      await place(lane(5, 5));
      await expect(place(checked('another', { key: 'a', sequence: 5, next: 5 }))).rejects.toMatchObject({ code: 'sequence-taken' });
      await place(lane(9, 5));
      await expect(place(checked('another', { key: 'a', sequence: 9, next: 5 }))).rejects.toMatchObject({ code: 'sequence-taken' });
      expect(await place(lane(6 + 64, 5))).toBe('held');
      await expect(place(lane(6 + 65, 5))).rejects.toMatchObject({ code: 'sequence-too-high' });
    });

    it('ends a block at the caps, never below one transaction', async () => {
      for (let at = 0; at < 5; at += 1) await place(checked(`transaction ${at}`, undefined, 10n));
      const take = (limits: Parameters<Ordering['cut']>[1]): number => {
        const batch = ordering.cut(tide, limits);
        ordering.settle(tide, idsOf(batch));
        return batch.length;
      };
      expect(take({ transactionsMax: 2, bytesMax: 1_000 })).toBe(2);
      expect(take({ transactionsMax: 10, bytesMax: 13 })).toBe(1);
      expect(take({ transactionsMax: 10, bytesMax: 1_000, costMax: 5n })).toBe(1);
      expect(take({ transactionsMax: 10, bytesMax: 1_000, costMax: 10n })).toBe(1);
      expect(take({ transactionsMax: 10, bytesMax: 1_000 })).toBe(0);
    });

    it('counts what is inside and forgets a chain altogether', async () => {
      await place(lane(0));
      await place(lane(2));
      await place(checked('x'), reef);
      expect([ordering.queued(tide), ordering.queued(reef)]).toEqual([2, 1]);
      const size = lane(0).bytes.length;
      expect([ordering.queuedBytes(tide), ordering.queuedBytes(reef)]).toEqual([2 * size, checked('x').bytes.length]);
      const batch = ordering.cut(tide, caps);
      expect(ordering.queued(tide)).toBe(2);
      ordering.settle(tide, idsOf(batch));
      expect(ordering.queued(tide)).toBe(1);
      ordering.forget(tide);
      expect([ordering.queued(tide), ordering.queued(reef)]).toEqual([0, 1]);
      expect([ordering.queuedBytes(tide), ordering.queuedBytes(reef)]).toEqual([0, checked('x').bytes.length]);
      expect(cut()).toEqual([]);
      expect(await place(lane(0))).toBe('queued');
    });

    it.each([11, 12, 13, 14, 15, 16])('delivers every lane complete and in order under random arrival (seed %i)', async (seed) => {
      const random = createRandom(seed);
      const state = new Map<string, number>();
      const sent = new Map<string, number>();
      const waiting: { key: string; sequence: number }[] = [];
      let delivered = 0;
      const execute = (): void => {
        const batch = ordering.cut(tide, { transactionsMax: 1 + random.below(20), bytesMax: 10_000 });
        for (const transaction of batch) {
          const key = transaction.lane?.key ?? '';
          const next = state.get(key) ?? 0;
          expect(Number(transaction.lane?.sequence)).toBe(next);
          state.set(key, next + 1);
          delivered += 1;
        }
        ordering.settle(tide, idsOf(batch));
      };
      for (let step = 0; step < 600; step += 1) {
        const key = `lane ${random.below(5)}`;
        const sequence = sent.get(key) ?? 0;
        sent.set(key, sequence + 1);
        waiting.push({ key, sequence });
        while (waiting.length > 0 && (random.chance(0.7) || waiting.length > 12)) {
          const [next] = waiting.splice(random.below(waiting.length), 1);
          if (next === undefined) break;
          await place(checked(`${next.key} ${next.sequence}`, { ...next, next: state.get(next.key) ?? 0 }));
        }
        if (random.chance(0.3)) execute();
      }
      for (const next of waiting) await place(checked(`${next.key} ${next.sequence}`, { ...next, next: state.get(next.key) ?? 0 }));
      while (ordering.queued(tide) > 0) {
        const before = ordering.queued(tide);
        execute();
        expect(ordering.queued(tide)).toBeLessThan(before);
      }
      expect(delivered).toBe(600);
      expect(ordering.queuedBytes(tide)).toBe(0);
      expect([...state].sort()).toEqual([...sent].sort());
    });
  });
}
