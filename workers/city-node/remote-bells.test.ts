import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RemoteBells } from './remote-bells';

const quiet = { info() {}, warn() {}, error() {} };

describe('RemoteBells', () => {
  it('sends one call at a time for each peer, and the newest height last', async () => {
    const sent: string[] = [];
    let running = 0;
    const bells = new RemoteBells(async (chain, cityNode, height) => {
      running += 1;
      expect(running).toBeLessThanOrEqual(2);
      sent.push(`${cityNode}/${chain} ${height}`);
      await sleep(20);
      running -= 1;
    }, quiet);
    for (let height = 1; height <= 50; height++) for (const cityNode of ['SIN', 'PAR']) bells.ring('tide-1', cityNode, height);
    await expect.poll(() => sent.length).toBe(4);
    await sleep(60);
    expect(sent.toSorted()).toEqual(['PAR/tide-1 1', 'PAR/tide-1 50', 'SIN/tide-1 1', 'SIN/tide-1 50']);
    bells.close();
  });

  it('rings again until the other host hears, with what is newest then', async () => {
    let away = true;
    const heard: number[] = [];
    const bells = new RemoteBells(async (_chain, _cityNode, height) => {
      if (away) throw new Error('away');
      heard.push(height);
    }, quiet);
    bells.ring('tide-1', 'SIN', 1);
    bells.ring('tide-1', 'SIN', 2);
    await sleep(100);
    away = false;
    bells.ring('tide-1', 'SIN', 3);
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual([3]);
    bells.close();
  });

  it('is silent after it was closed', async () => {
    let calls = 0;
    const bells = new RemoteBells(async () => {
      calls += 1;
      throw new Error('away');
    }, quiet);
    bells.ring('tide-1', 'SIN', 1);
    await sleep(20);
    bells.close();
    await sleep(400);
    expect(calls).toBe(1);
  });
});
