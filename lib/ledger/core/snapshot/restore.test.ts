import { describe, expect, it } from 'vitest';
import { hasJoined, heightOf, joinCity, stateOf } from '../../testing/join-city';
import { at, status, submitAt } from '../../testing/test-city';
import { passTime, restartTestNode, TEST_CHAIN, type TestNode } from '../../testing/test-nodes';
import { hash } from '../types';
import { decodeSnapshotAnswer, encodeSnapshotAnswer } from './snapshot-answer';

/** The last node's ledger is gone with its disk; its key is not. */
async function lostCity(blocks: number) {
  const { late, others } = await joinCity({ count: 4, finality: 'byzantine', blocks, entries: 20 });
  await late.storage.remove(TEST_CHAIN);
  const back = await restartTestNode(late, { isAbrupt: true });
  expect(status(back)).toMatchObject({ state: 'key', height: -1 });
  return { nodes: [...others, back], others, back };
}

const restore = async (nodes: readonly TestNode[], back: TestNode, isOurs: () => boolean = () => true): Promise<unknown> => {
  const restored = back.host.restoreChain(TEST_CHAIN, isOurs);
  restored.catch(() => undefined);
  await passTime(nodes, 8_000);
  return restored;
};

const naming = (liars: readonly string[]) => ({
  answer: (peer: string, bytes: Uint8Array) => {
    const answer = decodeSnapshotAnswer(bytes);
    return liars.includes(peer) && answer.state === 'passed' ? encodeSnapshotAnswer({ ...answer, genesisHash: hash('77'.repeat(32)) }) : undefined;
  },
});

describe('a peer of which only the key is left', () => {
  it('has its ledger again from the others alone, and votes again only once it cannot contradict itself', async () => {
    const { nodes, others, back } = await lostCity(12);
    expect(await restore(nodes, back)).toMatchObject({ height: 12 });
    expect(hasJoined(back)).toBe(true);
    expect(stateOf(back)).toBe(stateOf(at(others, 0)));
    for (let block = 0; block < 3; block += 1) await submitAt(nodes, block);
    await submitAt(nodes, 3);
    expect(status(back).agreement?.position).not.toHaveProperty('abstainsThrough');
  });

  it('does not take the genesis of one liar, and none at all when too few name the same', async () => {
    const { nodes, back } = await lostCity(7);
    back.tamperSnapshot = naming(['C0', 'C1']);
    await expect(restore(nodes, back)).rejects.toMatchObject({ code: 'peers-unreachable' });
    expect(heightOf(back)).toBe(-1);
    back.tamperSnapshot = naming(['C1']);
    expect(await restore(nodes, back)).toMatchObject({ height: 7 });
  });

  it('takes no genesis that is not of the sub-chain it was opened for', async () => {
    const { nodes, back } = await lostCity(7);
    await expect(restore(nodes, back, () => false)).rejects.toMatchObject({ code: 'genesis-invalid' });
    expect(heightOf(back)).toBe(-1);
  });

  it('and a peer that has its ledger only catches up', async () => {
    const { nodes, others } = await joinCity({ count: 4, finality: 'byzantine', blocks: 3 });
    expect(await restore(nodes, at(others, 1), () => false)).toMatchObject({ height: 3 });
  });
});
