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

  it('never overlap, of one chain or of several', async () => {
    const turns = new Turns(async () => undefined);
    let running = 0;
    const task = async () => {
      running += 1;
      expect(running).toBe(1);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      running -= 1;
    };
    await Promise.all([a, b, a, c, b, a].map((chain) => turns.run(chain, task)));
  });

  it('give sockets and files their turn between two of them', async () => {
    let yields = 0;
    const turns = new Turns(async () => {
      yields += 1;
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
