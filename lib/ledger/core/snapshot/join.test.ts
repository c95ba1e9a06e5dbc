import { describe, expect, it } from 'vitest';
import { at, status, submitAt, validatorsOf } from '../../testing/test-city';
import { add, createTestNodes, openTestChain, passTime, readCounter, rest, restartTestNode, TEST_CHAIN, type TestNode } from '../../testing/test-nodes';
import type { Finality } from '../host-types';
import { height } from '../types';

const GAP = 5;

async function farCity(count: number, finality: Finality): Promise<TestNode[]> {
  const nodes = await createTestNodes({ count, snapshotGap: GAP });
  await openTestChain(nodes, TEST_CHAIN, {}, finality);
  await rest();
  return nodes;
}

/** Blocks without the node of that index, each with a transaction. */
async function blocksWithout(nodes: readonly TestNode[], index: number, count: number): Promise<void> {
  at(nodes, index).away = true;
  const others = nodes.filter((_, other) => other !== index);
  for (let block = 0; block < count; block += 1) {
    const answer = at(others, 0).host.submit(TEST_CHAIN, add(`c${block % 3}`, 1));
    await passTime(nodes, 1_500);
    await answer;
  }
  at(nodes, index).away = false;
  // Those bells that it heard made it try in vain.
  await passTime(nodes, 40_000);
}

/** Lets it catch up, with all clocks moving. */
async function catchUp(nodes: readonly TestNode[], node: TestNode, ms = 4_000): Promise<void> {
  const caught = node.host.catchUp(TEST_CHAIN);
  caught.catch(() => undefined);
  await passTime(nodes, ms);
  await caught;
}

/** Loses its ledger, keeps its key, and opens its sub-chain again. */
async function forget(node: TestNode): Promise<TestNode> {
  const genesis = node.host.genesis(TEST_CHAIN);
  await node.storage.remove(TEST_CHAIN);
  const back = await restartTestNode(node, { isAbrupt: true });
  await back.host.createChain(genesis);
  return back;
}

async function expectAlike(nodes: readonly TestNode[]): Promise<void> {
  expect(nodes.map((node) => node.host.head(TEST_CHAIN).height)).toEqual(nodes.map(() => at(nodes, 0).host.head(TEST_CHAIN).height));
  expect(new Set(nodes.map((node) => node.host.head(TEST_CHAIN).hash)).size).toBe(1);
  for (const counter of ['c0', 'c1', 'c2']) expect(new Set(await Promise.all(nodes.map(async (node) => JSON.stringify(await readCounter(node.host, counter))))).size).toBe(1);
}

describe('a peer that is far behind', () => {
  it.each(['solo', 'crash', 'byzantine'] as const)('takes the state that a quorum signed instead of every block, and the blocks afterwards (%s)', async (finality) => {
    const nodes = await farCity(4, finality);
    const late = at(nodes, 3);
    // Whole pages of blocks do not come yet: neither replay nor the older blocks.
    late.tamper = (records) => (records.length > 1 ? [] : records);
    await blocksWithout(nodes, 3, 20);
    const events = () => late.manual.log.map(({ event }) => event);
    late.host.announced(TEST_CHAIN, height(20));
    await catchUp(nodes, late, 1_000);
    expect(events()).toContain('joined from a snapshot');
    const { firstHeight } = status(late);
    expect(firstHeight).toBeGreaterThan(1);
    expect(() => late.host.blockAt(TEST_CHAIN, height(1))).toThrow(expect.objectContaining({ code: 'block-missing' }));
    expect(Buffer.from(late.host.blockAt(TEST_CHAIN, height(20))?.attestation?.publicKey ?? []).equals(Buffer.from(status(late).publicKey))).toBe(true);
    await expectAlike(nodes);
    late.tamper = undefined;
    await passTime(nodes, 70_000);
    expect(status(late).firstHeight).toBe(0);
    for (let block = 1; block <= 20; block += 1) {
      const view = late.host.blockAt(TEST_CHAIN, height(block));
      expect(view?.hash).toBe(nodes[0]?.host.blockAt(TEST_CHAIN, height(block))?.hash);
      if (block < 20) expect(view?.attestation).toBeUndefined();
    }
    await submitAt(nodes, 3);
    await expectAlike(nodes);
    expect(status(late)).toMatchObject({ state: 'running', refusedBlocks: 0 });
  });

  it('that lost its ledger, but not its key, votes again only once it cannot contradict itself', async () => {
    const nodes = await farCity(4, 'byzantine');
    await blocksWithout(nodes, 3, 12);
    await catchUp(nodes, at(nodes, 3));
    await submitAt(nodes, 0);
    const back = await forget(at(nodes, 3));
    const all = [...nodes.slice(0, 3), back];
    back.host.announced(TEST_CHAIN, height(13));
    await catchUp(all, back);
    expect(back.manual.log.map(({ event }) => event)).toContain('joined from a snapshot');
    expect(status(back)).toMatchObject({ state: 'running', orders: true, height: 13, agreement: { position: { abstainsThrough: 'unknown' } } });
    await submitAt(all, 0);
    await submitAt(all, 1);
    await submitAt(all, 2);
    expect(status(back).agreement?.position).not.toHaveProperty('abstainsThrough');
    await submitAt(all, 3);
    await expectAlike(all);
  });

  it('proves who may sign by every change since genesis, and keeps what proves it', async () => {
    const nodes = await farCity(5, 'solo');
    const approve = async (from: readonly TestNode[], change: Parameters<TestNode['host']['approveChange']>[1]) => {
      for (const node of from) await node.host.approveChange(TEST_CHAIN, change);
      await passTime(from, 4_000);
    };
    const [early, late] = [nodes.slice(0, 4), at(nodes, 4)];
    late.away = true;
    await submitAt(nodes.slice(0, 4), 0);
    await approve(early, { finality: 'byzantine', validators: validatorsOf(early) });
    for (let block = 0; block < 4; block += 1) await submitAt(early, block % 4);
    await approve(early, { finality: 'crash', validators: validatorsOf(early.slice(1)) });
    for (let block = 0; block < 6; block += 1) await submitAt(early, 1 + (block % 3));
    late.away = false;
    late.host.announced(TEST_CHAIN, height(status(at(early, 0)).height));
    await catchUp(nodes, late);
    expect(late.manual.log.map(({ event }) => event)).toContain('joined from a snapshot');
    expect(status(late).agreement).toMatchObject({ finality: 'crash', validators: ['C1', 'C2', 'C3'] });
    // From it alone another one can join.
    expect(late.host.blockAt(TEST_CHAIN, height(2))?.change?.finality).toBe('byzantine');
    await passTime(nodes, 3_000);
    expect(status(late).firstHeight).toBe(0);
    await submitAt(nodes, 4);
    await expectAlike(nodes);
  });

  it('asks how far the others are when it was told of nothing, rather than replay for ever', async () => {
    const nodes = await createTestNodes({ count: 3, snapshotGap: 150 });
    await openTestChain(nodes);
    const [orderer, , late] = nodes;
    if (orderer === undefined || late === undefined) throw new Error('three nodes were asked for');
    late.away = true;
    for (let block = 0; block < 400; block += 1) await orderer.host.submit(TEST_CHAIN, add(`c${block % 3}`, 1));
    late.away = false;
    await passTime(nodes, 40_000);
    await catchUp(nodes, late);
    expect(late.manual.log.map(({ event }) => event)).toContain('joined from a snapshot');
    await expectAlike(nodes);
  });

  it('replays the blocks when it is not so far, and when nobody gives a snapshot', async () => {
    const nodes = await farCity(4, 'byzantine');
    await blocksWithout(nodes, 3, GAP);
    await catchUp(nodes, at(nodes, 3));
    expect(status(at(nodes, 3))).toMatchObject({ height: GAP, firstHeight: 0 });
    await blocksWithout(nodes, 3, 12);
    at(nodes, 3).tamperSnapshot = { answer: () => new Uint8Array(3) };
    at(nodes, 3).host.announced(TEST_CHAIN, height(GAP + 12));
    await catchUp(nodes, at(nodes, 3), 15_000);
    expect(status(at(nodes, 3))).toMatchObject({ height: GAP + 12, firstHeight: 0 });
    await expectAlike(nodes);
  });
});
