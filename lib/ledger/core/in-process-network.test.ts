import { describe, expect, it } from 'vitest';
import { add, createTestNode, createTestNodes, openTestChain, TEST_CHAIN } from '../testing/test-nodes';
import { createInProcessNetwork } from './in-process-network';
import type { LedgerHost } from './host-types';
import { chainId, height } from './types';

describe('the network within a process', () => {
  it('rings all other hosts, never the own', async () => {
    const network = createInProcessNetwork();
    const rung: string[] = [];
    const node = await createTestNode();
    const host = (name: string): LedgerHost => Object.create(node.host, { announced: { value: () => rung.push(name) }, has: { value: () => true } }) as LedgerHost;
    const links = ['a', 'b', 'c'].map((name) => {
      const { link, enter } = network.connect();
      return { link, leave: enter(name, host(name)) };
    });
    links[1]?.link.announce(TEST_CHAIN, height(1));
    expect(rung).toEqual(['a', 'c']);
    links[0]?.leave();
    links[1]?.link.announce(TEST_CHAIN, height(2));
    expect(rung).toEqual(['a', 'c', 'c']);
  });

  it('says that nobody can be reached where nobody carries the sub-chain', async () => {
    const nodes = await createTestNodes({ count: 2 });
    const { link } = createInProcessNetwork().connect();
    await expect(link.fetchBlocks(TEST_CHAIN, height(1), 10)).rejects.toMatchObject({ code: 'peers-unreachable' });
    await expect(link.submit(TEST_CHAIN, add('c', 1))).rejects.toMatchObject({ code: 'peers-unreachable' });
    const [first, second] = nodes;
    if (first === undefined || second === undefined) throw new Error('two nodes were asked for');
    await first.host.createPeer(chainId('key-only'));
    await openTestChain([second]);
    await expect(first.host.submit(TEST_CHAIN, add('c', 1))).rejects.toMatchObject({ code: 'chain-unknown' });
    await expect(first.host.submit(chainId('key-only'), add('c', 1))).rejects.toMatchObject({ code: 'peer-missing' });
  });

  it('brings a follower’s transactions to the peer that orders, and its refusal back', async () => {
    const nodes = await createTestNodes({ count: 3 });
    await openTestChain(nodes);
    const [, second, third] = nodes;
    expect(await third?.host.submit(TEST_CHAIN, add('c', 1))).toMatchObject({ state: 'final', height: 1 });
    expect(await second?.host.submit(TEST_CHAIN, add('c', 1, { account: 'a', sequence: 3 }))).toMatchObject({ state: 'held' });
    await expect(second?.host.submit(TEST_CHAIN, add('c', 1, { account: 'a', sequence: 99 }))).rejects.toMatchObject({ code: 'sequence-too-high' });
  });
});
