import { describe, expect, it } from 'vitest';
import { HeightWaiters } from './height-waiters';

describe('waiting for a height', () => {
  it('ends for those whose height is reached, and for no other', async () => {
    const waiters = new HeightWaiters();
    const { signal } = new AbortController();
    const ended: number[] = [];
    for (const after of [1, 2, 3]) void waiters.wait(after, signal).then(() => ended.push(after));
    waiters.reached(1);
    await Promise.resolve();
    expect(ended).toEqual([]);
    waiters.reached(3);
    await Promise.resolve();
    expect(ended).toEqual([1, 2]);
  });

  it('leaves nothing at the signal behind', async () => {
    const waiters = new HeightWaiters();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const [onAdd, onRemove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof onAdd>) => {
      listeners += 1;
      onAdd(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof onRemove>) => {
      listeners -= 1;
      onRemove(...args);
    };
    const waits = [waiters.wait(1, signal), waiters.wait(9, signal)];
    waiters.reached(2);
    await waits[0];
    expect(listeners).toBe(1);
    controller.abort(new Error('enough'));
    await expect(waits[1]).rejects.toThrow('enough');
    expect(listeners).toBe(0);
  });

  it('ends for all with an error when the chain goes', async () => {
    const waiters = new HeightWaiters();
    const { signal } = new AbortController();
    const waits = [waiters.wait(1, signal), waiters.wait(2, signal)];
    waiters.rejectAll(new Error('gone'));
    for (const wait of waits) await expect(wait).rejects.toThrow('gone');
  });
});
