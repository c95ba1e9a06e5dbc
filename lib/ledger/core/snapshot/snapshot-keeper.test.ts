import { describe, expect, it } from 'vitest';
import { joinCity } from '../../testing/join-city';
import { at, submitAt } from '../../testing/test-city';
import { add, createTestNode, openTestChain, passTime, rest, TEST_CHAIN, type TestNode } from '../../testing/test-nodes';
import { chainId, height, type ChainId } from '../types';
import { decodeSnapshotAnswer } from './snapshot-answer';

const ask = (node: TestNode, of: number, chain = TEST_CHAIN) => decodeSnapshotAnswer(node.host.snapshotAnswer(chain, height(of)));

async function nodeAt(blocks: number): Promise<TestNode> {
  const node = await createTestNode();
  await openTestChain([node]);
  for (let block = 0; block < blocks; block += 1) await node.host.submit(TEST_CHAIN, add('c', 1));
  await rest();
  return node;
}

describe('a peer that is asked for a snapshot', () => {
  it('makes it at its height, waits for one ahead, and says when it is beyond', async () => {
    const node = await nodeAt(3);
    expect(ask(node, 0)).toEqual({ state: 'passed', height: 3, genesisHash: node.host.head(TEST_CHAIN).genesisHash, changes: [] });
    expect(ask(node, 2)).toEqual({ state: 'passed', height: 3, genesisHash: node.host.head(TEST_CHAIN).genesisHash, changes: [] });
    expect(ask(node, 3)).toEqual({ state: 'making', height: 3 });
    expect(ask(node, 5)).toEqual({ state: 'waiting', height: 3 });
    await rest();
    expect(ask(node, 3)).toMatchObject({ state: 'ready', signed: { facts: { chain: TEST_CHAIN, height: 3 } } });
    for (let block = 0; block < 4; block += 1) await node.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    expect(ask(node, 5)).toMatchObject({ state: 'ready', height: 7, signed: { facts: { height: 5, blockHash: node.host.blockAt(TEST_CHAIN, height(5))?.hash } } });
  });

  it('holds few, lets go of those that nobody asks for, and then has no timer', async () => {
    const node = await nodeAt(1);
    const before = node.manual.scheduled();
    ask(node, 5);
    ask(node, 6);
    expect(ask(node, 7)).toEqual({ state: 'busy', height: 1 });
    for (const name of ['reef-2209', 'cove-1001']) {
      await openTestChain([node], chainId(name));
      ask(node, 5, chainId(name));
    }
    ask(node, 6, chainId('cove-1001'));
    expect(ask(node, 9, chainId('cove-1001'))).toEqual({ state: 'busy', height: 0 });
    await passTime([node], 20_000);
    expect(node.manual.scheduled()).toBe(before);
    expect(ask(node, 7)).toEqual({ state: 'waiting', height: 1 });
  });

  it('waits for no height that is far ahead', async () => {
    const node = await nodeAt(2);
    expect(ask(node, 502)).toEqual({ state: 'waiting', height: 2 });
    expect(ask(node, 503)).toEqual({ state: 'busy', height: 2 });
  });

  it('makes one that is there although others, of its sub-chain too, are waited for', async () => {
    const node = await nodeAt(1);
    const [reef, cove] = ['reef-2209', 'cove-1001'].map(chainId) as [ChainId, ChainId];
    for (const chain of [reef, cove]) {
      await openTestChain([node], chain);
      await node.host.submit(chain, add('c', 1));
      for (const of of [5, 6]) expect(ask(node, of, chain)).toEqual({ state: 'waiting', height: 1 });
    }
    for (const of of [5, 6]) ask(node, of);
    for (const chain of [TEST_CHAIN, reef, cove]) expect(ask(node, 1, chain)).toEqual({ state: 'making', height: 1 });
    await rest();
    for (const chain of [TEST_CHAIN, reef, cove]) expect(ask(node, 1, chain)).toMatchObject({ state: 'ready' });
  });

  it('lets go of who has waited longest when many are waited for', async () => {
    const node = await nodeAt(1);
    ask(node, 2);
    ask(node, 3);
    for (let at = 0; at < 32; at += 1) {
      const chain = chainId(`reef-${1000 + at}`);
      await openTestChain([node], chain);
      for (const of of [5, 6].slice(at === 31 ? 1 : 0)) ask(node, of, chain);
    }
    for (let block = 0; block < 2; block += 1) await node.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    expect(() => node.host.snapshotRange(TEST_CHAIN, height(2), 0)).toThrow(expect.objectContaining({ code: 'snapshot-missing' }));
    expect(node.host.snapshotRange(TEST_CHAIN, height(3), 0).length).toBeGreaterThan(0);
  });

  it('makes one although two other sub-chains have two each: the one that was asked for longest ago goes', async () => {
    const node = await nodeAt(0);
    const [reef, cove] = ['reef-2209', 'cove-1001'].map(chainId) as [ChainId, ChainId];
    for (const chain of [reef, cove]) await openTestChain([node], chain);
    for (const of of [1, 2]) {
      for (const chain of [TEST_CHAIN, reef, cove]) await node.host.submit(chain, add('c', 1));
      for (const chain of [TEST_CHAIN, reef]) ask(node, of, chain);
      await passTime([node], 1_000);
    }
    expect(node.host.snapshotRange(TEST_CHAIN, height(1), 0).length).toBeGreaterThan(0);
    expect(ask(node, 2, cove)).toEqual({ state: 'making', height: 2 });
    await rest();
    expect(ask(node, 2, cove)).toMatchObject({ state: 'ready' });
    expect(() => node.host.snapshotRange(reef, height(1), 0)).toThrow(expect.objectContaining({ code: 'snapshot-missing' }));
    for (const [chain, of] of [[TEST_CHAIN, 1], [TEST_CHAIN, 2], [reef, 2]] as const) expect(node.host.snapshotRange(chain, height(of), 0).length).toBeGreaterThan(0);
    // Who has one takes none from others, nor does one that waited for its height.
    ask(node, 3, reef);
    for (const chain of [reef, cove]) await node.host.submit(chain, add('c', 1));
    expect(ask(node, 3, cove)).toEqual({ state: 'busy', height: 3 });
    await rest();
    expect(() => node.host.snapshotRange(reef, height(3), 0)).toThrow(expect.objectContaining({ code: 'snapshot-missing' }));
  });

  it('keeps one that is read for long, but not for ever', async () => {
    const node = await nodeAt(2);
    ask(node, 2);
    await rest();
    for (let step = 0; step < 12; step += 1) {
      await passTime([node], 50_000);
      expect(node.host.snapshotRange(TEST_CHAIN, height(2), 0).length).toBeGreaterThan(0);
    }
    await passTime([node], 130_000);
    expect(() => node.host.snapshotRange(TEST_CHAIN, height(2), 0)).toThrow(expect.objectContaining({ code: 'snapshot-missing' }));
  });

  it('gives no range of what it does not hold', async () => {
    const node = await nodeAt(2);
    expect(() => node.host.snapshotRange(TEST_CHAIN, height(2), 0)).toThrow(expect.objectContaining({ code: 'snapshot-missing' }));
    ask(node, 2);
    await rest();
    expect(() => node.host.snapshotRange(TEST_CHAIN, height(2), 1)).toThrow(expect.objectContaining({ code: 'snapshot-missing' }));
    await node.host.removeChain(TEST_CHAIN);
    expect(() => node.host.snapshotRange(TEST_CHAIN, height(2), 0)).toThrow(expect.objectContaining({ code: 'snapshot-missing' }));
    expect(() => node.host.snapshotAnswer(TEST_CHAIN, height(2))).toThrow(expect.objectContaining({ code: 'chain-unknown' }));
  });

  it('that followers made names the same state', async () => {
    const { nodes } = await joinCity({ count: 4, finality: 'crash', blocks: 6, entries: 20 });
    await submitAt(nodes, 0);
    const head = at(nodes, 0).host.head(TEST_CHAIN).height;
    for (const node of nodes.slice(0, 3)) ask(node, head);
    await rest();
    const facts = nodes.slice(0, 3).map((node) => ask(node, head)).map((answer) => (answer.state === 'ready' ? answer.signed.facts : undefined));
    expect(facts[0]).toMatchObject({ height: head });
    expect(facts[0]!.ranges).toBeGreaterThan(1);
    for (const one of facts) expect(one).toEqual(facts[0]);
  });
});
