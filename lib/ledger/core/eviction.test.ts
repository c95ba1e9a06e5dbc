import { describe, expect, it } from 'vitest';
import { createMemoryIndex } from '../testing/memory-index';
import { openTestStorage } from '../testing/open-test-storage';
import { createPowerCutFiles } from '../testing/power-cut-files';
import { at, city, submitAt } from '../testing/test-city';
import { add, createTestNode, createTestNodes, letRest, openTestChain, passTime, readCounter, rest, TEST_CHAIN, type TestNode } from '../testing/test-nodes';
import { chainId, height, type ChainId } from './types';

/** A city node whose ledgers lie on a disk, so that there is something to go back to. */
function diskNode(): Promise<TestNode> {
  return createTestNode({ storage: (_, manual) => openTestStorage({ directory: '/ledger', files: createPowerCutFiles(), index: createMemoryIndex(), manual }) });
}

const open = ({ host, storage }: TestNode): number[] => [host.stats().openChains, storage.stats().openChains];

describe('a sub-chain that nobody uses', () => {
  it('is no more than its head record in memory, and its next call finds all that it had', async () => {
    const node = await diskNode();
    const chains = Array.from({ length: 20 }, (_, index) => chainId(`tide-${index}`));
    for (const chain of chains) await openTestChain([node], chain);
    for (const chain of chains) await node.host.submit(chain, add('c', 4, { account: 'a', sequence: 0 }));
    const before = chains.map((chain) => node.host.head(chain));
    expect(open(node)).toEqual([20, 20]);
    await letRest([node]);
    expect(open(node)).toEqual([0, 0]);
    expect(node.manual.scheduled()).toBe(0);
    expect(chains.map((chain) => node.host.head(chain))).toEqual(before);
    for (const chain of chains) expect(await node.host.submit(chain, add('c', 1, { account: 'a', sequence: 1 }))).toMatchObject({ state: 'final', height: 2 });
    expect(await readCounter(node.host, 'c', chains[7])).toMatchObject({ value: 5, height: 2 });
  });

  it('lets the process come to rest, also when it was made and never used, and the index give its memory back first', async () => {
    const index = createMemoryIndex();
    let relaxed = 0;
    const relax = async (): Promise<boolean> => {
      expect(node.manual.timesRested()).toBe(relaxed);
      relaxed += 1;
      return true;
    };
    const node = await createTestNode({ storage: (_, manual) => openTestStorage({ directory: '/ledger', files: createPowerCutFiles(), index: { ...index, relax }, manual }) });
    for (const index of [1, 2, 3]) await openTestChain([node], chainId(`tide-${index}`));
    expect([node.host.stats().openChains, node.manual.timesRested()]).toEqual([0, 0]);
    // Not while they are still being made.
    node.manual.advance(29_000);
    await openTestChain([node], chainId('tide-4'));
    node.manual.advance(1_000);
    expect([node.manual.scheduled(), node.manual.timesRested()]).toEqual([1, 0]);
    await letRest([node]);
    expect([node.manual.scheduled(), node.manual.timesRested()]).toEqual([0, 1]);
    await node.host.submit(chainId('tide-1'), add('c', 1));
    await letRest([node]);
    expect([node.host.stats().openChains, node.manual.scheduled(), node.manual.timesRested()]).toEqual([0, 0, 2]);
    expect(relaxed).toBe(2);
  });

  it('is still known by what it spent, and holds no memory any more', async () => {
    const node = await diskNode();
    await openTestChain([node]);
    await node.host.submit(TEST_CHAIN, add('c', 1));
    await readCounter(node.host, 'c');
    const resources = () => node.host.peerStatus(TEST_CHAIN).resources;
    expect(resources()).toMatchObject({ transactions: 1, calls: 1 });
    expect(resources().memoryBytes).toBeGreaterThan(0);
    await letRest([node]);
    expect(open(node)).toEqual([0, 0]);
    expect(resources()).toMatchObject({ transactions: 1, calls: 1, memoryBytes: 0 });
    expect(resources().diskBytes).toBeGreaterThan(0);
    await node.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    expect(resources().transactions).toBe(2);
  });

  it('stays open as long as it is used', async () => {
    const node = await diskNode();
    await openTestChain([node]);
    for (let period = 0; period < 5; period += 1) {
      await readCounter(node.host, 'c');
      node.manual.advance(30_000);
      await rest();
      expect(node.host.stats().openChains).toBe(1);
    }
  });

  it('is looked at without being opened, or kept open', async () => {
    const node = await diskNode();
    await openTestChain([node]);
    await node.host.submit(TEST_CHAIN, add('c', 1));
    await letRest([node]);
    expect(node.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running', height: 1, orders: true });
    expect(node.host.has(TEST_CHAIN)).toBe(true);
    node.host.announced(TEST_CHAIN, height(1));
    expect(node.host.blockRecords(TEST_CHAIN, height(2), 1)).toEqual([]);
    expect(open(node)).toEqual([0, 0]);
  });

  it('is seen at a glance as it is seen in full, whatever its state', async () => {
    const node = await diskNode();
    const [keyOnly, resting, stopped, used] = ['tide-1', 'tide-2', 'tide-3', 'tide-4'].map(chainId) as [ChainId, ChainId, ChainId, ChainId];
    await node.host.createPeer(keyOnly);
    for (const chain of [resting, stopped, used]) await openTestChain([node], chain);
    await node.host.submit(resting, add('c', 1));
    await node.host.stopChain(stopped, 'unpaid');
    await letRest([node]);
    await node.host.submit(used, add('c', 1));
    for (const chain of [keyOnly, resting, stopped, used]) {
      const { state, height: at, resources, stopped: note } = node.host.peerStatus(chain);
      expect(node.host.glance(chain)).toEqual({ chain, state, height: at, resources, isInUse: chain === used, ...(note === undefined ? {} : { stopped: note }) });
    }
    expect(node.host.glance(chainId('nobody-1'))).toBeUndefined();
    expect(open(node)).toEqual([1, 1]);
  });

  it('is not among what may have changed, until it is used again; what is removed asks for a look at all', async () => {
    const node = await diskNode();
    const [tide, moss] = ['tide-1', 'moss-1'].map(chainId) as [ChainId, ChainId];
    for (const chain of [tide, moss]) await openTestChain([node], chain);
    expect(node.host.changedSince(0).chains).toBeUndefined();
    await node.host.submit(tide, add('c', 1));
    await letRest([node]);
    const { mark } = node.host.changedSince(0);
    expect(node.host.changedSince(mark)).toEqual({ chains: [], mark });
    await node.host.submit(moss, add('c', 1));
    // As long as it is in use, and once more when it has gone to rest.
    const inUse = node.host.changedSince(mark);
    expect(inUse.chains).toEqual([moss]);
    expect(node.host.changedSince(inUse.mark).chains).toEqual([moss]);
    await letRest([node]);
    const atRest = node.host.changedSince(inUse.mark);
    expect(atRest.chains).toEqual([moss]);
    expect(node.host.changedSince(atRest.mark).chains).toEqual([]);
    await node.host.createPeer(chainId('kelp-1'));
    expect(node.host.changedSince(atRest.mark).chains).toEqual(['kelp-1']);
    await node.host.removeChain(tide);
    expect(node.host.changedSince(atRest.mark).chains).toBeUndefined();
  });

  it('is stopped, started and removed as if it were open', async () => {
    const node = await diskNode();
    await openTestChain([node]);
    await letRest([node]);
    await node.host.stopChain(TEST_CHAIN, 'unpaid');
    await letRest([node]);
    expect(open(node)).toEqual([0, 0]);
    await expect(node.host.submit(TEST_CHAIN, add('c', 1))).rejects.toMatchObject({ code: 'chain-stopped' });
    await node.host.startChain(TEST_CHAIN);
    expect(await node.host.submit(TEST_CHAIN, add('c', 1))).toMatchObject({ state: 'final' });
    await letRest([node]);
    await node.host.removeChain(TEST_CHAIN);
    expect(node.host.chains()).toEqual([]);
  });
});

describe('a sub-chain is not closed', () => {
  it('while somebody waits for its next block', async () => {
    const node = await diskNode();
    await openTestChain([node]);
    const waiting = node.host.waitForHeight(TEST_CHAIN, 0, new AbortController().signal);
    await letRest([node]);
    expect(node.host.stats().openChains).toBe(1);
    await node.host.submit(TEST_CHAIN, add('c', 1));
    expect(await waiting).toMatchObject({ height: 1 });
    await letRest([node]);
    expect(node.host.stats().openChains).toBe(0);
  });

  it('while a transaction waits for an earlier one of its lane', async () => {
    const node = await diskNode();
    await openTestChain([node]);
    expect(await node.host.submit(TEST_CHAIN, add('c', 1, { account: 'a', sequence: 1 }))).toMatchObject({ state: 'held' });
    await letRest([node]);
    expect(await node.host.submit(TEST_CHAIN, add('c', 1, { account: 'a', sequence: 0 }))).toMatchObject({ state: 'final' });
    await rest();
    expect(await readCounter(node.host, 'c')).toMatchObject({ value: 2 });
  });

  it('for longer than a transaction waits for an earlier one that does not come', async () => {
    for (const finality of ['solo', 'byzantine'] as const) {
      const nodes = await city(finality === 'solo' ? 1 : 4, finality);
      expect(await at(nodes, 0).host.submit(TEST_CHAIN, add('c', 1, { account: 'a', sequence: 1 }))).toMatchObject({ state: 'held' });
      for (let period = 0; period < 24; period += 1) await letRest(nodes.slice(0, 1));
      await passTime(nodes, 1_000);
      expect(at(nodes, 0).host.stats()).toMatchObject({ openChains: 0, queued: 0 });
    }
  });

  it('while a block is on its way to the disk', async () => {
    const gate = createGate();
    const node = await createTestNode({
      storage: (_, manual) => openTestStorage({ directory: '/ledger', files: gate.behind(createPowerCutFiles()), index: createMemoryIndex(), manual }),
    });
    await openTestChain([node]);
    node.host.head(TEST_CHAIN);
    gate.close();
    const answer = node.host.submit(TEST_CHAIN, add('c', 1));
    await letRest([node]);
    expect(open(node)).toEqual([1, 1]);
    gate.open();
    expect(await answer).toMatchObject({ state: 'final', height: 1 });
  });

  it('while a transaction that was handed in here is with the peer that orders: whoever hears that it is final reads it here', async () => {
    const gate = createGate();
    const nodes = await createTestNodes({
      count: 2,
      storage: (which, manual) => openTestStorage({ directory: '/ledger', files: which === 0 ? gate.behind(createPowerCutFiles()) : createPowerCutFiles(), index: createMemoryIndex(), manual }),
    });
    await openTestChain(nodes);
    const follower = at(nodes, 1);
    gate.close();
    const answer = follower.host.submit(TEST_CHAIN, add('c', 3));
    await letRest([follower]);
    expect(follower.host.stats().openChains).toBe(1);
    gate.open();
    expect(await answer).toMatchObject({ state: 'final', height: 1 });
    expect(await readCounter(follower.host, 'c')).toMatchObject({ value: 3, height: 1 });
    await letRest(nodes);
    expect(follower.host.stats().openChains).toBe(0);
  });
});

describe('validators that nobody uses', () => {
  it.each(['crash', 'byzantine'] as const)('agree again after they went back to their head record (%s)', async (finality) => {
    const nodes = await city(4, finality);
    for (let round = 1; round <= 3; round += 1) {
      expect(await submitAt(nodes, round)).toMatchObject({ height: round });
      await letRest(nodes);
      expect(nodes.map(({ host }) => host.stats().openChains)).toEqual([0, 0, 0, 0]);
    }
    expect(new Set(nodes.map(({ host }) => host.head(TEST_CHAIN).hash)).size).toBe(1);
    expect(at(nodes, 0).host.peerStatus(TEST_CHAIN).agreement?.evidence).toEqual([]);
  });
});

type Files = ReturnType<typeof createPowerCutFiles>;

/** A disk whose syncs wait while the gate is closed. */
function createGate(): { behind(files: Files): Files; close(): void; open(): void } {
  let release: () => void = () => undefined;
  let passage: Promise<void> = Promise.resolve();
  const slow = (file: ReturnType<Files['open']>): ReturnType<Files['open']> => ({ ...file, sync: () => passage.then(() => file.sync()) });
  return {
    behind: (files) => ({ ...files, open: (path) => slow(files.open(path)), create: (path) => slow(files.create(path)) }),
    close: () => {
      passage = new Promise((resolve) => {
        release = resolve;
      });
    },
    open: () => release(),
  };
}
