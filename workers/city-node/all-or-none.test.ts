import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { allOrNone } from './all-or-none';

it('answers what each came to', async () => {
  const told: unknown[] = [];
  expect(await allOrNone([Promise.resolve(1), setImmediate('two')], (error) => told.push(error))).toEqual([1, 'two']);
  expect(told).toEqual([]);
});

it('rejects once all have ended, and tells every failure besides the one that it rejects with', async () => {
  const told: unknown[] = [];
  const ended: string[] = [];
  const fail = async (name: string): Promise<never> => {
    await setImmediate();
    ended.push(name);
    throw new Error(name);
  };
  const late = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
    ended.push('late');
  };
  await expect(allOrNone([fail('register'), late(), fail('meters'), fail('frameworks')], (error) => told.push(error))).rejects.toThrow('register');
  expect(ended).toEqual(['register', 'meters', 'frameworks', 'late']);
  expect(told).toEqual([new Error('meters'), new Error('frameworks')]);
});
