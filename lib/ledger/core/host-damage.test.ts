import { describe, expect, it } from 'vitest';
import { allOf, nameOfNote } from '../storage/disk/index-keys';
import { segmentName } from '../storage/disk/segment';
import { createMemoryKeys } from '../storage/memory/memory-keys';
import { createManualPorts } from '../testing/manual-ports';
import { createMemoryIndex, type MemoryIndex } from '../testing/memory-index';
import { openTestStorage } from '../testing/open-test-storage';
import { createPowerCutFiles, type PowerCutFiles } from '../testing/power-cut-files';
import { add, createTestNodes, letRest, openTestChain, readCounter, rest, TEST_CHAIN, type TestNode } from '../testing/test-nodes';
import type { Finality } from './host-types';
import type { PeerKeys } from './peer-keys';
import { chainId, height, type ChainId } from './types';
import { VOTES_NOTE } from './validator';

const OTHER = chainId('reef-2209');
const BLOCKS = 5;
const PATH = `/ledger/${segmentName(1)}`;

interface Disk {
  files: PowerCutFiles;
  index: MemoryIndex;
  readonly keys: PeerKeys;
}

const newDisk = (): Disk => ({ files: createPowerCutFiles(), index: createMemoryIndex(), keys: createMemoryKeys() });

/** City nodes that have what lies on the disks. */
const openOn = (disks: readonly Disk[]): Promise<TestNode[]> =>
  createTestNodes({
    count: disks.length,
    storage: (at, manual) => openTestStorage({ directory: '/ledger', files: disks[at]?.files ?? createPowerCutFiles(), index: disks[at]?.index ?? createMemoryIndex(), manual }),
    keys: (at) => disks[at]?.keys ?? createMemoryKeys(),
  });

/** Two sub-chains with some blocks on each disk, closed. */
async function filled(disks: readonly Disk[], finality: Finality = 'solo'): Promise<void> {
  const nodes = await openOn(disks);
  for (const chain of [TEST_CHAIN, OTHER]) {
    await openTestChain(nodes, chain, {}, finality);
    for (let at = 1; at <= BLOCKS; at += 1) await nodes[0]?.host.submit(chain, add(`c${at}`, at));
    await Promise.all(nodes.map(({ host }) => host.catchUp(chain)));
  }
  for (const { host } of nodes) await host.close();
}

/** Changes a byte of the stored block. `withState`: of its write set, which lies before it. */
async function damage(disk: Disk, chain: ChainId, at: number, withState = false): Promise<void> {
  const storage = await openTestStorage({ directory: '/ledger', files: disk.files, index: disk.index, manual: createManualPorts() });
  const record = Buffer.from(storage.open(chain)?.block(height(at)) ?? []);
  await storage.close();
  const file = disk.files.open(PATH);
  const bytes = Buffer.from(file.read(0, file.sizeBytes()));
  const place = bytes.indexOf(record);
  expect(place).toBeGreaterThan(0);
  const target = withState ? place - 19 - 3 : place + 30;
  bytes[target] = (bytes[target] ?? 0) ^ 4;
  disk.files = createPowerCutFiles(new Map([[PATH, bytes]]));
}

describe('a block that cannot be read any more', () => {
  it.each([0, 1, BLOCKS - 1, BLOCKS])('is put right from another peer when everything is verified: block %i', async (at) => {
    const disks = [newDisk(), newDisk(), newDisk()] as const;
    await filled(disks);
    await damage(disks[1], TEST_CHAIN, at);
    const [, node] = await openOn(disks);
    await node?.host.verify();
    expect(node?.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running', height: BLOCKS });
    expect(node?.host.blockAt(TEST_CHAIN, height(at))?.header.height).toBe(at);
    await node?.host.verify();
    expect(await node?.host.catchUp(TEST_CHAIN)).toMatchObject({ height: BLOCKS });
  });

  it.each([0, BLOCKS - 1, BLOCKS])('that a start needs stops the peer with its reason, and is put right when the peer is started: block %i', async (at) => {
    const disks = [newDisk(), newDisk()] as const;
    await filled(disks);
    await damage(disks[1], TEST_CHAIN, at);
    const [orderer, node] = await openOn(disks);
    expect(node?.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', stopped: { by: 'fault', reason: expect.stringContaining('cannot be opened') } });
    await node?.host.startChain(TEST_CHAIN);
    expect(node?.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running', height: BLOCKS });
    await orderer?.host.submit(TEST_CHAIN, add('c1', 1));
    expect(await node?.host.catchUp(TEST_CHAIN)).toMatchObject({ height: BLOCKS + 1 });
    await node?.host.verify();
  });

  it('is put right in the ledger that is in use, whoever looks at it and uses it while others are asked', async () => {
    const disks = [newDisk(), newDisk()] as const;
    await filled(disks);
    await damage(disks[1], TEST_CHAIN, 2);
    const nodes = await openOn(disks);
    const [orderer, node] = nodes;
    if (node === undefined || orderer === undefined) throw new Error('two nodes were opened');
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    node.tamper = async (records) => asked.then(() => records);
    const verified = node.host.verify();
    await rest();
    node.host.glance(TEST_CHAIN);
    node.host.peerStatus(TEST_CHAIN);
    await letRest([node]);
    expect(node.host.head(TEST_CHAIN)).toMatchObject({ height: BLOCKS });
    answer();
    await verified;
    expect(node.host.blockAt(TEST_CHAIN, height(2))?.header.height).toBe(2);
    node.tamper = undefined;
    await orderer.host.submit(TEST_CHAIN, add('c1', 1));
    expect(await node.host.catchUp(TEST_CHAIN)).toMatchObject({ height: BLOCKS + 1 });
    await letRest(nodes);
    expect([node.host.stats().openChains, node.storage.stats().openChains]).toEqual([0, 0]);
    expect(node.host.blockAt(TEST_CHAIN, height(2))?.header.height).toBe(2);
    await node.host.verify();
  });

  it('does not keep its city node from closing when nobody answers', async () => {
    const disks = [newDisk(), newDisk()] as const;
    await filled(disks);
    await damage(disks[1], TEST_CHAIN, 2);
    const [, node] = await openOn(disks);
    if (node === undefined) throw new Error('two nodes were opened');
    let isAsked = false;
    node.tamper = () => ((isAsked = true), new Promise(() => undefined));
    const verified = node.host.verify().catch((error: unknown) => error);
    await rest();
    expect(isAsked).toBe(true);
    await node.host.close();
    expect(await verified).toMatchObject({ code: 'storage-corrupt' });
  });

  it('is asked for until somebody gives the very block: another one, or a changed one, is not taken', async () => {
    const disks = [newDisk(), newDisk(), newDisk()] as const;
    await filled(disks);
    await damage(disks[1], TEST_CHAIN, 2);
    const [, node] = await openOn(disks);
    if (node === undefined) throw new Error('three nodes were opened');
    const others: number[] = [];
    node.tamper = (records) => {
      others.push(records.length);
      if (others.length === 1) return [];
      if (others.length === 2) return records.map((record) => record.map((byte, index) => (index === 200 ? byte ^ 1 : byte)));
      return records;
    };
    await node.host.verify();
    expect(others.length).toBe(3);
    expect(node.host.blockAt(TEST_CHAIN, height(2))?.header.height).toBe(2);
  });

  it('stays damaged while no other peer is there: reading it says where, everything else goes on', async () => {
    const disks = [newDisk()];
    await filled(disks);
    const [disk] = disks;
    if (disk === undefined) throw new Error('one disk was made');
    await damage(disk, TEST_CHAIN, 2);
    const [node] = await openOn(disks);
    if (node === undefined) throw new Error('one node was opened');
    await expect(node.host.verify()).rejects.toMatchObject({ code: 'storage-corrupt', details: { file: PATH, offset: expect.any(Number) } });
    expect(() => node.host.blockAt(TEST_CHAIN, height(2))).toThrow(expect.objectContaining({ code: 'storage-corrupt', details: expect.objectContaining({ file: PATH }) }));
    await node.host.submit(TEST_CHAIN, add('c1', 1));
    expect(node.host.head(TEST_CHAIN).height).toBe(BLOCKS + 1);
    expect(await readCounter(node.host, 'c1')).toMatchObject({ value: 2 });
  });
});

describe('a validator whose votes vanished from the index', () => {
  it('is no new one: it is stopped, the others of the directory are not, and made anew the index has the votes', async () => {
    const disks = [newDisk(), newDisk(), newDisk()] as const;
    await filled(disks, 'crash');
    const [disk] = disks;
    const votes = disk.index.range({ ...allOf('note'), limit: 100 }).filter(({ key }) => nameOfNote(key) === VOTES_NOTE);
    expect(votes).toHaveLength(2);
    const [first] = votes;
    if (first === undefined) throw new Error('there are votes');
    const damaged = { ...disk, index: disk.index.cut(true) };
    await damaged.index.apply([[first.key, undefined]]);
    const [node] = await openOn([damaged]);
    expect(node?.host.peerStatus(OTHER)).toMatchObject({ state: 'running' });
    expect(node?.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', stopped: { by: 'fault', reason: expect.stringContaining('notes of a sub-chain are missing from the index') } });
    expect(() => node?.host.head(TEST_CHAIN)).toThrow(expect.objectContaining({ code: 'chain-stopped' }));
    await node?.host.close();
    const [again] = await openOn([{ ...disk, index: createMemoryIndex() }]);
    expect(again?.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running', height: BLOCKS });
    expect(again?.host.head(TEST_CHAIN).height).toBe(BLOCKS);
  });
});

describe('a sub-chain whose state cannot be made again', () => {
  it('is stopped with its reason, for everybody; the others of the directory work, and it can be removed', async () => {
    const disks = [newDisk(), newDisk()] as const;
    await filled(disks);
    await damage(disks[1], TEST_CHAIN, 3, true);
    // Its index is lost, too: the log is all there is.
    disks[1].index = createMemoryIndex();
    const nodes = await openOn(disks);
    const [orderer, node] = nodes;
    if (node === undefined || orderer === undefined) throw new Error('two nodes were opened');
    expect(node.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', stopped: { by: 'fault', reason: expect.stringMatching(/^its stored data cannot be opened: the stored bytes/) } });
    expect(node.host.has(TEST_CHAIN)).toBe(true);
    expect(() => node.host.head(TEST_CHAIN)).toThrow(expect.objectContaining({ code: 'chain-stopped' }));
    await expect(node.host.startChain(TEST_CHAIN)).rejects.toMatchObject({ code: 'chain-stopped' });
    // Others could give it all of it, if they were there.
    node.away = true;
    await expect(node.host.createChain(orderer.host.genesis(TEST_CHAIN))).rejects.toMatchObject({ code: 'chain-stopped' });
    node.away = false;
    await expect(node.host.verify()).rejects.toMatchObject({ code: 'storage-corrupt', details: { file: PATH } });
    expect(node.manual.log.filter(({ event }) => event === 'a sub-chain is damaged')).toHaveLength(1);
    await orderer.host.submit(OTHER, add('c', 7));
    expect(await node.host.catchUp(OTHER)).toMatchObject({ height: BLOCKS + 1 });
    await orderer.host.submit(TEST_CHAIN, add('c', 7));
    await node.host.removeChain(TEST_CHAIN);
    expect(node.host.chains()).toEqual([OTHER]);
    await node.host.verify();
  });
});
