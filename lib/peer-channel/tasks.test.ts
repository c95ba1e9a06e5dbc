import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { channelLimits } from './limits';
import { openTestChannel, TestAuthority, type TestChannel, type TestChannelOptions } from './testing';

const until = <T>(task: () => T | Promise<T>): Promise<T> => vi.waitFor(task, { timeout: 25_000, interval: 10 });
const request = { chain: 'tide-1', cityNode: 'PAR' };
const { tasksMax, waitingTasksMax, peerTaskBytesMax } = channelLimits;

let authority: TestAuthority;
const opened: TestChannel[] = [];
beforeAll(async () => {
  authority = await TestAuthority.create();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ channel }) => channel.close(0)));
});

async function open(hostId: string, handlers: TestChannelOptions['handlers'] = {}): Promise<TestChannel> {
  const one = await openTestChannel({ hostId, identity: await authority.identityOf(hostId), handlers });
  opened.push(one);
  return one;
}

describe('tasks for a peer of another host', () => {
  it('let short ones pass while all the long ones take their time, and each is done once', async () => {
    const done: number[] = [];
    let letGo: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let running = 0;
    const a = await open('host_a');
    const b = await open('host_b', {
      runTask: async (_, { task }) => {
        running += 1;
        await released;
        done.push(task[0] ?? 0);
        return task;
      },
      runShortTask: async (_, { task }) => task,
    });
    // One sub-chain alone may not have all of it.
    const ask = (at: number) => a.channel.runTask(b.remote, { ...request, chain: `tide-${at % 2}`, task: Uint8Array.of(at) });
    const long = Array.from({ length: tasksMax + waitingTasksMax }, (_, at) => ask(at));
    const all = Promise.allSettled(long);
    await until(() => expect(running).toBe(tasksMax));
    const largest = Buffer.alloc(peerTaskBytesMax, 5);
    expect(Buffer.from(await a.channel.runShortTask(b.remote, { ...request, task: largest })).equals(largest)).toBe(true);
    // No more of them are kept than may wait.
    await expect(ask(255)).rejects.toMatchObject({ reason: 'busy' });
    letGo();
    expect((await all).map((one) => (one.status === 'fulfilled' ? one.value[0] : String(one.reason)))).toEqual([...long.keys()]);
    expect(done.sort((x, y) => x - y)).toEqual([...long.keys()]);
  });

  it('are refused when they are too large, before they are sent', async () => {
    const [a, b] = [await open('host_a'), await open('host_b', { runShortTask: async (_, { task }) => task })];
    await expect(a.channel.runShortTask(b.remote, { ...request, task: new Uint8Array(peerTaskBytesMax + 1) })).rejects.toMatchObject({ reason: 'too-large' });
    expect(b.channel.stats().inboundConnections).toBe(0);
  });

  it('tell their handler when nobody waits for them any more', async () => {
    const aborted: string[] = [];
    const began = vi.fn<() => void>();
    const a = await open('host_a');
    const b = await open('host_b', {
      runTask: (_caller, _request, signal) => {
        began();
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            aborted.push('task');
            reject(new Error('over'));
          }),
        );
      },
    });
    const hangup = new AbortController();
    const task = a.channel.runTask(b.remote, { ...request, task: Uint8Array.of(1) }, { signal: hangup.signal });
    const outcome = task.catch((error: unknown) => error);
    await until(() => expect(began).toHaveBeenCalled());
    hangup.abort(new Error('the client hung up'));
    expect(await outcome).toBeInstanceOf(Error);
    await until(() => expect(aborted).toEqual(['task']));
  });
});
