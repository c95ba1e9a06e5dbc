import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LedgerError } from '@/lib/ledger';
import { IpcCalls, type IpcMessage, type IpcOptions } from './ipc-calls';

/** Two ends of one channel; what goes over it is cloned. */
function openPair(right: Partial<IpcOptions>, onSend?: (message: IpcMessage) => void): { left: IpcCalls; right: IpcCalls } {
  const ends: { left?: IpcCalls; right?: IpcCalls } = {};
  const options = (to: 'left' | 'right'): IpcOptions => ({
    port: {
      send: (message, done) => {
        onSend?.(message);
        const copy = structuredClone(message);
        setTimeout(() => {
          done(null);
          ends[to]?.receive(copy);
        });
      },
    },
    onCall: async () => undefined,
    onTell: () => undefined,
    tooMany: () => new LedgerError('queue-full', { chain: 'tide-1', retryAfterMs: 1 }, 'too many'),
  });
  const left = new IpcCalls(options('right'));
  const other = new IpcCalls({ ...options('left'), ...right });
  Object.assign(ends, { left, right: other });
  return { left, right: other };
}

describe('calls between two processes', () => {
  it('are answered with what was cloned: bytes, bigints, maps and undefined stay what they are', async () => {
    const { left } = openPair({ onCall: async (method, args) => ({ method, args, more: new Map([['a', 1n]]), none: undefined }) });
    const answer = await left.call('query', [new Uint8Array([1, 2]), 3n, undefined]);
    expect(answer).toEqual({ method: 'query', args: [new Uint8Array([1, 2]), 3n, undefined], more: new Map([['a', 1n]]), none: undefined });
    expect(left.waiting).toBe(0);
  });

  it('get the other side’s error with its code', async () => {
    const { left } = openPair({
      onCall: async () => {
        throw new LedgerError('chain-stopped', { chain: 'tide-1', reason: 'x' }, 'stopped');
      },
    });
    await expect(left.call('submit', [])).rejects.toMatchObject({ name: 'LedgerError', code: 'chain-stopped', details: { reason: 'x' } });
  });

  it('end with the signal’s reason at once, and the other side is told that nobody waits', async () => {
    let seen: AbortSignal | undefined;
    const answers: IpcMessage[] = [];
    const { left } = openPair({ onCall: async (_, __, signal) => new Promise((resolve) => {
      seen = signal;
      signal.addEventListener('abort', () => resolve('too late'));
    }) }, (message) => answers.push(message));
    const controller = new AbortController();
    const call = left.call('query', [], controller.signal);
    await expect.poll(() => seen).toBeDefined();
    controller.abort(new Error('time is up'));
    await expect(call).rejects.toThrow('time is up');
    await expect.poll(() => seen?.aborted).toBe(true);
    await setImmediate();
    expect(answers.filter(({ kind }) => kind === 'answer')).toEqual([]);
  });

  it('that wait when the other process ends get its end, and so do later ones: none hangs', async () => {
    const { left } = openPair({ onCall: () => new Promise(() => undefined) });
    const waiting = left.call('submit', []);
    left.end(new LedgerError('peer-away', { chain: 'tide-1', retryAfterMs: 1_000 }, 'gone'));
    await expect(waiting).rejects.toMatchObject({ code: 'peer-away' });
    await expect(left.call('submit', [])).rejects.toMatchObject({ code: 'peer-away' });
  });

  it('are refused when too many wait; what is only told is dropped then', async () => {
    const sent: IpcMessage[] = [];
    const calls = new IpcCalls({ port: { send: (message) => void sent.push(message) }, onCall: async () => undefined, onTell: () => undefined, tooMany: () => new LedgerError('queue-full', { chain: 'tide-1', retryAfterMs: 1 }, 'too many') });
    for (let count = 0; count < 60_000; count += 1) calls.call('submit', []).catch(() => undefined);
    await expect(calls.call('submit', [])).rejects.toMatchObject({ code: 'queue-full' });
    const before = sent.length;
    calls.tell('received', []);
    expect(sent.length).toBe(before);
    calls.end(new Error('over'));
  });
});
