import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChainLimits } from '@/lib/control';
import { ChainQuota } from './chain-quota';
import { MeterBook } from './meter-book';

const startMs = Date.UTC(2026, 6, 15);
const limits: ChainLimits = {
  transactionsPerSecond: 5,
  transactionBurst: 20,
  requestsPerSecond: 50,
  requestBurst: 100,
  period: 'total',
  storageBytesMax: 1_000,
};
let directory: string;
let meters: MeterBook;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'chain-quota-'));
  meters = await MeterBook.open({
    file: path.join(directory, 'meters'),
    now: () => startMs,
    schedule: () => undefined,
    onError(error) {
      throw error;
    },
  });
});
afterEach(async () => {
  await meters.close();
  await rm(directory, { recursive: true, force: true });
});

const quotaWith = (change: Partial<ChainLimits> = {}) => new ChainQuota('a-1', { ...limits, ...change }, meters, startMs);

function transact(quota: ChainQuota, accepted = true, nowMs = startMs, sizeBytes = 0) {
  const ticket = quota.takeTransaction(nowMs, sizeBytes);
  if ('done' in ticket) ticket.done(accepted, nowMs);
  return 'done' in ticket ? undefined : ticket;
}

describe('ChainQuota', () => {
  it('refuses what comes too fast, says when to come again, and counts only what it let in', () => {
    const quota = quotaWith();
    for (let index = 0; index < 100; index++) expect(quota.takeRequest(startMs)).toBeUndefined();
    expect(quota.takeRequest(startMs)).toMatchObject({ quota: 'requests per second', retryAfterMs: 20, message: expect.stringContaining('in 20 ms') });
    expect(meters.used('a-1', 'total', startMs).requests).toBe(100);
    expect(quota.takeRequest(startMs + 1_000)).toBeUndefined();
  });

  it('keeps transactions to their own rate', () => {
    const quota = quotaWith();
    for (let index = 0; index < 20; index++) expect(transact(quota)).toBeUndefined();
    expect(transact(quota)).toMatchObject({ quota: 'transactions per second' });
    expect(transact(quota, true, startMs + 200)).toBeUndefined();
  });

  it('refuses requests and transactions above the total for good, and says so', () => {
    const quota = quotaWith({ requestsPerPeriod: 3, transactionsPerPeriod: 2 });
    for (let index = 0; index < 3; index++) expect(quota.takeRequest(startMs)).toBeUndefined();
    const refusal = quota.takeRequest(startMs + 40 * 86_400_000);
    expect(refusal).toMatchObject({ quota: 'requests' });
    expect(refusal).not.toHaveProperty('retryAfterMs');
    expect(refusal?.message).toMatch(/larger plan/);
    expect(transact(quota)).toBeUndefined();
    expect(transact(quota)).toBeUndefined();
    expect(transact(quota)).toMatchObject({ quota: 'transactions' });
  });

  it('begins a monthly quota anew with the month', () => {
    const quota = quotaWith({ requestsPerPeriod: 1, period: 'month' });
    expect(quota.takeRequest(startMs)).toBeUndefined();
    expect(quota.takeRequest(startMs)).toMatchObject({ quota: 'requests' });
    expect(quota.takeRequest(Date.UTC(2026, 7, 1))).toBeUndefined();
  });

  it('does not count a transaction that the sub-chain refused', () => {
    const quota = quotaWith({ transactionsPerPeriod: 1 });
    expect(transact(quota, false)).toBeUndefined();
    expect(meters.used('a-1', 'total', startMs).transactions).toBe(0);
    expect(transact(quota, true)).toBeUndefined();
    expect(transact(quota, true)).toMatchObject({ quota: 'transactions' });
  });

  it('lets no more through than the total while many are under way at once', () => {
    const quota = quotaWith({ transactionsPerPeriod: 3 });
    const tickets = Array.from({ length: 10 }, () => quota.takeTransaction(startMs, 0));
    expect(tickets.filter((ticket) => 'done' in ticket)).toHaveLength(3);
    for (const ticket of tickets) {
      if (!('done' in ticket)) continue;
      ticket.done(true, startMs);
      ticket.done(true, startMs);
    }
    expect(meters.used('a-1', 'total', startMs).transactions).toBe(3);
  });

  it('is read-only when the storage is full and after the paid time', () => {
    expect(transact(quotaWith(), true, startMs, 999)).toBeUndefined();
    expect(transact(quotaWith(), true, startMs, 1_000)).toMatchObject({ quota: 'storage' });
    const quota = quotaWith({ writableUntilMs: startMs + 1 });
    expect(transact(quota, true, startMs)).toBeUndefined();
    expect(transact(quota, true, startMs + 1)).toMatchObject({ quota: 'time' });
    expect(quota.takeRequest(startMs + 1)).toBeUndefined();
  });

  it('takes new limits at once', () => {
    const quota = quotaWith({ requestsPerPeriod: 1 });
    quota.takeRequest(startMs);
    expect(quota.takeRequest(startMs)).toBeDefined();
    quota.setLimits({ ...limits, requestsPerPeriod: 2 });
    expect(quota.takeRequest(startMs)).toBeUndefined();
    expect(quota.takeRequest(startMs)).toBeDefined();
  });
});
