import { describe, expect, it } from 'vitest';
import { chainId, timeMs } from '../../core/types';
import { checked, idsOf, describeOrderingConformance } from '../../testing/ordering-conformance';
import { HOLD_MS_MAX } from './chain-queue';
import { CHAIN_HELD_MAX, CHAIN_QUEUE_MAX, createEmbeddedOrdering, createQueueBudget } from './embedded-ordering';

describeOrderingConformance('embedded', () => createEmbeddedOrdering());

const tide = chainId('tide-4417');
const reef = chainId('reef-2209');
const now = timeMs(1_760_000_000_000);
const caps = { transactionsMax: 10_000, bytesMax: 1_000_000_000 };

describe('embedded ordering', () => {
  it('refuses beyond 1,000 waiting transactions of a chain with a time to try again, and takes more once some left', async () => {
    const ordering = createEmbeddedOrdering();
    for (let at = 0; at < CHAIN_QUEUE_MAX; at += 1) await ordering.place(tide, checked(`t${at}`), now);
    await expect(ordering.place(tide, checked('one more'), now)).rejects.toMatchObject({ code: 'queue-full', details: { chain: tide, retryAfterMs: 500 } });
    await ordering.place(chainId('reef-2209'), checked('elsewhere'), now);
    const batch = ordering.cut(tide, { ...caps, transactionsMax: 10 });
    await expect(ordering.place(tide, checked('one more'), now)).rejects.toMatchObject({ code: 'queue-full' });
    ordering.settle(tide, idsOf(batch));
    expect(await ordering.place(tide, checked('one more'), now)).toBe('queued');
  });

  it('says when to try again by how fast the chain, or the process, gets its transactions into blocks', async () => {
    const budget = createQueueBudget(1_500);
    const ordering = createEmbeddedOrdering(budget);
    const reef = chainId('reef-2209');
    const at = (ms: number) => timeMs(now + ms);
    for (let count = 0; count < CHAIN_QUEUE_MAX; count += 1) await ordering.place(tide, checked(`t${count}`), now);
    ordering.settle(tide, idsOf(ordering.cut(tide, { ...caps, transactionsMax: 100 })));
    for (let count = 0; count < 100; count += 1) await ordering.place(tide, checked(`more ${count}`), at(200));
    // 100 left in 200 ms.
    await expect(ordering.place(tide, checked('late'), at(200))).rejects.toMatchObject({ code: 'queue-full', details: { retryAfterMs: 2_000 }, message: expect.stringMatching(/try again in 2000 ms/) });
    for (let count = 0; count < 500; count += 1) await ordering.place(reef, checked(`r${count}`), at(200));
    await expect(ordering.place(reef, checked('late'), at(300))).rejects.toMatchObject({ code: 'queue-full', details: { retryAfterMs: 4_500 } });
  });

  it('refuses beyond the process’s budget, which its hosts share', async () => {
    const budget = createQueueBudget(10);
    const [first, second] = [createEmbeddedOrdering(budget), createEmbeddedOrdering(budget)];
    for (let at = 0; at < 6; at += 1) await first.place(tide, checked(`t${at}`), now);
    for (let at = 0; at < 4; at += 1) await second.place(tide, checked(`t${at}`), now);
    await expect(first.place(tide, checked('x'), now)).rejects.toMatchObject({ code: 'queue-full' });
    await expect(second.place(chainId('reef-2209'), checked('x'), now)).rejects.toMatchObject({ code: 'queue-full' });
    second.settle(tide, idsOf(second.cut(tide, caps)));
    expect(budget.used).toBe(6);
    expect(await first.place(tide, checked('x'), now)).toBe('queued');
    first.forget(tide);
    expect(budget.used).toBe(0);
  });

  it('never lets held transactions lock out those that can run', async () => {
    const ordering = createEmbeddedOrdering();
    let held = 0;
    for (let key = 0; held < CHAIN_HELD_MAX; key += 1) {
      for (let sequence = 1; sequence <= 60 && held < CHAIN_HELD_MAX; sequence += 1, held += 1) {
        expect(await ordering.place(tide, checked(`${key}-${sequence}`, { key: `${key}`, sequence, next: 0 }), now)).toBe('held');
      }
    }
    await expect(ordering.place(tide, checked('held', { key: 'z', sequence: 1, next: 0 }), now)).rejects.toMatchObject({ code: 'queue-full' });
    expect(await ordering.place(tide, checked('ready', { key: 'z', sequence: 0, next: 0 }), now)).toBe('queued');
    expect(await ordering.place(tide, checked('free'), now)).toBe('queued');
  });

  it('forgets a held transaction whose predecessor does not come in ten minutes', async () => {
    const ordering = createEmbeddedOrdering();
    const held = checked('held', { key: 'a', sequence: 1, next: 0 });
    await ordering.place(tide, held, now);
    await ordering.place(tide, checked('early'), timeMs(now + HOLD_MS_MAX));
    expect(ordering.queued(tide)).toBe(2);
    await ordering.place(tide, checked('late'), timeMs(now + HOLD_MS_MAX + 1));
    expect(ordering.queued(tide)).toBe(2);
    await ordering.place(tide, checked('first', { key: 'a', sequence: 0, next: 0 }), timeMs(now + HOLD_MS_MAX + 2));
    expect(ordering.cut(tide, caps).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['early', 'late', 'first']);
  });

  it('forgets those of sub-chains that nobody hands anything in to, tells of it, and gives their room to others', async () => {
    const budget = createQueueBudget(4);
    const ordering = createEmbeddedOrdering(budget);
    const told: string[] = [];
    ordering.onExpired((chain, ids) => told.push(`${chain}: ${ids.length}`));
    for (let sequence = 1; sequence <= 3; sequence += 1) await ordering.place(tide, checked(`held-${sequence}`, { key: 'a', sequence, next: 0 }), now);
    await ordering.place(reef, checked('young', { key: 'a', sequence: 1, next: 0 }), timeMs(now + 1_000));
    ordering.expire(timeMs(now + HOLD_MS_MAX));
    expect([budget.used, told]).toEqual([4, []]);
    ordering.expire(timeMs(now + HOLD_MS_MAX + 1));
    expect([budget.used, told]).toEqual([1, [`${tide}: 3`]]);
    expect([ordering.queued(tide), ordering.queued(reef)]).toEqual([0, 1]);
  });

  it('looks for room among them before it says that there is none', async () => {
    const budget = createQueueBudget(3);
    const ordering = createEmbeddedOrdering(budget);
    for (let sequence = 1; sequence <= 3; sequence += 1) await ordering.place(tide, checked(`held-${sequence}`, { key: 'a', sequence, next: 0 }), now);
    await expect(ordering.place(reef, checked('early'), timeMs(now + 1_000))).rejects.toMatchObject({ code: 'queue-full' });
    expect(await ordering.place(reef, checked('late'), timeMs(now + 24 * 3_600_000))).toBe('queued');
    expect(budget.used).toBe(1);
  });

  it('trusts the state again once nothing of a lane is on its way', async () => {
    const ordering = createEmbeddedOrdering();
    await ordering.place(tide, checked('a-0', { key: 'a', sequence: 0, next: 0 }), now);
    await ordering.place(tide, checked('a-5', { key: 'a', sequence: 5, next: 0 }), now);
    ordering.settle(tide, idsOf(ordering.cut(tide, caps)));
    // Sequence 0 was dropped by the block: the state still says 0 is next.
    expect(await ordering.place(tide, checked('a-0 again', { key: 'a', sequence: 0, next: 0 }), now)).toBe('queued');
  });
});
