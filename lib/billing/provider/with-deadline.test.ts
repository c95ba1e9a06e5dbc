import { describe, expect, it } from 'vitest';
import { withDeadline } from './with-deadline';

describe('withDeadline', () => {
  it('gives the answer when it comes in time', async () => {
    await expect(withDeadline(Promise.resolve('answer'), 1_000)).resolves.toBe('answer');
  });

  it('rejects when a provider hangs, so that a request never hangs with it', async () => {
    const never = new Promise<never>(() => undefined);
    await expect(withDeadline(never, 5)).rejects.toThrow('no answer within 5 ms');
  });

  it('passes the error of the provider on', async () => {
    await expect(withDeadline(Promise.reject(new Error('refused')), 1_000)).rejects.toThrow('refused');
  });
});
