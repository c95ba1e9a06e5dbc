import { describe, expect, it } from 'vitest';
import { add, createTestNode, openTestChain, readCounter } from '../testing/test-nodes';
import { chainId } from './types';

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
