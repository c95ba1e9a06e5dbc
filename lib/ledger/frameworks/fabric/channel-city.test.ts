import { describe, expect, it } from 'vitest';
import type { Finality, LedgerHost } from '../../core/host-types';
import { createTestNodes, final, openTestChain, passTime, rest, restartTestNode, TEST_CHAIN, type TestNode } from '../../testing/test-nodes';
import { createFabricFramework, FABRIC } from './framework';
import { decodePrivateRwset, worldState } from './state';
import { VALIDATION_CODES } from './protocol';
import { queryChannel, waitForTransaction, withChannelView } from './read/query-channel';
import { auditBlocks } from './testing/audit-blocks';
import { TestChannel, type TestTransaction } from './testing/test-channel';

const channel = new TestChannel();
const [org1 = channel.client] = channel.peers;
const framework = createFabricFramework({ yieldTurn: async () => undefined, rolesOf: () => ({ organisations: ['Org1MSP'], orderer: { ...channel.orderer, nonce: () => new Uint8Array(24).fill(1) } }) });
const definition = channel.define('basic', { policy: "OR('Org1MSP.peer', 'Org2MSP.peer')", collections: [{ name: 'ours', members: "OR('Org1MSP.member')" }] });
const never = new AbortController().signal;

async function openCity(finality: Finality): Promise<TestNode[]> {
  const nodes = await createTestNodes({ count: 4, frameworks: [framework], snapshotGap: 5 });
  await openTestChain(nodes, TEST_CHAIN, channel.config, finality, FABRIC);
  await rest();
  await submit(nodes, nodes, definition);
  return nodes;
}

/** Through the last of them. */
async function submit(all: readonly TestNode[], nodes: readonly TestNode[], { bytes }: TestTransaction): Promise<boolean> {
  const answer = hostOf(nodes.at(-1)).submit(TEST_CHAIN, bytes);
  await passTime(all, 1_500);
  return final(await answer).succeeded;
}

function hostOf(node: TestNode | undefined): LedgerHost {
  if (node === undefined) throw new Error('there is a node');
  return node.host;
}

async function blocksOf(node: TestNode): Promise<Uint8Array[]> {
  const { height } = await queryChannel(node.host, TEST_CHAIN, { kind: 'channel-info' }, never);
  return Promise.all(Array.from({ length: height }, async (_, number) => (await queryChannel(node.host, TEST_CHAIN, { kind: 'block', number }, never)) ?? new Uint8Array(0)));
}

const plain = (node: TestNode, key: string): Promise<string | undefined> =>
  withChannelView(node.host, TEST_CHAIN, never, async ({ state, privateState }) => {
    const found = worldState(state, privateState).getPrivate('basic', 'ours', key);
    return found && Buffer.from(found.value).toString();
  });

async function secret(node: TestNode, key: string): Promise<TestTransaction & { plaintext: Uint8Array }> {
  const { rwset, privateRwset = new Uint8Array(0) } = await withChannelView(node.host, TEST_CHAIN, never, async ({ state }) => channel.simulate(state, (simulator) => simulator.putPrivateData('basic', 'ours', key, Buffer.from(`hidden ${key}`))));
  return { ...channel.transaction({ chaincode: 'basic', results: rwset }), plaintext: privateRwset };
}

describe('a channel on four city nodes', () => {
  it.each(['solo', 'crash', 'byzantine'] as const)('has the same blocks everywhere, also of a transaction that is not valid (%s)', async (finality) => {
    const nodes = await openCity(finality);
    expect(await submit(nodes, nodes, channel.put('basic', { a: '1' }))).toBe(true);
    const bad = channel.put('basic', { a: '2' }, { endorsers: [channel.client] });
    const waited = waitForTransaction(hostOf(nodes[2]), TEST_CHAIN, bad.txId, never);
    expect(await submit(nodes, nodes, bad)).toBe(false);
    expect(await waited).toMatchObject({ transaction: 0, code: VALIDATION_CODES.ENDORSEMENT_POLICY_FAILURE });
    await passTime(nodes, 2_000);
    const infos = await Promise.all(nodes.map(({ host }) => queryChannel(host, TEST_CHAIN, { kind: 'channel-info' }, never)));
    expect(new Set(infos.map(({ currentHash }) => Buffer.from(currentHash).toString('hex'))).size).toBe(1);
    for (const node of nodes) expect(auditBlocks(await blocksOf(node)).findings).toEqual([]);
    await expect(hostOf(nodes[0]).submit(TEST_CHAIN, bad.bytes)).rejects.toMatchObject({ code: 'duplicate-txid' });
  });

  it('lets a view stand still while other blocks come', async () => {
    const nodes = await openCity('solo');
    const [first] = nodes;
    if (first === undefined) throw new Error('there is a node');
    await submit(nodes, nodes, channel.put('basic', { a: '1' }));
    const read = await withChannelView(first.host, TEST_CHAIN, never, async ({ state, head }) => {
      const before = worldState(state, state).get('basic', 'a')?.version;
      for (let count = 0; count < 3; count += 1) await submit(nodes, nodes, channel.put('basic', { a: `${count}` }));
      return { before, after: worldState(state, state).get('basic', 'a')?.version, head: head.number };
    });
    expect(read).toEqual({ before: { block: 2, transaction: 0 }, after: { block: 2, transaction: 0 }, head: 2 });
    expect(await queryChannel(first.host, TEST_CHAIN, { kind: 'channel-info' }, never)).toMatchObject({ height: 6 });
  });

  it('keeps private data where they were put aside, also over a restart, and others take them in later', async () => {
    const nodes = await openCity('byzantine');
    const [first, second] = nodes;
    if (first === undefined || second === undefined) throw new Error('there are nodes');
    const hidden = await secret(first, 'k');
    await first.host.keepLocally(TEST_CHAIN, { kind: 'put-aside', txId: hidden.txId, plaintext: hidden.plaintext });
    expect(await submit(nodes, nodes, hidden)).toBe(true);
    await passTime(nodes, 2_000);
    expect([await plain(first, 'k'), await plain(second, 'k')]).toEqual(['hidden k', undefined]);
    const [position] = await queryChannel(second.host, TEST_CHAIN, { kind: 'missing-private-data', limit: 5 }, never);
    if (position === undefined) throw new Error('something is missing');
    const hash = (await queryChannel(second.host, TEST_CHAIN, { kind: 'promised-hash', position }, never)) ?? new Uint8Array(0);
    const given = (await queryChannel(first.host, TEST_CHAIN, { kind: 'block-private-data', number: position.block }, never)).get(position.transaction) ?? new Uint8Array(0);
    await second.host.keepLocally(TEST_CHAIN, { kind: 'reconcile', late: { position, hash, plaintext: decodePrivateRwset(given).namespaces[0]?.collections[0]?.rwset ?? new Uint8Array(0) } });
    const again = await restartTestNode(second);
    expect(await plain(again, 'k')).toBe('hidden k');
  });

  it('gives a peer that is far behind the shared state alone; what it lacks of its own it finds', async () => {
    const nodes = await openCity('crash');
    const [first, , , late] = nodes;
    if (first === undefined || late === undefined) throw new Error('there are nodes');
    const others = nodes.slice(0, 3);
    const before = await secret(late, 'before');
    for (const { host } of nodes) await host.keepLocally(TEST_CHAIN, { kind: 'put-aside', txId: before.txId, plaintext: before.plaintext });
    await submit(nodes, nodes, before);
    await passTime(nodes, 2_000);
    expect(await plain(late, 'before')).toBe('hidden before');
    await late.host.stopChain(TEST_CHAIN, 'it is to lag');
    for (let count = 0; count < 10; count += 1) await submit(nodes, others, channel.put('basic', { [`k${count}`]: 'v' }, { endorsers: [org1] }));
    await late.host.startChain(TEST_CHAIN);
    late.host.announced(TEST_CHAIN, first.host.head(TEST_CHAIN).height);
    const caught = late.host.catchUp(TEST_CHAIN);
    caught.catch(() => undefined);
    await passTime(nodes, 20_000);
    await caught;
    expect(late.manual.log.map(({ event }) => event)).toContain('joined from a snapshot');
    expect(late.host.head(TEST_CHAIN).hash).toBe(first.host.head(TEST_CHAIN).hash);
    expect(await plain(late, 'before')).toBeUndefined();
    expect(await queryChannel(late.host, TEST_CHAIN, { kind: 'unnoted-private-data', limit: 5 }, never)).toEqual([{ block: 2, transaction: 0, namespace: 'basic', collection: 'ours' }]);
    expect(await submit(nodes, nodes, channel.put('basic', { after: 'v' }))).toBe(true);
    await passTime(nodes, 2_000);
    expect(auditBlocks(await blocksOf(first)).findings).toEqual([]);
  });
});
