import { describe, expect, it } from 'vitest';
import { createPowerCutFiles } from '../testing/power-cut-files';
import { createMemoryIndex } from '../testing/memory-index';
import { openTestStorage } from '../testing/open-test-storage';
import { at, city, status, submitAt } from '../testing/test-city';
import { add, createTestNode, createTestNodes, letRest, openTestChain, passTime, TEST_CHAIN, type TestNode } from '../testing/test-nodes';
import { EVIDENCE_NOTE } from './evidence-note';
import { CHANGE_NOTE } from './peer-runner';
import { chainId } from './types';
import { VOTES_NOTE } from './validator';

const ROTTEN = Buffer.from('rotten');

async function spoil(node: TestNode, note: string, chain = TEST_CHAIN): Promise<void> {
  await node.storage.open(chain)?.setNote(note, ROTTEN);
}

/** The last of four agrees again, and has all blocks. */
async function expectHealed(nodes: readonly TestNode[], last: TestNode): Promise<void> {
  expect(status(last)).toMatchObject({ state: 'running', height: 2, orders: true });
  await submitAt(nodes, 0);
  expect(new Set(nodes.map(({ host }) => host.head(TEST_CHAIN).hash)).size).toBe(1);
}

describe('a peer whose notes cannot be read', () => {
  it.each([VOTES_NOTE, EVIDENCE_NOTE, CHANGE_NOTE])('is stopped for every call alike, and heals from the others once: note %s', async (note) => {
    const nodes = await city(4, 'byzantine');
    for (let block = 0; block < 2; block += 1) await submitAt(nodes, block);
    const last = at(nodes, 3);
    last.away = true;
    await letRest(nodes);
    await spoil(last, note);
    for (let call = 0; call < 2; call += 1) {
      await expect(last.host.submit(TEST_CHAIN, add('c', 1))).rejects.toMatchObject({ code: 'chain-stopped' });
      expect(status(last)).toMatchObject({ state: 'stopped', stopped: { by: 'fault' } });
    }
    expect(last.host.stats().openChains).toBe(0);
    last.away = false;
    await passTime(nodes, 130_000);
    await expectHealed(nodes, last);
    expect(last.manual.log.filter(({ event }) => event === 'a damaged ledger begins again from its genesis block')).toHaveLength(1);
  });

  it('and that is started again by its operator stays stopped, as the start says', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    await node.host.stopChain(TEST_CHAIN, 'unpaid');
    await spoil(node, VOTES_NOTE);
    for (let call = 0; call < 2; call += 1) {
      await expect(node.host.startChain(TEST_CHAIN)).rejects.toMatchObject({ code: 'chain-stopped' });
      expect(status(node)).toMatchObject({ state: 'stopped', stopped: { by: 'fault' } });
    }
  });

  it('keeps no other peer from going on when there is room on the disk again', async () => {
    const files = createPowerCutFiles();
    const [node] = await createTestNodes({ count: 1, storage: (_, manual) => openTestStorage({ directory: '/ledger', files, index: createMemoryIndex(), manual }) });
    if (node === undefined) throw new Error('one node was opened');
    const chains = ['tide-1', 'tide-2', 'tide-3'].map(chainId);
    for (const chain of chains) await openTestChain([node], chain);
    for (const chain of chains) await node.host.submit(chain, add('c', 1));
    await spoil(node, VOTES_NOTE, chains[0]);
    files.setRoom(10);
    for (const chain of chains) await expect(node.host.submit(chain, add('c', 1))).rejects.toMatchObject({ code: 'storage-full' });
    // Opened while there is no room, they wait for it.
    for (const chain of chains) node.host.head(chain);
    files.setRoom(100_000_000);
    await passTime([node], 2_000);
    expect(node.host.peerStatus(chainId('tide-1'))).toMatchObject({ state: 'stopped', stopped: { by: 'fault' } });
    for (const chain of chains.slice(1)) expect(await node.host.submit(chain, add('c', 1))).toMatchObject({ state: 'final', height: 2 });
  });
});
