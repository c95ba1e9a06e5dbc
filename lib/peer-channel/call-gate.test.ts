import { describe, expect, it } from 'vitest';
import { CallGate } from './call-gate';

const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

function openGate(runningMax: number, waitingMax: number) {
  const gate = new CallGate(runningMax, waitingMax, { seats: 3 / 4, line: 1 / 2 });
  const running: string[] = [];
  const ends: Record<string, () => void> = {};
  const call = (chain: string, name: string, signal = never) =>
    gate.run(
      chain,
      () => {
        running.push(name);
        return new Promise<void>((resolve) => (ends[name] = resolve));
      },
      signal,
    );
  return { gate, running, ends, call };
}

describe('calls to another host', () => {
  it('of one sub-chain never take all seats, and of those that wait its turn comes that has the fewest running', async () => {
    const { running, ends, call } = openGate(4, 10);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) void call('a', name);
    void call('b', 'b1');
    await turn();
    expect(running).toEqual(['a1', 'a2', 'a3', 'b1']);
    void call('c', 'c1');
    ends.a1?.();
    await turn();
    expect(running.at(-1)).toBe('c1');
    ends.b1?.();
    ends.c1?.();
    await turn();
    expect(running.slice(5)).toEqual(['a4']);
  });

  it('wait in line up to a bound, half of it for one sub-chain, and leave it when nobody waits for them any more', async () => {
    const { gate, running, ends, call } = openGate(1, 4);
    const gone = new AbortController();
    void call('a', 'a1');
    const left = call('a', 'a2', gone.signal);
    void call('a', 'a3');
    await expect(call('a', 'a4')).rejects.toThrow('Too many calls to this host wait already.');
    void call('b', 'b1');
    void call('c', 'c1');
    await expect(call('d', 'd1')).rejects.toThrow('Too many calls');
    gone.abort(new Error('hung up'));
    await expect(left).rejects.toThrow('hung up');
    expect(gate.count).toBe(4);
    for (const name of ['a1', 'a3', 'b1', 'c1']) {
      ends[name]?.();
      await turn();
    }
    expect(running).toEqual(['a1', 'a3', 'b1', 'c1']);
    ends.c1?.();
    await turn();
    expect(gate.count).toBe(0);
  });
});
