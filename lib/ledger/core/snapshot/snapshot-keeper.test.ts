import { describe, expect, it } from 'vitest';
import { joinCity } from '../../testing/join-city';
import { at, submitAt } from '../../testing/test-city';
import { add, createTestNode, openTestChain, passTime, rest, TEST_CHAIN, type TestNode } from '../../testing/test-nodes';
import { chainId, height } from '../types';
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
    expect(ask(node, 9, chainId('cove-1001'))).toEqual({ state: 'busy', height: 0 });
    await passTime([node], 20_000);
    expect(node.manual.scheduled()).toBe(before);
    expect(ask(node, 7)).toEqual({ state: 'waiting', height: 1 });
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
