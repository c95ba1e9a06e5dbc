import { describe, expect, it } from 'vitest';
import { seededRandom } from '../state-file';
import { checkHistory, type FinalBlock, type Rule } from './check-history';
import type { Operation, Outcome, Question } from './history';

/** A history by hand: each line is one operation with its beginning and end. */
class Script {
  readonly operations: Operation[] = [];

  op(peer: string, [startMs, endMs]: [number, number], question: Question, outcome: Outcome): this {
    this.operations.push({ ...question, id: this.operations.length, client: 0, peer, startMs, endMs, outcome });
    return this;
  }

  send(peer: string, times: [number, number], tx: string, { account = 'a', nonce = 0, value, type = 'ok' }: { account?: string; nonce?: number; value?: number; type?: 'ok' | 'fail' | 'unknown' } = {}): this {
    const question = { kind: 'submit' as const, tx, account, nonce, ...(value === undefined ? {} : { value }) };
    return this.op(peer, times, question, type === 'ok' ? { type } : { type, reason: 'test' });
  }

  receipt(peer: string, times: [number, number], tx: string, at: { height: number; index?: number; blockHash?: string; succeeded?: boolean } | null): this {
    const receipt = at && { height: at.height, blockHash: at.blockHash ?? `b${at.height}`, index: at.index ?? 0, succeeded: at.succeeded ?? true };
    return this.op(peer, times, { kind: 'receipt', tx }, { type: 'ok', receipt });
  }

  read(peer: string, times: [number, number], account: string, value: number): this {
    return this.op(peer, times, { kind: 'read', account }, { type: 'ok', value });
  }

  height(peer: string, times: [number, number], height: number): this {
    return this.op(peer, times, { kind: 'height' }, { type: 'ok', height });
  }

  check(chain: readonly FinalBlock[]) {
    return checkHistory(this.operations, chain, { orderers: new Set(['P', 'Q', 'R', 'S']) });
  }

  rules(chain: readonly FinalBlock[]): Rule[] {
    return [...new Set(this.check(chain).violations.map(({ rule }) => rule))];
  }
}

/** Genesis, and one block for each list of transactions. */
const chainOf = (...blocks: string[][]): FinalBlock[] => [[], ...blocks].map((transactions, height) => ({ height, hash: `b${height}`, transactions }));

describe('the history of a chain that kept its promises', () => {
  it('has no violation: answers, receipts, registers and heights agree with the chain', () => {
    const script = new Script()
      .send('P', [0, 5], 't0', { value: 1 })
      .receipt('P', [6, 7], 't0', { height: 1 })
      .send('P', [8, 12], 't1', { nonce: 1, value: 2 })
      .read('P', [13, 14], 'a', 2)
      .height('P', [15, 16], 2)
      // Another peer may be behind, and then be there.
      .read('Q', [15, 16], 'a', 0)
      .receipt('Q', [17, 18], 't0', null)
      .receipt('Q', [19, 20], 't0', { height: 1 })
      .read('Q', [21, 22], 'a', 1);
    expect(script.check(chainOf(['t0'], ['t1']))).toEqual({ violations: [], sum: { sent: 2, acknowledged: 2, unknown: 0, unknownInChain: 0, reads: 7 } });
  });

  it('counts what nobody was told of, whether it is in the chain or not', () => {
    const script = new Script().send('P', [0, 5], 't0', { type: 'unknown' }).send('P', [0, 5], 'u0', { account: 'b', type: 'unknown' });
    expect(script.check(chainOf(['u0']))).toEqual({ violations: [], sum: { sent: 2, acknowledged: 0, unknown: 2, unknownInChain: 1, reads: 0 } });
  });

  it('takes no answer for an acknowledgement that may have come before the block', () => {
    // After 7 s the gateway answers with the hash alone; ahead of its account's earlier ones a transaction waits in memory.
    const late = new Script().send('P', [0, 7_500], 't0').receipt('P', [7_501, 7_502], 't0', null);
    expect(late.rules(chainOf())).toEqual([]);
    const ahead = new Script()
      .send('P', [0, 5], 't0')
      .receipt('P', [6, 7], 't0', { height: 1 })
      .send('Q', [8, 9], 't1', { nonce: 1 })
      .receipt('Q', [10, 11], 't1', null);
    expect(ahead.check(chainOf(['t0']))).toMatchObject({ violations: [], sum: { acknowledged: 1, unknown: 1 } });
  });

  it('lets a peer that only follows have later what it has answered, but not lose it', () => {
    const script = new Script().send('F', [0, 5], 't0').receipt('F', [6, 7], 't0', null).receipt('F', [8, 9], 't0', { height: 1 });
    expect(script.rules(chainOf(['t0']))).toEqual([]);
    expect(script.rules(chainOf())).toEqual(['lost']);
    expect(script.receipt('F', [10, 11], 't0', null).rules(chainOf(['t0']))).toEqual(['stale']);
  });

  it('may put operations that overlap in either order', () => {
    const script = new Script()
      .send('P', [0, 10], 't0', { account: 'a' })
      .send('Q', [5, 15], 'u0', { account: 'b' })
      .height('R', [20, 30], 2)
      .height('R', [25, 40], 1);
    expect(script.rules(chainOf(['u0'], ['t0']))).toEqual([]);
  });
});

describe('a promise that was broken is found', () => {
  it('an acknowledged transaction that is lost: by its answer, by a receipt', () => {
    expect(new Script().send('P', [0, 5], 't0').rules(chainOf())).toEqual(['lost']);
    expect(new Script().send('P', [0, 7_500], 't0').receipt('Q', [8_000, 8_001], 't0', { height: 1 }).rules(chainOf())).toEqual(['lost']);
  });

  it('a transaction that is in the chain twice', () => {
    expect(new Script().send('P', [0, 5], 't0').rules(chainOf(['t0'], ['t0']))).toEqual(['twice']);
    expect(new Script().send('P', [0, 5], 't0', { type: 'unknown' }).rules(chainOf(['t0', 't0']))).toEqual(['twice']);
  });

  it.each([{ height: 2 }, { height: 1, index: 1 }, { height: 1, blockHash: 'other' }])('a transaction that is elsewhere than was said: %o', (said) => {
    const script = new Script().send('P', [0, 5], 't0').receipt('P', [6, 7], 't0', said);
    expect(script.rules(chainOf(['t0'], []))).toContain('moved');
  });

  it('a transaction that nobody sent, or that certainly never left its client', () => {
    expect(new Script().rules(chainOf(['x']))).toEqual(['stranger']);
    expect(new Script().send('P', [0, 5], 't0', { type: 'fail' }).rules(chainOf(['t0']))).toEqual(['stranger']);
    expect(checkHistory([], chainOf(['x']), { orderers: new Set(), foreign: new Set(['x']) }).violations).toEqual([]);
  });

  it('an order against real time', () => {
    const script = new Script().send('P', [0, 5], 't0', { account: 'a' }).send('Q', [6, 9], 'u0', { account: 'b' });
    expect(script.rules(chainOf(['t0'], ['u0']))).toEqual([]);
    expect(script.rules(chainOf(['u0'], ['t0']))).toEqual(['order']);
    expect(script.rules(chainOf(['u0', 't0']))).toEqual(['order']);
  });

  it('an order against real time that only a reader knows of', () => {
    const script = new Script()
      .send('P', [0, 7_500], 't0', { account: 'a', value: 1 })
      .read('Q', [3, 4], 'a', 1)
      .send('R', [5, 9], 'u0', { account: 'b' });
    expect(script.rules(chainOf(['u0'], ['t0']))).toEqual(['order']);
  });

  it('an order against real time far apart in the chain', () => {
    const script = new Script().send('P', [0, 1], 'first', { account: 'a' });
    const names = Array.from({ length: 50 }, (_, index) => `m${index}`);
    for (const [index, name] of names.entries()) script.send('P', [10, 20], name, { account: `m${index}` });
    expect(script.rules(chainOf(['first'], ...names.map((name) => [name])))).toEqual([]);
    expect(script.rules(chainOf(...names.map((name) => [name]), ['first']))).toEqual(['order']);
  });

  it('an account whose transactions change places', () => {
    const script = new Script().send('P', [0, 7_500], 't0').send('P', [0, 7_500], 't1', { nonce: 1 });
    expect(script.rules(chainOf(['t1'], ['t0']))).toEqual(['lane']);
  });

  it('a register that a peer shows older than it has shown, or than it has answered', () => {
    const written = new Script().send('P', [0, 5], 't0', { value: 1 });
    expect(new Script().send('P', [0, 5], 't0', { value: 1 }).read('P', [6, 7], 'a', 0).rules(chainOf(['t0']))).toEqual(['stale']);
    expect(written.read('Q', [6, 7], 'a', 1).read('Q', [8, 9], 'a', 0).rules(chainOf(['t0']))).toEqual(['stale']);
  });

  it('a register that is older than another thing that the same peer has shown', () => {
    const script = new Script()
      .send('P', [0, 5], 't0', { account: 'a', value: 1 })
      .send('P', [6, 9], 'u0', { account: 'b', value: 1 })
      .read('Q', [10, 11], 'b', 1)
      .read('Q', [12, 13], 'a', 0);
    expect(script.rules(chainOf(['t0'], ['u0']))).toEqual(['stale']);
  });

  it('a receipt that a peer has shown and no longer knows', () => {
    const script = new Script().send('P', [0, 5], 't0').receipt('P', [6, 7], 't0', null);
    expect(script.rules(chainOf(['t0']))).toEqual(['stale']);
  });

  it('a height that goes back, or that never was', () => {
    expect(new Script().height('P', [0, 1], 2).height('P', [2, 3], 1).rules(chainOf([], []))).toEqual(['stale']);
    expect(new Script().height('P', [0, 1], 3).rules(chainOf([], []))).toEqual(['phantom']);
  });

  it('a value that no transaction of the chain wrote, and one that was shown before it was sent', () => {
    const script = new Script().send('P', [0, 7_500], 't0', { value: 1 }).read('P', [1, 2], 'a', 1);
    expect(script.rules(chainOf())).toEqual(['phantom']);
    expect(new Script().read('Q', [0, 1], 'a', 1).send('P', [5, 9], 't0', { value: 1 }).rules(chainOf(['t0']))).toEqual(['phantom']);
    expect(new Script().receipt('Q', [0, 1], 't0', { height: 1 }).send('P', [5, 9], 't0').rules(chainOf(['t0']))).toContain('phantom');
  });

  it('a transaction that failed', () => {
    expect(new Script().send('P', [0, 5], 't0').receipt('P', [6, 7], 't0', { height: 1, succeeded: false }).rules(chainOf(['t0']))).toEqual(['reverted']);
  });
});

/** A model: one chain, peers that hold a growing prefix of it each, operations that take effect at one moment. */
function play(seed: number): { script: Script; chain: FinalBlock[] } {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const peers = ['P', 'Q', 'R', 'S'];
  const heights = new Map(peers.map((peer) => [peer, 0]));
  const blocks: string[][] = [];
  const accounts = ['a', 'b', 'c'].map((name) => ({ name, nonce: 0, busyUntil: 0, sent: [] as string[] }));
  const script = new Script();
  const valueOf = (tx: string) => Number(tx.slice(1)) + 1;
  const read = (peer: string, name: string) =>
    Math.max(0, ...blocks.slice(0, heights.get(peer)).flat().filter((tx) => tx.startsWith(name)).map(valueOf));
  for (let now = 0; now < 300; now += 1) {
    const peer = peers[below(4)] ?? 'P';
    const account = accounts[below(3)];
    if (!account) continue;
    const { name } = account;
    const start = now - random() * 3;
    const end = now + random() * 3;
    const choice = below(6);
    if (choice <= 1) {
      // A peer that lags catches up with a part of what there is.
      const own = heights.get(peer) ?? 0;
      heights.set(peer, own + below(blocks.length - own + 1));
    } else if (choice === 2 && now > account.busyUntil) {
      account.busyUntil = end + 3;
      const tx = `${name}${account.nonce}`;
      const isThere = random() < 0.8;
      // It takes effect within its operation; the peer that was asked has the block when it answers.
      if (isThere) {
        blocks.push([tx]);
        account.sent.push(tx);
      }
      const answers = isThere && random() < 0.8;
      if (answers) heights.set(peer, blocks.length);
      script.send(peer, [start, answers ? end : end + 8_000], tx, { account: name, nonce: account.nonce, value: valueOf(tx), ...(answers ? {} : { type: 'unknown' as const }) });
      if (isThere) account.nonce += 1;
      else account.busyUntil = Infinity;
    } else if (choice === 3) script.read(peer, [start, end], name, read(peer, name));
    else if (choice === 4) script.height(peer, [start, end], heights.get(peer) ?? 0);
    else {
      const tx = account.sent[below(account.sent.length)];
      if (tx === undefined) continue;
      const at = blocks.findIndex((block) => block.includes(tx)) + 1;
      script.receipt(peer, [start, end], tx, at <= (heights.get(peer) ?? 0) ? { height: at } : null);
    }
  }
  return { script, chain: chainOf(...blocks) };
}

describe('histories of a model, by seed', () => {
  const seeds = Array.from({ length: 200 }, (_, index) => index + 1);

  it('are found right', () => {
    for (const seed of seeds) {
      const { script, chain } = play(seed);
      expect(script.check(chain).violations, `seed ${seed}`).toEqual([]);
      expect(script.operations.length, `seed ${seed}`).toBeGreaterThan(100);
    }
  });

  it('are found wrong when the chain lacks one acknowledged transaction', () => {
    let played = 0;
    for (const seed of seeds) {
      const { script, chain } = play(seed);
      const seen = script.operations.flatMap((operation) => (operation.kind === 'receipt' && operation.outcome.type === 'ok' && operation.outcome.receipt ? [operation.tx] : []));
      const [victim] = seen;
      if (victim === undefined) continue;
      played += 1;
      const without = chain.map((block) => ({ ...block, transactions: block.transactions.filter((tx) => tx !== victim) }));
      expect(script.rules(without), `seed ${seed}`).toContain('lost');
    }
    expect(played).toBeGreaterThan(150);
  });

  it('are found wrong when one peer answers from an older state once', () => {
    let played = 0;
    for (const seed of seeds) {
      const { script, chain } = play(seed);
      const heights = script.operations.filter((operation) => operation.kind === 'height' && operation.outcome.type === 'ok' && (operation.outcome.height ?? 0) > 0);
      const [first] = heights;
      if (!first) continue;
      played += 1;
      script.height(first.peer, [first.endMs + 0.001, first.endMs + 0.002], 0);
      expect(script.rules(chain), `seed ${seed}`).toContain('stale');
    }
    expect(played).toBeGreaterThan(150);
  });

  it('are found wrong when two transactions that followed each other are changed over', () => {
    let played = 0;
    for (const seed of seeds) {
      const { script, chain } = play(seed);
      const answered = script.operations.filter((operation) => operation.kind === 'submit' && operation.outcome.type === 'ok');
      const pair = answered.flatMap((one) => answered.flatMap((other) => (one.endMs < other.startMs && one.kind === 'submit' && other.kind === 'submit' ? [[one.tx, other.tx] as const] : [])))[0];
      if (!pair) continue;
      played += 1;
      const [first, second] = pair;
      const swap = (tx: string) => (tx === first ? second : tx === second ? first : tx);
      const swapped = chain.map((block) => ({ ...block, transactions: block.transactions.map(swap) }));
      expect(script.rules(swapped).length, `seed ${seed}`).toBeGreaterThan(0);
    }
    expect(played).toBeGreaterThan(150);
  });
});
