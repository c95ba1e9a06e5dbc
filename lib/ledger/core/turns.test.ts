import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Turns } from './turns';
import { chainId } from './types';

const [a, b, c] = ['aaa', 'bbb', 'ccc'].map(chainId) as [ReturnType<typeof chainId>, ReturnType<typeof chainId>, ReturnType<typeof chainId>];

describe('turns', () => {
  it('go round: a chain with much to do does not keep the others waiting', async () => {
    const turns = new Turns(async () => undefined);
    const order: string[] = [];
    const task = (name: string) => async () => void order.push(name);
    const all = [...Array.from({ length: 5 }, (_, at) => turns.run(a, task(`a${at}`))), turns.run(b, task('b0')), turns.run(b, task('b1')), turns.run(c, task('c0'))];
    await Promise.all(all);
    expect(order).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2', 'a3', 'a4']);
  });

  it('never overlap while they are short, of one chain or of several', async () => {
    const turns = new Turns(() => setImmediate());
    let running = 0;
    const task = async () => {
      running += 1;
      expect(running).toBe(1);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      running -= 1;
    };
    await Promise.all([a, b, a, c, b, a].map((chain) => turns.run(chain, task)));
  });

  it('that take long go on beside the others, and never beside one of their own chain', async () => {
    const turns = new Turns(() => setImmediate());
    const order: string[] = [];
    const task = (name: string, slices: number) => async () => {
      order.push(`${name} begins`);
      for (let slice = 0; slice < slices; slice += 1) await setImmediate();
      order.push(`${name} ends`);
    };
    const long = turns.run(a, task('a0', 500));
    const after = turns.run(a, task('a1', 0));
    await turns.run(b, task('b0', 2));
    expect(order).toEqual(['a0 begins', 'b0 begins', 'b0 ends']);
    // Also for a chain that comes when nobody else waits.
    await turns.run(c, task('c0', 2));
    expect(order).toEqual(['a0 begins', 'b0 begins', 'b0 ends', 'c0 begins', 'c0 ends']);
    await Promise.all([long, after]);
    expect(order.slice(5)).toEqual(['a0 ends', 'a1 begins', 'a1 ends']);
    await turns.idle();
    expect(turns.isBusy).toBe(false);
  });

  it('that take long are bounded in number: further ones wait, and all come to their end', async () => {
    const turns = new Turns(() => setImmediate());
    let running = 0;
    let most = 0;
    const task = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      for (let slice = 0; slice < 60; slice += 1) await setImmediate();
      running -= 1;
    };
    await Promise.all(Array.from({ length: 40 }, (_, at) => turns.run(chainId(`long-${at % 20}`), task)));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(9);
    await turns.idle();
    expect(running).toBe(0);
  });

  it('give sockets and files their turn between two of them', async () => {
    let yields = 0;
    const turns = new Turns(async () => {
      yields += 1;
      await setImmediate();
    });
    await turns.run(a, async () => undefined);
    await turns.idle();
    expect(yields).toBe(0);
    await Promise.all([turns.run(a, async () => undefined), turns.run(a, async () => undefined), turns.run(b, async () => undefined)]);
    expect(yields).toBe(2);
  });

  it('hand back results and failures, and go on after a failure', async () => {
    const turns = new Turns(async () => undefined);
    const failing = turns.run(a, async () => Promise.reject(new Error('no')));
    const fine = turns.run(a, async () => 7);
    await expect(failing).rejects.toThrow('no');
    expect(await fine).toBe(7);
  });

  it('know when they are idle, also when tasks make tasks', async () => {
    const turns = new Turns(async () => undefined);
    let count = 0;
    const again = async (): Promise<void> => {
      count += 1;
      if (count < 10) void turns.run(count % 2 === 0 ? a : b, again);
    };
    void turns.run(a, again);
    expect(turns.isBusy).toBe(true);
    await turns.idle();
    expect([count, turns.isBusy]).toEqual([10, false]);
  });
});
