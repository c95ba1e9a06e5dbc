import { describe, expect, it } from 'vitest';
import { JobQueue, JOBS_WAITING_MAX, type QueuedJob } from './job-queue';

interface Named extends QueuedJob {
  readonly name: string;
}
const job = (name: string, lane: Named['lane'] = 'block'): Named => ({ name, chain: name.slice(0, 1), lane });

function queueOf(...jobs: readonly Named[]): JobQueue<Named> {
  const queue = new JobQueue<Named>();
  for (const one of jobs) queue.add(one);
  return queue;
}

/** Takes and ends one after the other. */
function order(queue: JobQueue<Named>, lane: Named['lane'] = 'block'): string[] {
  const names: string[] = [];
  for (let next = queue.take(lane); next !== undefined; next = queue.take(lane)) {
    names.push(next.name);
    queue.finish(next);
  }
  return names;
}

describe('jobs that wait', () => {
  it('get their turn round robin by chain, so that a chain with many does not keep others from theirs', () => {
    expect(order(queueOf(job('a1'), job('a2'), job('a3'), job('b1'), job('c1'), job('b2')))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('run one at a time of each chain and lane', () => {
    const queue = queueOf(job('a1'), job('a2'), job('a3', 'call'));
    const first = queue.take('block');
    expect(first?.name).toBe('a1');
    expect(queue.canTake('block')).toBe(false);
    expect(queue.take('block')).toBeUndefined();
    expect(queue.take('call')?.name).toBe('a3');
    queue.finish(first!);
    expect(queue.take('block')?.name).toBe('a2');
  });

  it('come next again when their thread was lost', () => {
    const queue = queueOf(job('a1'), job('a2'));
    queue.putBack(queue.take('block')!);
    expect(queue.size).toBe(2);
    expect(order(queue)).toEqual(['a1', 'a2']);
  });

  it('can be taken out while they wait, and not once they run', () => {
    const [one, two] = [job('a1'), job('a2')];
    const queue = queueOf(one, two);
    queue.take('block');
    expect(queue.remove(one)).toBe(false);
    expect(queue.remove(two)).toBe(true);
    expect(queue.size).toBe(0);
  });

  it('are bounded in number over all chains', () => {
    const queue = queueOf(...Array.from({ length: JOBS_WAITING_MAX }, (_, index) => job(`${index % 10}-${index}`, index % 2 === 0 ? 'block' : 'call')));
    expect(queue.isFull).toBe(true);
    expect(queue.drain()).toHaveLength(JOBS_WAITING_MAX);
    expect([queue.size, queue.isFull, queue.canTake('call')]).toEqual([0, false, false]);
  });
});
