import { expect, it } from 'vitest';
import { untilAborted } from './until-aborted';

it('is the promise, or the reason of a signal that comes first, was there before, or comes too late', async () => {
  const never = new Promise<never>(() => undefined);
  const end = new AbortController();
  const waiting = untilAborted(never, end.signal);
  const answered = untilAborted(Promise.resolve(7), end.signal);
  expect(await answered).toBe(7);
  end.abort(new Error('nobody waits'));
  await expect(waiting).rejects.toThrow('nobody waits');
  await expect(untilAborted(never, end.signal)).rejects.toThrow('nobody waits');
  expect(await untilAborted(Promise.resolve(8), undefined)).toBe(8);
  await expect(untilAborted(Promise.reject(new Error('its own')), new AbortController().signal)).rejects.toThrow('its own');
});
