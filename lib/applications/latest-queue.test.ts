import { describe, expect, it } from 'vitest';
import { createLatestQueue } from './latest-queue';

async function readAll<T>(events: AsyncGenerator<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('createLatestQueue', () => {
  it('lets a slow reader skip what is outdated, and never the last of each kind', async () => {
    const queue = createLatestQueue<string>();
    queue.push('a', 'a1');
    queue.push('b', 'b1');
    queue.push('a', 'a2');
    queue.end();
    expect((await readAll(queue.read())).toSorted()).toEqual(['a2', 'b1']);
  });

  it('wakes a reader that waits', async () => {
    const queue = createLatestQueue<string>();
    const reading = readAll(queue.read());
    for (const event of ['one', 'two', 'three']) {
      await new Promise((resolve) => setImmediate(resolve));
      queue.push('a', event);
    }
    await new Promise((resolve) => setImmediate(resolve));
    queue.end();
    expect(await reading).toEqual(['one', 'two', 'three']);
  });

  it('gives an event that is pushed while another is read', async () => {
    const queue = createLatestQueue<number>();
    queue.push('a', 1);
    const seen: number[] = [];
    for await (const event of queue.read()) {
      seen.push(event);
      if (event < 5) queue.push('a', event + 1);
      else queue.end();
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('hands an error over after what waited, and the first error only', async () => {
    const queue = createLatestQueue<string>();
    queue.push('a', 'a1');
    queue.fail(new Error('first'));
    queue.fail(new Error('second'));
    queue.push('a', 'too late');
    const events = queue.read();
    expect(await events.next()).toMatchObject({ value: 'a1' });
    await expect(events.next()).rejects.toThrow('first');
    expect(queue.isOver()).toBe(true);
  });
});
