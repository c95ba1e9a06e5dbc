import { describe, expect, it } from 'vitest';
import { AppError } from '@/lib/platform/client';
import { canHeal, describeFailure, retryDelayMs, stepAttemptsMax } from './retry-policy';

const away = new AppError('UNAVAILABLE', { what: 'host' }, { publicMessage: 'The city node does not answer.' });
const refused = new AppError('CONFLICT', { subject: 'peer' }, { publicMessage: 'The peer has another key.' });

describe('retry policy', () => {
  it('tries again only what can heal', () => {
    expect(canHeal(away)).toBe(true);
    expect(canHeal(refused)).toBe(false);
    expect(canHeal(new TypeError('x is undefined'))).toBe(false);
    expect(canHeal('text')).toBe(false);
    expect(canHeal(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toBe(true);
    expect(canHeal(Object.assign(new Error('unique'), { code: 'P2002' }))).toBe(false);
  });

  it('looks through to the cause of a wrapped error', () => {
    expect(canHeal(new Error('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) }))).toBe(true);
    expect(canHeal(new Error('fetch failed', { cause: new Error('bad certificate') }))).toBe(false);
  });

  it('sees a database that is away or asks to try again, as the driver adapter words it', () => {
    const driver = (kind: string) => Object.assign(new Error(kind), { cause: { kind } });
    expect(canHeal(driver('DatabaseNotReachable'))).toBe(true);
    expect(canHeal(driver('TransactionWriteConflict'))).toBe(true);
    expect(canHeal(driver('UniqueConstraintViolation'))).toBe(false);
  });

  it('sees through Prisma’s wrapping of a raw statement, and pg’s words for a cut connection', () => {
    const raw = (cause: Record<string, string>) => Object.assign(new Error('Raw query failed.'), { code: 'P2010', meta: { driverAdapterError: { name: 'DriverAdapterError', cause } } });
    expect(canHeal(raw({ kind: 'postgres', originalCode: '57P01' }))).toBe(true);
    expect(canHeal(raw({ kind: 'TransactionWriteConflict', originalCode: '40P01' }))).toBe(true);
    expect(canHeal(raw({ kind: 'UniqueConstraintViolation', originalCode: '23505' }))).toBe(false);
    expect(canHeal(new Error('Client has encountered a connection error and is not queryable'))).toBe(true);
  });

  it('waits less than half a minute over all tries of a step, so that no operation is in doubt for a minute', () => {
    let total = 0;
    for (let attempts = 1; attempts < stepAttemptsMax; attempts++) {
      expect(retryDelayMs(attempts)).toBeGreaterThanOrEqual(retryDelayMs(Math.max(1, attempts - 1)));
      total += retryDelayMs(attempts);
    }
    expect(total).toBeLessThan(30_000);
  });

  it('shows the public message of our own errors and never the text of a bug', () => {
    expect(describeFailure(refused, 'op_1')).toEqual({ code: 'CONFLICT', publicMessage: 'The peer has another key.' });
    const bug = describeFailure(new Error('password=hunter2'), 'op_1');
    expect(bug.code).toBe('INTERNAL');
    expect(bug.publicMessage).toContain('op_1');
    expect(bug.publicMessage).not.toContain('hunter2');
  });
});
