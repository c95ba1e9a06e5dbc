import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { withTimeLimit } from './time-limit';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Until the signal is aborted; answers why. */
const whyAborted = (signal: AbortSignal): Promise<unknown> => once(new EventTarget(), 'change', { signal }).catch(() => signal.reason);

describe('a time limit', () => {
  it('is kept though garbage is collected meanwhile', async () => {
    const waiting = withTimeLimit(100, new AbortController().signal, whyAborted);
    await sleep(10);
    collect();
    collect();
    expect(await Promise.race([waiting, sleep(5_000, 'still waiting')])).toMatchObject({ name: 'TimeoutError' });
  });

  it('ends with the signal that it was given', async () => {
    const caller = new AbortController();
    const waiting = withTimeLimit(60_000, caller.signal, whyAborted);
    caller.abort(new Error('the page was left'));
    expect(await waiting).toEqual(new Error('the page was left'));
    expect(await withTimeLimit(60_000, caller.signal, async (limited) => limited.reason)).toEqual(new Error('the page was left'));
  });

  it('gives the task’s answer or error, and leaves nothing behind', async () => {
    const caller = new AbortController();
    let seen: AbortSignal | undefined;
    const answer = await withTimeLimit(10, caller.signal, async (limited) => ((seen = limited), 7));
    await expect(withTimeLimit(10, caller.signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await sleep(30);
    caller.abort();
    expect([answer, seen?.aborted]).toEqual([7, false]);
  });
});
