import { describe, expect, it } from 'vitest';
import type { ChainLimits } from '@/lib/control';
import type { MeterBook } from './meter-book';
import { QuotaTable } from './quota-table';

const limits: ChainLimits = { transactionsPerSecond: 1, transactionBurst: 2, requestsPerSecond: 1, requestBurst: 3, period: 'total', storageBytesMax: 1_000 };
const noUse = { requests: 0, transactions: 0 };

function open(): { table: QuotaTable; pass: (ms: number) => void; known: Map<string, ChainLimits> } {
  let nowMs = 1_000_000;
  const known = new Map<string, ChainLimits>();
  const meters = { used: () => noUse, countRequest: () => undefined, countTransaction: () => undefined } as unknown as MeterBook;
  const table = new QuotaTable({ findLimits: (chain) => known.get(chain), meters, now: () => nowMs });
  return { table, pass: (ms) => void (nowMs += ms), known };
}

describe('the quotas of a host', () => {
  it('are those of the sub-chain’s limits, and none for a stranger', () => {
    const { table, known } = open();
    known.set('tide', limits);
    expect(table.get('tide')?.takeRequest(1_000_000)).toBeUndefined();
    expect(table.get('harbour')).toBeUndefined();
    known.delete('tide');
    table.delete('tide');
    expect(table.get('tide')).toBeUndefined();
  });

  it('of a sub-chain in use are never forgotten, however many others are asked for: that would be a way round them', () => {
    const { table, known } = open();
    for (let at = 0; at < 20_000; at += 1) known.set(`chain-${at}`, limits);
    for (let use = 0; use < 3; use += 1) expect(table.get('chain-0')?.takeRequest(1_000_000)).toBeUndefined();
    for (let at = 1; at < 20_000; at += 1) table.get(`chain-${at}`);
    expect(table.get('chain-0')?.takeRequest(1_000_000)).toMatchObject({ quota: 'requests per second' });
  });

  it('are forgotten once their buckets are full again and nothing is in flight', () => {
    const { table, pass, known } = open();
    for (let at = 0; at < 5_000; at += 1) known.set(`chain-${at}`, limits);
    const flying = table.get('chain-0');
    const flight = flying?.takeTransaction(1_000_000, 0);
    const used = table.get('chain-1');
    used?.takeRequest(1_000_000);
    pass(60_000);
    for (let at = 2; at < 5_000; at += 1) table.get(`chain-${at}`);
    expect(table.get('chain-1')).not.toBe(used);
    expect(table.get('chain-0')).toBe(flying);
    if (flight && 'done' in flight) flight.done(true, 1_060_000);
  });

  it('follow a change of the limits, and keep what is used', () => {
    const { table, known } = open();
    known.set('tide', limits);
    for (let use = 0; use < 3; use += 1) table.get('tide')?.takeRequest(1_000_000);
    table.update('tide', { ...limits, requestBurst: 100 });
    expect(table.get('tide')?.takeRequest(1_000_000)).toMatchObject({ quota: 'requests per second' });
  });
});
