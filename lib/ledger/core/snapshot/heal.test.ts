import { describe, expect, it } from 'vitest';
import { createMemoryIndex } from '../../testing/memory-index';
import { openTestStorage } from '../../testing/open-test-storage';
import { createPowerCutFiles, type PowerCutFiles } from '../../testing/power-cut-files';
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
  const diskWith = (where: (offset: number, size: number) => boolean): Map<string, Buffer> => {
    const disk = new Map<string, Buffer>();
    for (const name of files.list(directory)) {
      const file = files.open(`${directory}/${name}`);
      const bytes = Buffer.from(file.read(0, file.sizeBytes()));
      disk.set(`${directory}/${name}`, Buffer.from(bytes.map((byte, offset) => (where(offset, bytes.length) ? byte ^ 4 : byte))));
    }
    return disk;
  };
  const reopen = (disk: ReadonlyMap<string, Buffer>, used = index): Promise<LedgerStorage> => openTestStorage({ directory, files: createPowerCutFiles(disk), index: used, manual: victim.manual });
  /** Its process ends; a bit of every byte that `where` takes is not as it was written when the next one begins. */
  const damage = async (where: (offset: number, size: number) => boolean): Promise<TestNode> => {
    await victim.host.close();
    return restartTestNode(victim, { isAbrupt: true, storage: await reopen(diskWith(where)) });
  };
  /** The same, with a byte out of what the state is made of, and the index gone. */
  const damageState = async (): Promise<TestNode> => {
    await victim.host.close();
    for (let at = 2_000; ; at += 37) {
      const storage = await reopen(diskWith((offset) => offset === at), createMemoryIndex());
      if (storage.damageOf(TEST_CHAIN) !== undefined) return restartTestNode(victim, { isAbrupt: true, storage });
      victim.manual.forgetTasks();
    }
  };
  return { nodes, damage, damageState };
}

const head = (offset: number, size: number): boolean => offset === size - 40;
const everything = (offset: number): boolean => offset > 200;

describe('a peer whose ledger is damaged', () => {
  it('gets its last block from the others, and goes on as it was', async () => {
    const { nodes, damage } = await cityWithDisk(4, 'byzantine', 12);
    const back = await damage(head);
    expect(status(back)).toMatchObject({ state: 'stopped', stopped: { by: 'fault', reason: expect.stringMatching(/cannot be opened/) } });
    const all = [...nodes.slice(0, 3), back];
    await passTime(all, 2_000);
    expect(status(back)).toMatchObject({ state: 'running', height: 12, orders: true });
    expect(status(back).agreement?.position).not.toHaveProperty('abstainsThrough');
    await submitAt(all, 3);
  });

  it('heals by itself from the others when its state is lost, and votes again only once it cannot contradict itself', async () => {
    const { nodes, damageState } = await cityWithDisk(4, 'byzantine', 12);
    const back = await damageState();
    expect(status(back)).toMatchObject({ state: 'stopped', stopped: { by: 'fault' } });
    const all = [...nodes.slice(0, 3), back];
    await passTime(all, 8_000);
    expect(status(back)).toMatchObject({ state: 'running', height: 12, orders: true, agreement: { position: { abstainsThrough: 'unknown' } } });
    expect(back.storage.damageOf(TEST_CHAIN)).toBeUndefined();
    expect(back.manual.log.map(({ event }) => event)).toContain('joined from a snapshot');
    for (let block = 0; block < 3; block += 1) await submitAt(all, block);
    await submitAt(all, 3);
    expect(status(back).agreement?.position).not.toHaveProperty('abstainsThrough');
    expect(new Set(all.map((node) => node.host.head(TEST_CHAIN).hash)).size).toBe(1);
  });

  it('keeps what it has while nobody else can be asked, and heals when they are back', async () => {
    const { nodes, damageState } = await cityWithDisk(4, 'crash', 6);
    at(nodes, 3).away = true;
    const back = await damageState();
    await passTime([...nodes.slice(0, 3), back], 5_000);
    expect(status(back)).toMatchObject({ state: 'stopped' });
    await expect(back.host.healChain(TEST_CHAIN)).rejects.toMatchObject({ code: 'chain-stopped' });
    expect(back.storage.damageOf(TEST_CHAIN)).toBeDefined();
    back.away = false;
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

  it('keeps its log when the others are behind the last block that it names, however early the damage is', async () => {
    const directory = '/ledger';
    const disks = Array.from({ length: 4 }, () => createPowerCutFiles());
    const diskOf = (which: number): PowerCutFiles => disks[which] ?? createPowerCutFiles();
    const nodes = await createTestNodes({ count: 4, storage: (which, manual) => openTestStorage({ directory, files: diskOf(which), index: createMemoryIndex(), manual }) });
    const copyOf = (which: number, wrongAt = -1): ReadonlyMap<string, Buffer> =>
      new Map(diskOf(which).list(directory).map((name) => {
        const file = diskOf(which).open(`${directory}/${name}`);
        return [`${directory}/${name}`, Buffer.from(Buffer.from(file.read(0, file.sizeBytes())).map((byte, offset) => (offset === wrongAt ? byte ^ 4 : byte)))];
      }));
    await openTestChain(nodes, TEST_CHAIN, {}, 'byzantine');
    for (let block = 0; block < 5; block += 1) await submitAt(nodes, block % 4);
    await passTime(nodes, 2_000);
    const early = [0, 1, 2].map((which) => copyOf(which));
    for (let block = 0; block < 9; block += 1) await submitAt(nodes, block % 4);
    await passTime(nodes, 2_000);
    for (const { host } of nodes) await host.close();
    const reopen = (which: number, disk: ReadonlyMap<string, Buffer>): Promise<LedgerStorage> => openTestStorage({ directory, files: createPowerCutFiles(disk), index: createMemoryIndex(), manual: at(nodes, which).manual });
    const others = await Promise.all(early.map(async (disk, which) => restartTestNode(at(nodes, which), { isAbrupt: true, storage: await reopen(which, disk) })));
    let wrongAt = 2_000;
    let storage = await reopen(3, copyOf(3, wrongAt));
    while (storage.damageOf(TEST_CHAIN) === undefined) storage = await reopen(3, copyOf(3, (wrongAt += 37)));
    const back = await restartTestNode(at(nodes, 3), { isAbrupt: true, storage });
    await passTime([...others, back], 5_000);
    await expect(back.host.healChain(TEST_CHAIN)).rejects.toThrow('the others are at 5, it was at 14');
    expect(back.storage.damageOf(TEST_CHAIN)).toBeDefined();
  });

  it('does not begin again with another genesis than it has', async () => {
    const { nodes, damageState } = await cityWithDisk(4, 'byzantine', 8);
    const genesis = at(nodes, 0).host.genesis(TEST_CHAIN);
    const back = await damageState();
    await expect(back.host.createChain({ ...genesis, config: { blockCostMax: 7 } })).rejects.toMatchObject({ code: 'chain-differs' });
    expect(back.storage.damageOf(TEST_CHAIN)).toBeDefined();
  });

  it('that orders alone does not take from its followers what it may have signed beyond them', async () => {
    const { damageState } = await cityWithDisk(2, 'solo', 8, 0);
    const back = await damageState();
    await expect(back.host.healChain(TEST_CHAIN)).rejects.toThrow(/orders alone/);
    expect(back.storage.damageOf(TEST_CHAIN)).toBeDefined();
  });

  it('that is well is left alone', async () => {
    const { nodes } = await cityWithDisk(3, 'crash', 2);
    const before = at(nodes, 1).host.head(TEST_CHAIN);
    expect(await at(nodes, 1).host.healChain(TEST_CHAIN)).toEqual(before);
  });
});
