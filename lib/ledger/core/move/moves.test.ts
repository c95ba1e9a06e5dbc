import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openLedgerHost } from '../../open-ledger-host';
import { reviveCopiedLedgers } from '../../read-copied-ledgers';
import { counterFramework } from '../../testing/counter-framework';
import { createRealPorts } from '../../testing/real-ports';
import { at, city, status, submitAt } from '../../testing/test-city';
import { add, createTestNode, final, openTestChain, readCounter, restartTestNode, TEST_CHAIN, type TestNode } from '../../testing/test-nodes';
import { createInProcessNetwork } from '../in-process-network';
import type { LedgerHost } from '../host-types';
import { height } from '../types';
import { VOTES_NOTE } from '../validator';
import type { Belongings } from './pieces';

type Home = Pick<LedgerHost, 'moves'>;

/** Copies until nothing is left as of now. */
async function copy(from: Home, to: Home): Promise<void> {
  for (let isMore = true; isMore; ) {
    const piece = await from.moves.next(TEST_CHAIN);
    await to.moves.take(TEST_CHAIN, piece);
    isMore = piece.kind !== 'commits' || piece.left > 0;
  }
}

async function move(from: LedgerHost, to: LedgerHost): Promise<Belongings> {
  await copy(from, to);
  const belongings = await from.moves.leave(TEST_CHAIN);
  await copy(from, to);
  await to.moves.settle(TEST_CHAIN, belongings);
  await from.removeChain(TEST_CHAIN);
  return belongings;
}

async function solo(): Promise<TestNode> {
  const node = await createTestNode();
  await openTestChain([node]);
  return node;
}

describe('a peer that moves', () => {
  it('is the same at its new home: blocks, state, key; and goes on from there', async () => {
    const [old, home] = [await solo(), await createTestNode()];
    for (let count = 0; count < 5; count += 1) await old.host.submit(TEST_CHAIN, add('a', 2));
    const before = status(old);
    await move(old.host, home.host);
    expect(status(home)).toMatchObject({ state: 'running', orders: true, height: 5, headHash: before.headHash });
    expect(Buffer.compare(status(home).publicKey, before.publicKey)).toBe(0);
    expect(await readCounter(home.host, 'a')).toMatchObject({ value: 10 });
    for (let h = 0; h <= 5; h += 1) expect(home.host.blockAt(TEST_CHAIN, height(h))?.header.height).toBe(h);
    expect(final(await home.host.submit(TEST_CHAIN, add('a', 1))).height).toBe(6);
    expect(old.host.has(TEST_CHAIN)).toBe(false);
    expect(old.host.chains()).toEqual([]);
  });

  it('takes transactions while it is copied, and none of them is lost', async () => {
    const [old, home] = [await solo(), await createTestNode()];
    await old.host.submit(TEST_CHAIN, add('a', 1));
    const kinds: string[] = [];
    for (let count = 0; count < 12; count += 1) {
      const piece = await old.host.moves.next(TEST_CHAIN);
      kinds.push(piece.kind);
      await home.host.moves.take(TEST_CHAIN, piece);
      await old.host.submit(TEST_CHAIN, add('a', 1));
    }
    expect(kinds.slice(0, 4)).toEqual(['state', 'blocks', 'copied', 'commits']);
    await move(old.host, home.host);
    expect(status(home).height).toBe(13);
    expect(await readCounter(home.host, 'a')).toMatchObject({ value: 13 });
  });

  it('says nothing any more once it has left: its callers are told to come again, and what nobody waits for goes along', async () => {
    const [old, home] = [await solo(), await createTestNode()];
    const held = add('a', 1, { account: 'x', sequence: 1 });
    expect((await old.host.submit(TEST_CHAIN, held)).state).toBe('held');
    await copy(old.host, home.host);
    const waiting = old.host.waitForHeight(TEST_CHAIN, 5, new AbortController().signal);
    const refused = waiting.then(() => 'answered', (error: { code?: string }) => error.code);
    const { transactions } = await old.host.moves.leave(TEST_CHAIN);
    expect(await refused).toBe('peer-away');
    expect(transactions).toEqual([held]);
    await expect(old.host.submit(TEST_CHAIN, add('a', 1))).rejects.toMatchObject({ code: 'peer-away', details: { retryAfterMs: 1_000 } });
    await expect(readCounter(old.host, 'a')).rejects.toMatchObject({ code: 'peer-away' });
    old.host.announced(TEST_CHAIN, height(9));
    expect(status(old).height).toBe(0);
  });

  it('answers what was handed in before it left from its block, or tells the caller to come again: never neither, never both', async () => {
    const [old, home] = [await solo(), await createTestNode()];
    await copy(old.host, home.host);
    const answers = Array.from({ length: 40 }, (_, count) => old.host.submit(TEST_CHAIN, add('a', 1, { account: 'x', sequence: count })).then(() => 'final', (error: { code?: string }) => error.code));
    const belongings = await old.host.moves.leave(TEST_CHAIN);
    await copy(old.host, home.host);
    await home.host.moves.settle(TEST_CHAIN, belongings);
    const told = await Promise.all(answers);
    expect(told.every((answer) => answer === 'final' || answer === 'peer-away')).toBe(true);
    expect(await readCounter(home.host, 'a')).toMatchObject({ value: told.filter((answer) => answer === 'final').length });
  });

  it('takes its votes along to the letter, and the others of a Byzantine-tolerant sub-chain go on with it', async () => {
    const nodes = await city(4, 'byzantine');
    await submitAt(nodes, 0);
    const mover = at(nodes, 3);
    const home = await createTestNode();
    await copy(mover.host, home.host);
    const belongings = await mover.host.moves.leave(TEST_CHAIN);
    expect(belongings.notes.get(VOTES_NOTE)?.length).toBeGreaterThan(0);
    expect(belongings.key.isUsed).toBe(true);
    await copy(mover.host, home.host);
    await home.host.moves.settle(TEST_CHAIN, belongings);
    expect(home.storage.open(TEST_CHAIN)?.notes()).toEqual(new Map(belongings.notes));
    expect(home.keys.wasUsed(TEST_CHAIN)).toBe(true);
    await mover.host.removeChain(TEST_CHAIN);
    const key = home.keys.sealed(TEST_CHAIN);
    if (key === undefined) throw new Error('the key is at the new home');
    await mover.keys.adopt(TEST_CHAIN, key);
    // What carries it now answers under the same name; without it there is no quorum.
    const back = await restartTestNode(mover, { isAbrupt: true, storage: home.storage });
    at(nodes, 1).away = true;
    await submitAt([...nodes.slice(0, 3), back], 0);
    expect([status(at(nodes, 0)).height, status(back).height]).toEqual([2, 2]);
  });
});

describe('a move that comes to nothing', () => {
  it('leaves the peer as it was, before it left and after', async () => {
    const [old, home] = [await solo(), await createTestNode()];
    await copy(old.host, home.host);
    old.host.moves.stay(TEST_CHAIN);
    await old.host.submit(TEST_CHAIN, add('a', 1));
    await home.host.removeChain(TEST_CHAIN);
    await copy(old.host, home.host);
    const { transactions } = await old.host.moves.leave(TEST_CHAIN);
    expect(transactions).toEqual([]);
    old.host.moves.stay(TEST_CHAIN);
    expect(final(await old.host.submit(TEST_CHAIN, add('a', 1))).height).toBe(2);
    expect(status(old)).toMatchObject({ state: 'running', height: 2 });
  });

  it('is no peer at the place that it was to go to, also for the next process there', async () => {
    const [old, home] = [await solo(), await createTestNode()];
    await copy(old.host, home.host);
    const first = await old.host.moves.leave(TEST_CHAIN);
    await expect(home.host.moves.settle(TEST_CHAIN, { ...first, height: height(7) })).rejects.toMatchObject({ code: 'move-failed' });
    expect(() => home.host.head(TEST_CHAIN)).toThrow(expect.objectContaining({ code: 'chain-unknown' }));
    expect(() => status(home)).toThrow(expect.objectContaining({ code: 'chain-unknown' }));
    await home.host.removeChain(TEST_CHAIN);
    expect(home.host.chains()).toEqual([]);
  });

  it('is refused where a peer of the sub-chain is already, and for a part that does not follow', async () => {
    const [old, home] = [await solo(), await solo()];
    await expect(copy(old.host, home.host)).rejects.toMatchObject({ code: 'move-failed', details: { reason: expect.stringContaining('remove it first') } });
    const empty = await createTestNode();
    await expect(empty.host.moves.take(TEST_CHAIN, { kind: 'commits', commits: [], left: 0 })).rejects.toMatchObject({ code: 'move-failed' });
    await expect(empty.host.moves.leave(TEST_CHAIN)).rejects.toMatchObject({ code: 'move-failed' });
  });

  it('ends when the sub-chain is removed meanwhile', async () => {
    const [old, home] = [await solo(), await createTestNode()];
    await copy(old.host, home.host);
    await old.host.removeChain(TEST_CHAIN);
    await expect(old.host.moves.next(TEST_CHAIN)).rejects.toMatchObject({ code: 'chain-unknown' });
  });
});

describe('on disk', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'chainworks-moves-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const keyEncryptionKey = new Uint8Array(32).fill(5);
  const open = (name: string, key = keyEncryptionKey) =>
    openLedgerHost({ directory: path.join(root, name), keyEncryptionKey: key, frameworks: [counterFramework], link: createInProcessNetwork().connect().link, ports: createRealPorts() });

  it('a moved peer is found by the next process, in one directory alone', async () => {
    const [old, home] = [await open('old'), await open('new')];
    await openTestChain([{ host: old }]);
    for (let count = 0; count < 20; count += 1) await old.submit(TEST_CHAIN, add('a', 1));
    const { publicKey } = old.peerStatus(TEST_CHAIN);
    await move(old, home);
    await Promise.all([old.close(), home.close()]);
    const [oldAgain, homeAgain] = [await open('old'), await open('new')];
    expect(oldAgain.chains()).toEqual([]);
    expect(homeAgain.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running', height: 20 });
    expect(Buffer.compare(homeAgain.peerStatus(TEST_CHAIN).publicKey, publicKey)).toBe(0);
    expect(final(await homeAgain.submit(TEST_CHAIN, add('a', 1))).height).toBe(21);
    // And back, into a directory that knew it before.
    await move(homeAgain, oldAgain);
    expect(await readCounter(oldAgain, 'a')).toMatchObject({ value: 21 });
    await Promise.all([oldAgain.close(), homeAgain.close()]);
  });

  it('a closed peer that was looked at meanwhile still gives its last blocks', async () => {
    const ports = createRealPorts({ haste: 100 });
    const openFast = (name: string) => openLedgerHost({ directory: path.join(root, name), keyEncryptionKey, frameworks: [counterFramework], link: createInProcessNetwork().connect().link, ports });
    const [old, home] = [await openFast('old-4'), await openFast('new-4')];
    await openTestChain([{ host: old }]);
    await copy(old, home);
    for (let count = 0; count < 3; count += 1) await old.submit(TEST_CHAIN, add('a', 1));
    const belongings = await old.moves.leave(TEST_CHAIN);
    // Its index is written meanwhile, and what was opened of it goes.
    await vi.waitFor(() => expect([old.peerStatus(TEST_CHAIN).height, old.peerStatus(TEST_CHAIN).resources.memoryBytes]).toEqual([3, 0]));
    await copy(old, home);
    expect((await home.moves.settle(TEST_CHAIN, belongings)).height).toBe(3);
    await Promise.all([old.close(), home.close()]);
  });

  it('half of a copy is no ledger of a backup: the peer that it was made from is', async () => {
    const [old, home] = [await open('old-3'), await open('new-3')];
    await openTestChain([{ host: old }]);
    await old.submit(TEST_CHAIN, add('a', 1));
    await copy(old, home);
    await Promise.all([old.close(), home.close()]);
    const ledgers = ['old-3', 'new-3'].map((name) => ({ name: 'C0', directory: path.join(root, name), keyEncryptionKey }));
    const facts = await reviveCopiedLedgers({ ledgers, frameworks: [counterFramework], ports: createRealPorts() });
    expect(facts.map(({ heads, faults }) => [heads.length, faults.length])).toEqual([[1, 0], [0, 0]]);
  });

  it('a key does not open under another key-encryption key: nothing is settled then', async () => {
    const [old, home] = [await open('old-2'), await open('new-2', new Uint8Array(32).fill(6))];
    await openTestChain([{ host: old }]);
    await expect(move(old, home)).rejects.toMatchObject({ code: 'move-failed' });
    expect(home.chains().length).toBe(0);
    old.moves.stay(TEST_CHAIN);
    expect(final(await old.submit(TEST_CHAIN, add('a', 1))).height).toBe(1);
    await Promise.all([old.close(), home.close()]);
  });
});
