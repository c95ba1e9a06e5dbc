import { describe, expect, it } from 'vitest';
import { CallLanes, CALLS_AT_ONCE, CALLS_WAITING_MAX } from './call-lanes';

const never = new AbortController().signal;

describe('calls of one sub-chain', () => {
  it('execute a few at a time, in the order of their coming, and all of them', async () => {
    const lanes = new CallLanes();
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const call = (name: number) => async () => {
      order.push(name);
      most = Math.max(most, (running += 1));
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      running -= 1;
      return name;
    };
    const names = Array.from({ length: 30 }, (_, at) => at);
    expect(await Promise.all(names.map((name) => lanes.run(never, call(name))))).toEqual(names);
    expect(order).toEqual(names);
    expect(most).toBe(CALLS_AT_ONCE);
  });

  it('leave the line when their time is up, and a failed one gives its lane on', async () => {
    const lanes = new CallLanes();
    let release: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => (release = resolve));
    const running = Array.from({ length: CALLS_AT_ONCE }, () => lanes.run(never, () => blocked));
    const hurry = new AbortController();
    let wasRun = false;
    const late = lanes.run(hurry.signal, async () => void (wasRun = true));
    const patient = lanes.run(never, async () => Promise.reject(new Error('reverted')));
    const last = lanes.run(never, async () => 7);
    hurry.abort(new Error('the time is up'));
    await expect(late).rejects.toThrow('the time is up');
    release();
    await Promise.all(running);
    await expect(patient).rejects.toThrow('reverted');
    expect(await last).toBe(7);
    expect(wasRun).toBe(false);
    await expect(lanes.run(AbortSignal.abort(new Error('gone')), async () => 1)).rejects.toThrow('gone');
    expect(await lanes.run(never, async () => 8)).toBe(8);
  });

  it('are refused beyond a line of bounded length', async () => {
    const lanes = new CallLanes();
    let release: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => (release = resolve));
    const all = Array.from({ length: CALLS_AT_ONCE + CALLS_WAITING_MAX }, () => lanes.run(never, () => blocked));
    await expect(lanes.run(never, () => blocked)).rejects.toMatchObject({ code: -32005, data: { retryAfterMs: 1_000 } });
    release();
    await Promise.all(all);
  });
});
