import { describe, expect, it } from 'vitest';
import { counterFramework } from '../testing/counter-framework';
import { createMemoryIndex } from '../testing/memory-index';
import { openTestStorage } from '../testing/open-test-storage';
import { createPowerCutFiles } from '../testing/power-cut-files';
import { add, createTestNodes, letRest, openTestChain, passTime, readCounter, rest, restartTestNode, TEST_CHAIN, type TestNode } from '../testing/test-nodes';
import type { Framework } from './framework';
import type { Finality } from './host-types';
import { chainId } from './types';

const ROOM = 100_000_000;

const failing: Framework = {
  ...counterFramework,
  open: (context) => {
    const instance = counterFramework.open(context as Parameters<typeof counterFramework.open>[0]);
    instance.executeBlock = () => Promise.reject(new Error('stack of cards'));
    return instance;
  },
};

/** City nodes on disks whose room a test sets. */
async function openCity(count: number, finality: Finality, frameworks: readonly Framework[] = [counterFramework]) {
  const disks = Array.from({ length: count }, () => createPowerCutFiles());
  const nodes = await createTestNodes({ count, frameworks, storage: (at, manual) => openTestStorage({ directory: '/ledger', files: disks[at] ?? createPowerCutFiles(), index: createMemoryIndex(), manual }) });
  await openTestChain(nodes, TEST_CHAIN, {}, finality);
  return { nodes, disks };
}

const valueAt = async ({ host }: TestNode): Promise<number> => ((await readCounter(host, 'c')) as { value: number }).value;

describe('a city node whose disk is full', () => {
  it('refuses transactions with a time to try again, keeps answering reads, and goes on by itself', async () => {
    const { nodes, disks } = await openCity(1, 'solo');
    const [[node], [disk]] = [nodes, disks];
    if (node === undefined || disk === undefined) throw new Error('one node was opened');
    await node.host.submit(TEST_CHAIN, add('c', 1));
    disk.setRoom(10);
    const waiting = [2, 3, 4].map((amount) => node.host.submit(TEST_CHAIN, add('c', amount)));
    for (const result of await Promise.allSettled(waiting)) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'storage-full', details: { retryAfterMs: 1_000 } } });
    expect(node.host.stats()).toMatchObject({ isFull: true, queued: 0 });
    // From then on none is even queued.
    const { operations } = disk;
    await expect(node.host.submit(TEST_CHAIN, add('c', 5))).rejects.toMatchObject({ code: 'storage-full', message: expect.stringContaining('full') });
    await passTime(nodes, 3_000);
    expect(disk.operations).toBe(operations);
    expect(await valueAt(node)).toBe(1);
    expect(node.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running', height: 1, queued: 0 });
    await node.host.createPeer(chainId('reef-2209'));

    disk.setRoom(ROOM);
    await passTime(nodes, 1_000);
    expect(await node.host.submit(TEST_CHAIN, add('c', 10))).toMatchObject({ state: 'final', height: 2 });
    expect(await valueAt(node)).toBe(11);
    expect(node.host.stats().isFull).toBe(false);
    await openTestChain(nodes, chainId('reef-2209'));
    await node.host.close();
    expect(node.manual.scheduled()).toBe(0);
  });

  it('keeps an opened sub-chain from being half made: the same call works once there is room', async () => {
    const { nodes, disks } = await openCity(1, 'solo');
    const other = chainId('reef-2209');
    disks[0]?.setRoom(10);
    await expect(openTestChain(nodes, other)).rejects.toMatchObject({ code: 'storage-full' });
    expect(nodes[0]?.host.has(other)).toBe(false);
    disks[0]?.setRoom(ROOM);
    await passTime(nodes, 1_000);
    await openTestChain(nodes, other);
    expect(nodes[0]?.host.head(other)).toMatchObject({ height: 0 });
  });

  it('answers a stop only when it is kept: one that found no room is none, and holds when it is repeated', async () => {
    const { nodes, disks } = await openCity(1, 'solo');
    const [[node], [disk]] = [nodes, disks];
    if (node === undefined || disk === undefined) throw new Error('one node was opened');
    await node.host.submit(TEST_CHAIN, add('c', 1));
    disk.setRoom(10);
    for (let call = 0; call < 2; call += 1) await expect(node.host.stopChain(TEST_CHAIN, 'unpaid')).rejects.toMatchObject({ code: 'storage-full' });
    expect(node.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running' });
    disk.setRoom(ROOM);
    await passTime(nodes, 1_000);
    await node.host.stopChain(TEST_CHAIN, 'unpaid');
    await letRest(nodes);
    expect(node.host.stats().openChains).toBe(0);
    expect(node.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', stopped: { by: 'operator', reason: 'unpaid' } });
    await expect(node.host.submit(TEST_CHAIN, add('c', 1))).rejects.toMatchObject({ code: 'chain-stopped' });
    // The same the other way.
    disk.setRoom(10);
    await expect(node.host.startChain(TEST_CHAIN)).rejects.toMatchObject({ code: 'storage-full' });
    expect(node.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped' });
    disk.setRoom(ROOM);
    await passTime(nodes, 1_000);
    await node.host.startChain(TEST_CHAIN);
    expect(await node.host.submit(TEST_CHAIN, add('c', 1))).toMatchObject({ state: 'final', height: 2 });
  });

  it('keeps the stop of an operator also when the peer stopped itself and could not keep why', async () => {
    const { nodes, disks } = await openCity(1, 'solo', [failing]);
    const [[node], [disk]] = [nodes, disks];
    if (node === undefined || disk === undefined) throw new Error('one node was opened');
    disk.setRoom(10);
    await expect(node.host.submit(TEST_CHAIN, add('c', 1))).rejects.toMatchObject({ code: 'chain-stopped' });
    await expect(node.host.stopChain(TEST_CHAIN, 'unpaid')).rejects.toMatchObject({ code: 'storage-full' });
    disk.setRoom(ROOM);
    await passTime(nodes, 1_000);
    await node.host.stopChain(TEST_CHAIN, 'unpaid');
    const again = await restartTestNode(node, { isAbrupt: true });
    expect(again.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped' });
  });

  it('follows again what it missed, when it follows', async () => {
    const { nodes, disks } = await openCity(2, 'solo');
    const [orderer, follower] = nodes;
    if (orderer === undefined || follower === undefined) throw new Error('two nodes were opened');
    await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await follower.host.catchUp(TEST_CHAIN);
    disks[1]?.setRoom(10);
    for (let count = 0; count < 3; count += 1) await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    expect(follower.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running', height: 1 });
    expect(await valueAt(follower)).toBe(1);
    disks[1]?.setRoom(ROOM);
    await passTime(nodes, 3_000);
    expect(follower.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running', height: 4 });
    expect(await valueAt(follower)).toBe(4);
  });

  it('as a validator says nothing that it could not keep, and votes again; with too many of them nothing is final, until there is room', async () => {
    const { nodes, disks } = await openCity(4, 'byzantine');
    const [first, second] = nodes;
    if (first === undefined || second === undefined) throw new Error('four nodes were opened');
    await passTime(nodes, 500);
    disks[3]?.setRoom(10);
    const one = first.host.submit(TEST_CHAIN, add('c', 1));
    await passTime(nodes, 2_000);
    expect(await one).toMatchObject({ state: 'final' });
    disks[2]?.setRoom(10);
    let isAnswered = false;
    const two = second.host.submit(TEST_CHAIN, add('c', 2)).finally(() => {
      isAnswered = true;
    });
    await passTime(nodes, 4_000);
    expect(isAnswered).toBe(false);
    for (const disk of disks) disk.setRoom(ROOM);
    await passTime(nodes, 30_000);
    expect(await two).toMatchObject({ state: 'final' });
    const heads = nodes.map(({ host }) => host.head(TEST_CHAIN));
    expect(new Set(heads.map(({ hash }) => hash)).size).toBe(1);
    for (const node of nodes) {
      expect(node.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running', agreement: { evidence: [] } });
      expect(await valueAt(node)).toBe(3);
    }
  });
});
