import { describe, expect, it } from 'vitest';
import { add, createTestNode, createTestNodes, openTestChain, passTime, readCounter, rest } from '../testing/test-nodes';
import { counterFramework, decodeCounterTransaction } from '../testing/counter-framework';
import type { Framework } from './framework';
import { chainId, height } from './types';

/** The counter framework on a thread that a test winds: a transaction costs as many milliseconds as its counter says. */
function costlyFramework(work: (ms: number) => void, costs: Readonly<Record<string, number>> = { dear: 20, c: 2 }): Framework {
  return {
    ...counterFramework,
    open: (context) => {
      const instance = counterFramework.open(context as Parameters<typeof counterFramework.open>[0]);
      const execute = instance.executeBlock.bind(instance);
      instance.executeBlock = async (input, state) => {
        const { isEnough = () => false } = input;
        let at = 0;
        const spend = (): void => work(costs[decodeCounterTransaction(input.transactions[at++] ?? new Uint8Array(0)).counter] ?? 0);
        spend();
        return execute({ ...input, isEnough: () => isEnough() || (spend(), false) }, state);
      };
      return instance;
    },
  };
}

describe('sub-chains that share a host', () => {
  it('wait for one block of a flooding neighbour, not for its whole queue', async () => {
    const node = await createTestNode();
    const [loud, quiet] = [chainId('loud-1'), chainId('quiet-1')];
    await openTestChain([node], loud, { blockCostMax: 5 });
    await openTestChain([node], quiet);
    const flood = Array.from({ length: 500 }, () => node.host.submit(loud, add('c', 1)));
    const before = node.host.head(loud).height;
    await node.host.submit(quiet, add('c', 1));
    const during = node.host.head(loud).height;
    expect(during - before).toBeLessThanOrEqual(8);
    await Promise.all(flood);
    expect(node.host.head(loud).height).toBeGreaterThanOrEqual(100);
    expect(await readCounter(node.host, 'c', loud)).toMatchObject({ value: 500 });
  });

  it('share the work evenly when all are busy', async () => {
    const node = await createTestNode();
    const chains = Array.from({ length: 6 }, (_, at) => chainId(`busy-${at}`));
    for (const chain of chains) await openTestChain([node], chain, { blockCostMax: 2 });
    const all = chains.flatMap((chain) => Array.from({ length: 60 }, () => node.host.submit(chain, add('c', 1))));
    await Promise.race(all.slice(-60).map((answer, at) => answer.then(() => at)));
    const heights = chains.map((chain) => node.host.head(chain).height);
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(3);
    await Promise.all(all);
  });

  it('get as much of the thread as the others, not as many blocks: one whose transactions cost ten times as much makes a tenth', async () => {
    let work: (ms: number) => void = () => undefined;
    const node = await createTestNode({ frameworks: [costlyFramework((ms) => work(ms))] });
    work = node.manual.work;
    const chains = ['dear-1', 'cheap-1', 'cheap-2'].map(chainId);
    for (const chain of chains) await openTestChain([node], chain, { blockCostMax: 1 });
    const queues = chains.map((chain) => Array.from({ length: 500 }, () => node.host.submit(chain, add(chain === chains[0] ? 'dear' : 'c', 1))));
    await Promise.race(queues.slice(1).map((answers) => Promise.all(answers)));
    const [dear = 0, ...cheap] = chains.map((chain) => node.host.head(chain).height);
    expect(dear).toBeGreaterThanOrEqual(45);
    expect(dear).toBeLessThanOrEqual(60);
    expect(Math.min(...cheap)).toBeGreaterThanOrEqual(495);
    await Promise.all(queues.flat());
    // What it took is told, in the same unit for all.
    const spent = chains.map((chain) => Math.round(node.host.peerStatus(chain).resources.executionMs));
    expect(spent).toEqual([500 * 20, 500 * 2, 500 * 2]);
  });

  it('end a block after 64 transactions or 2 ms while another waits, and fill it when they are alone', async () => {
    let work: (ms: number) => void = () => undefined;
    const node = await createTestNode({ frameworks: [costlyFramework((ms) => work(ms), { dear: 0.5, c: 0 })] });
    work = node.manual.work;
    const [one, two] = [chainId('one-1'), chainId('two-2')];
    for (const chain of [one, two]) await openTestChain([node], chain);
    const sizes = (chain: typeof one, from: number): number[] =>
      Array.from({ length: node.host.head(chain).height - from }, (_, at) => node.host.blockAt(chain, height(from + 1 + at))?.transactions.length ?? 0);
    await Promise.all(Array.from({ length: 900 }, () => node.host.submit(one, add('c', 1))));
    expect(Math.max(...sizes(one, 0))).toBeGreaterThan(64);
    const before = node.host.head(one).height;
    await Promise.all([...Array.from({ length: 500 }, () => node.host.submit(one, add('c', 1))), ...Array.from({ length: 500 }, () => node.host.submit(two, add('dear', 1)))]);
    expect(Math.max(...sizes(one, before))).toBe(64);
    expect(sizes(two, 0)[0]).toBe(4);
    expect(await readCounter(node.host, 'dear', two)).toMatchObject({ value: 500 });
  });

  it('put the share of several turns into a block that their peers must agree on', async () => {
    const nodes = await createTestNodes({ count: 3 });
    const agreed = chainId('agreed-1');
    await openTestChain(nodes, agreed, {}, 'crash');
    await rest();
    const loud = nodes.map((_, at) => chainId(`loud-${at}`));
    for (const [at, node] of nodes.entries()) await openTestChain([node], loud[at], { blockCostMax: 1 });
    const answers = nodes.flatMap(({ host }, at) => Array.from({ length: 900 }, () => host.submit(loud[at] ?? agreed, add('c', 1))));
    const [host] = nodes.map((node) => node.host);
    for (let count = 0; count < 800; count += 1) answers.push(host?.submit(agreed, add('c', 1)) ?? Promise.reject(new Error('there are nodes')));
    await passTime(nodes, 20_000);
    await Promise.all(answers);
    const sizes = Array.from({ length: host?.head(agreed).height ?? 0 }, (_, at) => host?.blockAt(agreed, height(at + 1))?.transactions.length ?? 0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(800);
    expect(Math.max(...sizes)).toBeGreaterThan(64);
  });

  it('do not see each other: neither state nor blocks nor lanes', async () => {
    const node = await createTestNode();
    const [one, two] = [chainId('one-1'), chainId('two-2')];
    await openTestChain([node], one);
    await openTestChain([node], two);
    await node.host.submit(one, add('c', 7, { account: 'a', sequence: 0 }));
    expect(await readCounter(node.host, 'c', two)).toMatchObject({ height: 0, value: 0 });
    expect(await node.host.submit(two, add('c', 1, { account: 'a', sequence: 0 }))).toMatchObject({ state: 'final', height: 1 });
    expect(node.host.head(one).genesisHash).not.toBe(node.host.head(two).genesisHash);
    expect(node.host.stats()).toMatchObject({ chains: 2, openChains: 2, blocks: 2, transactions: 2 });
  });
});
