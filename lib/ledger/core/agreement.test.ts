import { describe, expect, it } from 'vitest';
import { at, city, status } from '../testing/test-city';
import { add, final, letRest, passTime, readCounter, rest, TEST_CHAIN, type TestNode } from '../testing/test-nodes';
import { height } from './types';

const heads = (nodes: readonly TestNode[]) => nodes.map((node) => node.host.head(TEST_CHAIN));

describe.each([
  ['crash', 3],
  ['crash', 5],
  ['byzantine', 4],
  ['byzantine', 7],
] as const)('validators (%s, %i)', (finality, count) => {
  it('answer a transaction handed to any of them with a block that a quorum signed', async () => {
    const nodes = await city(count, finality);
    for (const [index, node] of nodes.entries()) {
      const answer = final(await node.host.submit(TEST_CHAIN, add('c', 1)));
      expect(answer.height).toBe(index + 1);
      const block = node.host.blockAt(TEST_CHAIN, answer.height);
      const { quorum } = status(node).agreement ?? { quorum: 0 };
      expect(block?.certificate).toMatchObject({ finality, quorum, validators: count });
      expect(block?.certificate.signatures.length).toBeGreaterThanOrEqual(quorum);
    }
    await rest();
    expect(new Set(heads(nodes).map(({ hash }) => hash)).size).toBe(1);
    for (const node of nodes) expect(await readCounter(node.host, 'c')).toMatchObject({ value: count });
  });

  it('say nothing while nobody wants anything, and go back to their head record without a timer', async () => {
    const nodes = await city(count, finality);
    await at(nodes, 0).host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    await passTime(nodes, 2_000);
    const before = heads(nodes);
    await letRest(nodes);
    expect(nodes.map((node) => [node.manual.scheduled(), node.host.stats().openChains])).toEqual(nodes.map(() => [0, 0]));
    await passTime(nodes, 5_000);
    expect(heads(nodes)).toEqual(before);
  });

  it('go on without as many as may fail, and those catch up when they are back', async () => {
    const nodes = await city(count, finality);
    const faults = finality === 'byzantine' ? Math.floor((count - 1) / 3) : Math.floor((count - 1) / 2);
    const away = nodes.slice(0, faults);
    for (const node of away) node.away = true;
    const here = nodes.slice(faults);
    for (let round = 0; round < count; round += 1) {
      const answer = at(here, round % here.length).host.submit(TEST_CHAIN, add('c', 1));
      await passTime(here, 6_000);
      expect(await answer).toMatchObject({ state: 'final' });
    }
    for (const node of away) {
      expect(status(node).height).toBe(0);
      node.away = false;
    }
    const last = at(here, 0).host.submit(TEST_CHAIN, add('c', 1));
    await passTime(nodes, 6_000);
    await last;
    await passTime(nodes, 2_000);
    expect(new Set(heads(nodes).map(({ hash }) => hash)).size).toBe(1);
    for (const node of nodes) expect(await readCounter(node.host, 'c')).toMatchObject({ value: count + 1 });
  });

  it('stop, and answer nothing, when one more is gone; reading goes on', async () => {
    const nodes = await city(count, finality);
    await at(nodes, 0).host.submit(TEST_CHAIN, add('c', 5));
    await rest();
    const quorum = status(at(nodes, 0)).agreement?.quorum ?? 0;
    for (const node of nodes.slice(quorum - 1)) node.away = true;
    let isAnswered = false;
    const answer = at(nodes, 0).host.submit(TEST_CHAIN, add('c', 1)).then(() => {
      isAnswered = true;
    });
    await passTime(nodes, 10_000);
    expect(isAnswered).toBe(false);
    expect(await readCounter(at(nodes, 0).host, 'c')).toMatchObject({ value: 5 });
    for (const node of nodes) node.away = false;
    await passTime(nodes, 15_000);
    await answer;
    expect(await readCounter(at(nodes, 0).host, 'c')).toMatchObject({ value: 6 });
  });

  it('put every accepted transaction into one block, once, under load at all of them', async () => {
    const nodes = await city(count, finality);
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => at(nodes, index % count).host.submit(TEST_CHAIN, add(`c${index % 5}`, 1))));
    const places = answers.map(final).map(({ height: block, index }) => `${block}/${index}`);
    expect(new Set(places).size).toBe(200);
    await rest();
    expect(new Set(heads(nodes).map(({ hash }) => hash)).size).toBe(1);
    const inBlocks = Array.from({ length: heads(nodes)[0]?.height ?? 0 }, (_, index) => at(nodes, 1).host.blockAt(TEST_CHAIN, height(index + 1))?.transactions.length ?? 0);
    expect(inBlocks.reduce((sum, size) => sum + size, 0)).toBe(200);
  });

  it('keep the sequence of an account whose transactions come to different validators', async () => {
    const nodes = await city(count, finality);
    const order = [3, 0, 2, 1, 5, 4];
    const answers = order.map((sequence, index) => at(nodes, index % count).host.submit(TEST_CHAIN, add('c', 1, { account: 'a', sequence })));
    await Promise.all(answers);
    await passTime(nodes, 8_000);
    for (const node of nodes) expect(await readCounter(node.host, 'c')).toMatchObject({ value: 6 });
  });
});
