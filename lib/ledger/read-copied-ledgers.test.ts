import fs from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Finality } from './core/host-types';
import { chainId } from './core/types';
import { readCopiedLedgers, reviveCopiedLedgers, type CopiedLedger } from './read-copied-ledgers';
import { openLedgerDirectory } from './storage/disk/open-ledger-directory';
import { counterFramework } from './testing/counter-framework';
import { createManualPorts } from './testing/manual-ports';
import { createTemporaryDirectory } from './testing/temporary-directory';
import { at, status, submitAt } from './testing/test-city';
import { createTestNodes, openTestChain, passTime, rest, TEST_CHAIN, type TestNode } from './testing/test-nodes';

const home = createTemporaryDirectory();
afterAll(() => home.remove());

const keyEncryptionKey = new Uint8Array(32).fill(5);
const { ports } = createManualPorts();
const frameworks = [counterFramework];
let places = 0;

/** City nodes on real disks, in directories of their own; `directories[at]` of an earlier call opens what lies there. */
async function openNodes(directories: readonly string[]): Promise<TestNode[]> {
  const opened = await Promise.all(
    directories.map((directory) => {
      fs.mkdirSync(directory, { recursive: true });
      return openLedgerDirectory({ directory, keyEncryptionKey, ports });
    }),
  );
  return createTestNodes({
    count: directories.length,
    storage: (index) => opened[index]?.storage ?? Promise.reject(new Error('there is no such node')),
    keys: (index) => opened[index]?.keys ?? expect.fail('there is no such node'),
  });
}

const freshPlace = (): string => `${home.path}/${(places += 1)}`;

/** What a backup takes of a closed city node: all but the index, which is made from the log. */
function copyLedger(from: string): string {
  const to = freshPlace();
  fs.cpSync(from, to, { recursive: true, filter: (file) => !file.endsWith('/index') });
  return to;
}

const ledgersAt = (directories: readonly (string | undefined)[]): CopiedLedger[] =>
  directories.flatMap((directory, index) => (directory === undefined ? [] : [{ name: `C${index}`, directory, keyEncryptionKey }]));

const closeAll = (nodes: readonly TestNode[]) => Promise.all(nodes.map(({ host }) => host.close()));

const logOf = (directory: string): string => `${directory}/segment-00000001.log`;

function flipByte(directory: string, at: number): void {
  const bytes = fs.readFileSync(logOf(directory));
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  fs.writeFileSync(logOf(directory), bytes);
}

const placesOf = (directory: string, text: string): number[] => [...fs.readFileSync(logOf(directory)).toString('latin1').matchAll(new RegExp(text, 'g'))].map(({ index }) => index);

/** Changes a byte of the one block alone, in a ledger without an index. */
async function rotBlock(directory: string, height: number): Promise<void> {
  for (const at of placesOf(directory, 'chainworks/block')) {
    flipByte(directory, at);
    const copy = copyLedger(directory);
    const { storage, keys } = await openLedgerDirectory({ directory: copy, keyEncryptionKey, ports });
    const damages = await storage.verify();
    await keys.close();
    await storage.close();
    if (damages.length === 1 && damages[0]?.height === height) return;
    flipByte(directory, at);
  }
  expect.fail(`block ${height} is nowhere in the log`);
}

/** A sub-chain with some blocks on closed city nodes. */
async function givenChain(count: number, finality: Finality, blocks = 2): Promise<string[]> {
  const directories = Array.from({ length: count }, freshPlace);
  const nodes = await openNodes(directories);
  await openTestChain(nodes, TEST_CHAIN, {}, finality);
  await passDisk(nodes);
  for (let block = 0; block < blocks; block += 1) await submitOnDisk(nodes, block % count);
  await closeAll(nodes);
  return directories;
}

/** Real disks answer in their own time: clocks move until it is done. */
async function passDisk(nodes: readonly TestNode[], ms = 1_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    await passTime(nodes, 50);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function submitOnDisk(nodes: readonly TestNode[], index: number): Promise<void> {
  let done = false;
  const submitted = submitAt(nodes, index).finally(() => (done = true));
  void submitted.catch(() => undefined);
  while (!done) await passDisk(nodes, 100);
  await submitted;
  await passDisk(nodes, 200);
}

describe('ledgers out of a backup', () => {
  it('open without an index and say where each sub-chain was', async () => {
    const directories = await givenChain(1, 'solo', 3);
    const copies = directories.map(copyLedger);
    const indexDirectory = freshPlace();
    const [facts] = await readCopiedLedgers({ ledgers: ledgersAt(copies).map((ledger) => ({ ...ledger, indexDirectory })), frameworks, ports });
    const [node] = (await openNodes(directories)) as [TestNode];
    const { height, hash } = node.host.head(TEST_CHAIN);
    expect(height).toBe(3);
    expect(facts).toEqual({ name: 'C0', heads: [{ chain: TEST_CHAIN, height, hash }], faults: [], silenced: [] });
    expect(fs.existsSync(`${copies[0]}/index`)).toBe(false);
    await node.host.close();
  });

  it('name a peer whose key is not the one that signed', async () => {
    const [first] = await givenChain(1, 'solo');
    const [other] = await givenChain(1, 'solo');
    const copy = copyLedger(first ?? '');
    fs.rmSync(`${copy}/keys`, { recursive: true });
    fs.cpSync(`${other}/keys`, `${copy}/keys`, { recursive: true });
    const [facts] = await reviveCopiedLedgers({ ledgers: ledgersAt([copy]), frameworks, ports });
    expect(facts).toMatchObject({ heads: [], faults: [{ chain: TEST_CHAIN, reason: 'the peer’s key is not the one that signed its blocks' }] });
  });

  it('are refused with the file when their log is none', async () => {
    const [first] = await givenChain(1, 'solo');
    const copy = copyLedger(first ?? '');
    const file = logOf(copy);
    flipByte(copy, 20);
    await expect(readCopiedLedgers({ ledgers: ledgersAt([copy]), frameworks, ports })).rejects.toThrow(file);
  });
});

describe('a damaged ledger', () => {
  it('costs the sub-chain whose block it is, and no other', async () => {
    const directory = freshPlace();
    const nodes = await openNodes([directory]);
    const other = chainId('moss-1');
    await openTestChain(nodes);
    await openTestChain(nodes, other);
    for (let block = 0; block < 3; block += 1) await submitOnDisk(nodes, 0);
    await closeAll(nodes);
    const copy = copyLedger(directory);
    const names = placesOf(copy, TEST_CHAIN);
    // Within the second block: one more follows it.
    flipByte(copy, (names.at(-1) ?? 0) - 400);
    const [facts] = await readCopiedLedgers({ ledgers: ledgersAt([copy]), frameworks, ports });
    expect(facts?.heads.map(({ chain }) => chain)).toEqual([other]);
    expect(facts?.faults).toEqual([{ chain: TEST_CHAIN, reason: expect.stringMatching(/./) }]);
  });
});

describe('a validator that comes back from a backup', () => {
  it('signs nothing that it may have signed before, while others still hold it, and votes again then', async () => {
    const directories = await givenChain(4, 'byzantine');
    const copy = copyLedger(directories[3] ?? '');
    // What the copy does not know.
    const before = await openNodes(directories);
    for (const node of before) node.host.head(TEST_CHAIN);
    for (let block = 0; block < 3; block += 1) await submitOnDisk(before, block);
    const after = status(at(before, 0)).height;
    await closeAll(before);

    const [facts] = await reviveCopiedLedgers({ ledgers: ledgersAt([undefined, undefined, undefined, copy]), frameworks, ports });
    expect(facts).toMatchObject({ name: 'C3', faults: [], silenced: [TEST_CHAIN] });
    const nodes = await openNodes([...directories.slice(0, 3), copy]);
    for (const node of nodes) node.host.head(TEST_CHAIN);
    const back = at(nodes, 3);
    expect(status(back).agreement?.position).toMatchObject({ abstainsThrough: 'unknown' });
    await back.host.catchUp(TEST_CHAIN);
    await passDisk(nodes, 3_000);
    expect(status(back)).toMatchObject({ state: 'running', height: after });
    for (let block = 0; block < 4; block += 1) await submitOnDisk(nodes, block % 3);
    expect(status(back).agreement?.position).not.toHaveProperty('abstainsThrough');
    for (const node of nodes) expect(status(node)).toMatchObject({ state: 'running', agreement: { evidence: [] } });
    await closeAll(nodes);
  });

  it('with a rotten old block is named, and signs nothing all the same', async () => {
    const directories = await givenChain(4, 'byzantine', 3);
    const copy = copyLedger(directories[3] ?? '');
    await rotBlock(copy, 1);
    const [facts] = await reviveCopiedLedgers({ ledgers: ledgersAt([undefined, undefined, undefined, copy]), frameworks, ports });
    expect(facts).toMatchObject({ heads: [], faults: [{ chain: TEST_CHAIN }], silenced: [TEST_CHAIN] });
    const nodes = await openNodes([...directories.slice(0, 3), copy]);
    for (const node of nodes) node.host.head(TEST_CHAIN);
    expect(status(at(nodes, 3)).agreement?.position).toMatchObject({ abstainsThrough: 'unknown' });
    await closeAll(nodes);
  });

  it('alone among copies that were not restored stops instead of beginning a second history', async () => {
    const [orderer] = await givenChain(2, 'solo');
    const copy = copyLedger(orderer ?? '');
    const [facts] = await reviveCopiedLedgers({ ledgers: ledgersAt([copy]), frameworks, ports });
    expect(facts).toMatchObject({ silenced: [TEST_CHAIN] });
    const [node] = (await openNodes([copy])) as [TestNode];
    node.host.head(TEST_CHAIN);
    await rest();
    expect(status(node)).toMatchObject({ state: 'stopped', stopped: { by: 'fault' } });
    await node.host.close();
  });

  it.each([['solo', 1], ['solo', 2], ['crash', 3], ['byzantine', 4]] as const)('goes on at once when every peer of its sub-chain came back with it (%s, %i)', async (finality, count) => {
    const directories = await givenChain(count, finality);
    const copies = directories.map(copyLedger);
    const facts = await reviveCopiedLedgers({ ledgers: ledgersAt(copies), frameworks, ports });
    expect(facts.map(({ silenced, faults }) => [silenced, faults])).toEqual(directories.map(() => [[], []]));
    const nodes = await openNodes(copies);
    for (const node of nodes) node.host.head(TEST_CHAIN);
    await passDisk(nodes, 2_000);
    const { height } = status(at(nodes, 0));
    await submitOnDisk(nodes, 0);
    expect(status(at(nodes, 0)).height).toBeGreaterThan(height);
    for (const node of nodes) expect(status(node)).toMatchObject({ state: 'running' });
    await closeAll(nodes);
  });
});
