import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createManualPorts } from '../testing/manual-ports';
import { HostTurns } from './host-turns';
import { TURN_SHARE, type Turn } from './turn';
import { DEBT_MS_MAX, Turns } from './turns';
import { chainId } from './types';

const [a, b, c] = ['aaa', 'bbb', 'ccc'].map(chainId) as [ReturnType<typeof chainId>, ReturnType<typeof chainId>, ReturnType<typeof chainId>];

const createTurns = (yieldTurn: () => Promise<void>, elapsedMs = () => 0, onSpent: (...spent: [string, number, number]) => void = () => undefined): HostTurns => new HostTurns(new Turns({ yieldTurn, elapsedMs }), onSpent);

describe('turns', () => {
  it('go round: a chain with much to do does not keep the others waiting', async () => {
    const turns = createTurns(async () => undefined);
    const order: string[] = [];
    const task = (name: string) => async () => void order.push(name);
    const all = [...Array.from({ length: 5 }, (_, at) => turns.run(a, task(`a${at}`))), turns.run(b, task('b0')), turns.run(b, task('b1')), turns.run(c, task('c0'))];
    await Promise.all(all);
    expect(order).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2', 'a3', 'a4']);
  });

  it('never overlap while they are short, of one chain or of several', async () => {
    const turns = createTurns(() => setImmediate());
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
    const turns = createTurns(() => setImmediate());
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
    const turns = createTurns(() => setImmediate());
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

  it('that wait for threads hold up nobody, however many: the bound is for what shares this thread', async () => {
    const turns = createTurns(() => setImmediate());
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const elsewhere = Array.from({ length: 30 }, (_, at) => turns.run(chainId(`heavy-${at}`), (turn) => turn.elsewhere(() => finished)));
    expect(await turns.run(a, async () => 'done')).toBe('done');
    finish();
    await Promise.all(elsewhere);
    await turns.idle();
    expect(turns.isBusy).toBe(false);
  });

  it('give sockets and files their turn between two of them', async () => {
    let yields = 0;
    const turns = createTurns(async () => {
      yields += 1;
      await setImmediate();
    });
    await turns.run(a, async () => undefined);
    await setImmediate();
    expect(yields).toBe(0);
    await Promise.all([turns.run(a, async () => undefined), turns.run(a, async () => undefined), turns.run(b, async () => undefined)]);
    expect(yields).toBe(2);
  });

  it('hand back results and failures, and go on after a failure', async () => {
    const turns = createTurns(async () => undefined);
    const failing = turns.run(a, async () => Promise.reject(new Error('no')));
    const fine = turns.run(a, async () => 7);
    await expect(failing).rejects.toThrow('no');
    expect(await fine).toBe(7);
  });

  it('know when they are idle, also when tasks make tasks', async () => {
    const turns = createTurns(async () => undefined);
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

describe('hosts that share a thread', () => {
  it('share it fairly among the chains of all of them, also where these have one name, and each sees its own', async () => {
    const { ports, work } = createManualPorts();
    const turns = new Turns(ports);
    const spent: string[] = [];
    const [one, two] = ['one', 'two'].map((host) => new HostTurns(turns, (chain, heldMs) => void spent.push(`${host} ${chain} ${heldMs}`)));
    if (one === undefined || two === undefined) throw new Error('two hosts were asked for');
    const order: string[] = [];
    const task = (name: string, cost: number) => async (): Promise<void> => {
      order.push(name);
      work(cost);
    };
    const dear = [one.run(a, task('dear', 6)), one.run(a, task('dear', 6))];
    const cheap = Array.from({ length: 5 }, () => two.run(a, task('cheap', 2)));
    expect([one.isBusy, two.isBusy]).toEqual([true, true]);
    await one.idle();
    await Promise.all([...dear, ...cheap]);
    expect(order).toEqual(['dear', 'cheap', 'cheap', 'cheap', 'dear', 'cheap', 'cheap']);
    await Promise.all([one.idle(), two.idle()]);
    expect([one.isBusy, two.isBusy]).toEqual([false, false]);
    expect([...new Set(spent)].sort()).toEqual(['one aaa 6', 'two aaa 2']);
  });

  it('do not wait for each other when one of them ends', async () => {
    const turns = new Turns({ yieldTurn: () => setImmediate(), elapsedMs: () => 0 });
    const [ending, going] = [new HostTurns(turns, () => undefined), new HostTurns(turns, () => undefined)];
    let end: () => void = () => undefined;
    const endless = going.run(a, () => new Promise<void>((resolve) => (end = resolve)));
    await ending.run(b, async () => undefined);
    await ending.idle();
    expect([ending.isBusy, going.isBusy]).toEqual([false, true]);
    end();
    await endless;
  });
});

describe('turns are fair by cost', () => {
  /** Chains that always have something to do, each task at its own cost; ends after so many tasks in all. */
  async function share(costs: Readonly<Record<string, number>>, tasks: number, { isCostSeen = true } = {}): Promise<{ counts: Record<string, number>; spentMs: Record<string, number> }> {
    const { ports, work } = createManualPorts();
    const counts: Record<string, number> = {};
    const spentMs: Record<string, number> = {};
    const onSpent = (chain: string, heldMs: number): void => void (spentMs[chain] = (spentMs[chain] ?? 0) + heldMs);
    const turns = createTurns(ports.yieldTurn, isCostSeen ? ports.elapsedMs : () => 0, onSpent);
    let done = 0;
    const begin = (name: string, cost: number): void => {
      void turns.run(chainId(name), async () => {
        counts[name] = (counts[name] ?? 0) + 1;
        done += 1;
        work(cost);
        if (done < tasks) begin(name, cost);
      });
    };
    for (const [name, cost] of Object.entries(costs)) begin(name, cost);
    await turns.idle();
    return { counts, spentMs };
  }

  it('a chain whose blocks cost ten times as much gets a tenth of the blocks', async () => {
    const { counts, spentMs } = await share({ cheap: 2, dear: 20, other: 2 }, 2_100);
    expect(counts.cheap).toBeGreaterThan(990);
    expect(counts.other).toBeGreaterThan(990);
    expect(counts.dear).toBeGreaterThanOrEqual(98);
    expect(counts.dear).toBeLessThanOrEqual(102);
    expect(spentMs).toEqual({ cheap: 2 * (counts.cheap ?? 0), dear: 20 * (counts.dear ?? 0), other: 2 * (counts.other ?? 0) });
  });

  it('(planted: a machine that does not see the cost gives it as many blocks as the others, and this test would find it)', async () => {
    const { counts } = await share({ cheap: 2, dear: 20, other: 2 }, 2_100, { isCostSeen: false });
    expect(counts.dear).toBeGreaterThanOrEqual(700);
  });

  it('nobody starves, whatever the others cost: a turn comes within the rounds of the largest debt', async () => {
    const { counts } = await share({ huge: 5_000, heavy: 50, light: 0.1, tiny: 0.01 }, 1_000);
    const rounds = DEBT_MS_MAX / TURN_SHARE.ms;
    for (const count of Object.values(counts)) expect(count).toBeGreaterThanOrEqual(Math.floor(1_000 / (4 * (rounds + 1))));
    expect(Math.abs((counts.light ?? 0) - (counts.tiny ?? 0))).toBeLessThanOrEqual(1);
    expect(counts.heavy).toBeLessThan((counts.light ?? 0) / 20);
  });

  it('a debt stays while a chain has nothing to do, and is forgiven once nobody else wants the thread', async () => {
    const { ports, work } = createManualPorts();
    const turns = createTurns(ports.yieldTurn, ports.elapsedMs);
    const order: string[] = [];
    const task = (name: string, cost: number) => async (): Promise<void> => {
      order.push(name);
      work(cost);
    };
    // After its turn the dear one has nothing, then comes again while the other has four tasks of a full share each.
    const first = turns.run(a, task('dear', 9));
    const others = Array.from({ length: 6 }, (_, at) => turns.run(b, task(`b${at}`, TURN_SHARE.ms)));
    await first;
    const second = turns.run(a, task('dear again', 9));
    await Promise.all([second, ...others]);
    expect(order).toEqual(['dear', 'b0', 'b1', 'b2', 'b3', 'dear again', 'b4', 'b5']);
    // Nobody else is there: it goes on at once, and a newcomer finds it without a debt.
    order.length = 0;
    await turns.run(a, task('alone', 50));
    await turns.idle();
    await Promise.all([turns.run(a, task('a', 1)), turns.run(b, task('b', 1))]);
    expect(order).toEqual(['alone', 'a', 'b']);
  });

  it('a turn is enough after its time or its transactions, but only when another chain waits', async () => {
    const { ports, work } = createManualPorts();
    const turns = createTurns(ports.yieldTurn, ports.elapsedMs);
    /** How many transactions of this cost go into one turn, of a thousand. */
    const fill = (cost: number) => async (turn: Turn): Promise<number> => {
      for (let count = 1; count < 1_000; count += 1) {
        work(cost);
        if (turn.isEnough()) return count;
      }
      return 1_000;
    };
    expect(await turns.run(a, fill(0.5))).toBe(1_000);
    await turns.idle();
    const beside = await Promise.all([turns.run(a, fill(0.5)), turns.run(b, fill(0.001)), turns.run(c, fill(5)), turns.run(a, fill(0))]);
    // The last has nobody beside it any more.
    expect(beside).toEqual([TURN_SHARE.ms / 0.5, TURN_SHARE.transactions, 1, 1_000]);
  });

  it('a turn may take the share of several rounds at once, and waits for it afterwards', async () => {
    const { ports, work } = createManualPorts();
    const turns = createTurns(ports.yieldTurn, ports.elapsedMs);
    const order: string[] = [];
    const fill = (name: string, cost: number, rounds: number) => async (turn: Turn): Promise<void> => {
      let count = 0;
      do {
        work(cost);
        count += 1;
      } while (!turn.isEnough(rounds) && count < 1_000);
      order.push(`${name} ${count}`);
    };
    const others = Array.from({ length: 6 }, () => turns.run(b, fill('b', 2, 1)));
    await Promise.all([turns.run(a, fill('a', 0.5, 4)), turns.run(a, fill('a', 0, 4)), ...others]);
    // Four rounds are 8 ms, which are paid before it comes again. The last has nobody beside it.
    expect(order).toEqual(['b 1', 'a 16', 'b 1', 'b 1', 'b 1', 'b 1', 'a 256', 'b 1000']);
  });

  it('a turn alone hears of a chain that came while it ran', async () => {
    const turns = createTurns(() => setImmediate());
    let other: Promise<void> | undefined;
    const seen: boolean[] = [];
    await turns.run(a, async (turn) => {
      seen.push(turn.isAwaited);
      other = turns.run(b, async () => undefined);
      seen.push(turn.isAwaited);
    });
    await other;
    expect(seen).toEqual([false, true]);
  });

  it('time that a turn stands aside is not its own', async () => {
    const { ports, work } = createManualPorts();
    const spent: [string, number, number][] = [];
    const turns = createTurns(ports.yieldTurn, ports.elapsedMs, (...entry) => void spent.push(entry));
    await turns.run(a, async (turn) => {
      work(1);
      expect(await turn.aside(async () => (work(100), 'done'))).toBe('done');
      work(2);
      await turn.aside(() => Promise.reject(new Error('no'))).catch(() => work(4));
      // Several at once: the thread is its own as soon as one of them is back.
      await Promise.all([turn.aside(async () => work(1_000)), turn.aside(async () => undefined)]);
      turn.spentOnWorker(7);
    });
    await turns.idle();
    expect(spent).toEqual([[a, 7, 7]]);
  });
});
