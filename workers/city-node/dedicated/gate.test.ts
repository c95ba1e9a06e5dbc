import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chainId } from '@/lib/ledger';
import { Gate } from './gate';

const tide = chainId('tide-1');
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('calls that come while a peer has neither home', () => {
  it('go on when it has one', async () => {
    const gate = new Gate(tide);
    const passed = Promise.all([gate.pass(), gate.pass()]);
    gate.open();
    await expect(passed).resolves.toBeDefined();
    await expect(gate.pass()).resolves.toBeUndefined();
  });

  it('are told to come again after two seconds', async () => {
    const told = new Gate(tide).pass().then(() => 'passed', (error: unknown) => error);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await told).toMatchObject({ code: 'peer-away', details: { retryAfterMs: 1_000 } });
  });

  it('are at most a thousand', async () => {
    const gate = new Gate(tide);
    const waiting = Array.from({ length: 1_000 }, () => gate.pass());
    await expect(gate.pass()).rejects.toMatchObject({ code: 'queue-full' });
    gate.open();
    await Promise.all(waiting);
  });
});
