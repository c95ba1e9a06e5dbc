import { describe, expect, it } from 'vitest';
import { createMemoryIndex } from '../../testing/memory-index';
import { openTestStorage } from '../../testing/open-test-storage';
import { createPowerCutFiles } from '../../testing/power-cut-files';
import { at, status, submitAt } from '../../testing/test-city';
import { createTestNodes, openTestChain, passTime, restartTestNode, TEST_CHAIN, type TestNode } from '../../testing/test-nodes';
import { createMemoryStorage } from '../../storage/memory/memory-storage';
import type { Finality } from '../host-types';
import type { LedgerStorage } from '../storage';

/** City nodes of which one, the last by default, has a disk that can be damaged. */
async function cityWithDisk(count: number, finality: Finality, blocks: number, damaged = count - 1) {
  const files = createPowerCutFiles();
  const index = createMemoryIndex();
  const directory = '/ledger';
  const nodes = await createTestNodes({ count, snapshotGap: 5, storage: (which, manual) => (which === damaged ? openTestStorage({ directory, files, index, manual }) : createMemoryStorage()) });
  await openTestChain(nodes, TEST_CHAIN, {}, finality);
  for (let block = 0; block < blocks; block += 1) await submitAt(nodes, block % (finality === 'solo' ? 1 : count));
  await passTime(nodes, 2_000);
  const victim = at(nodes, damaged);
  /** Its process ends; a bit of every byte that `where` takes is not as it was written when the next one begins. */
  const damage = async (where: (offset: number, size: number) => boolean): Promise<TestNode> => {
    await victim.host.close();
    const disk = new Map<string, Buffer>();
    for (const name of files.list(directory)) {
      const file = files.open(`${directory}/${name}`);
      const bytes = Buffer.from(file.read(0, file.sizeBytes()));
      disk.set(`${directory}/${name}`, Buffer.from(bytes.map((byte, offset) => (where(offset, bytes.length) ? byte ^ 4 : byte))));
    }
    const storage: LedgerStorage = await openTestStorage({ directory, files: createPowerCutFiles(disk), index, manual: victim.manual });
    return restartTestNode(victim, { isAbrupt: true, storage });
  };
  return { nodes, damage };
}

const head = (offset: number, size: number): boolean => offset === size - 40;
const everything = (offset: number): boolean => offset > 200;

describe('a peer whose stored blocks are damaged', () => {
  it('heals by itself from the others, and votes again only once it cannot contradict itself', async () => {
    const { nodes, damage } = await cityWithDisk(4, 'byzantine', 12);
    const back = await damage(head);
    expect(status(back)).toMatchObject({ state: 'stopped', stopped: { by: 'fault', reason: expect.stringMatching(/cannot be opened/) } });
    const all = [...nodes.slice(0, 3), back];
    await passTime(all, 8_000);
    expect(status(back)).toMatchObject({ state: 'running', height: 12, orders: true, agreement: { position: { abstainsThrough: 'unknown' } } });
    expect(back.manual.log.map(({ event }) => event)).toContain('joined from a snapshot');
    for (let block = 0; block < 3; block += 1) await submitAt(all, block);
    await submitAt(all, 3);
    expect(status(back).agreement?.position).not.toHaveProperty('abstainsThrough');
    expect(new Set(all.map((node) => node.host.head(TEST_CHAIN).hash)).size).toBe(1);
  });

  it('keeps what it has while nobody else has it, and heals when they are back', async () => {
    const { nodes, damage } = await cityWithDisk(4, 'crash', 6);
    for (const node of nodes.slice(0, 3)) node.away = true;
    const back = await damage(head);
    await passTime([back], 5_000);
    expect(status(back)).toMatchObject({ state: 'stopped' });
    await expect(back.host.healChain(TEST_CHAIN)).rejects.toMatchObject({ code: 'chain-stopped' });
    expect(back.storage.open(TEST_CHAIN)?.height).toBe(6);
    for (const node of nodes.slice(0, 3)) node.away = false;
    await passTime([...nodes.slice(0, 3), back], 130_000);
    expect(status(back)).toMatchObject({ state: 'running', height: 6 });
  });

  it('and whose genesis block is damaged, too, says that it needs it, and heals when it is opened with it again', async () => {
    const { nodes, damage } = await cityWithDisk(4, 'byzantine', 8);
    const genesis = at(nodes, 0).host.genesis(TEST_CHAIN);
    const back = await damage(everything);
    await expect(back.host.healChain(TEST_CHAIN)).rejects.toThrow(/open the sub-chain again with its genesis/);
    const all = [...nodes.slice(0, 3), back];
    expect(await back.host.createChain(genesis)).toMatchObject({ height: 0, genesisHash: genesis.hash });
    await passTime(all, 8_000);
    expect(status(back)).toMatchObject({ state: 'running', height: 8, headHash: status(at(nodes, 0)).headHash });
  });

  it('does not begin again with another genesis than it has', async () => {
    const { nodes, damage } = await cityWithDisk(4, 'byzantine', 2);
    const genesis = at(nodes, 0).host.genesis(TEST_CHAIN);
    const back = await damage(head);
    await expect(back.host.createChain({ ...genesis, config: { blockCostMax: 7 } })).rejects.toMatchObject({ code: 'chain-differs' });
    expect(back.storage.open(TEST_CHAIN)?.height).toBe(2);
  });

  it('that orders alone does not take from its followers what it may have signed beyond them', async () => {
    const { damage } = await cityWithDisk(2, 'solo', 2, 0);
    const back = await damage(head);
    await expect(back.host.healChain(TEST_CHAIN)).rejects.toThrow(/orders alone/);
    expect(back.storage.open(TEST_CHAIN)?.height).toBe(2);
  });

  it('that is well is left alone', async () => {
    const { nodes } = await cityWithDisk(3, 'crash', 2);
    const before = at(nodes, 1).host.head(TEST_CHAIN);
    expect(await at(nodes, 1).host.healChain(TEST_CHAIN)).toEqual(before);
  });
});
