import { describe, expect, it } from 'vitest';
import { createEmbeddedOrdering } from '../ordering/embedded/embedded-ordering';
import { lonelyLink } from '../testing/lonely-link';
import { counterFramework } from '../testing/counter-framework';
import { TEST_EPOCH_MS } from '../testing/manual-ports';
import { add, createTestNode, createTestNodes, final, letRest, openTestChain, readCounter, rest, restartTestNode, TEST_CHAIN, type TestNode } from '../testing/test-nodes';
import { hashHeader } from './block';
import { precommitStatement } from './consensus/statements';
import { verifySignature } from './crypto';
import type { Framework } from './framework';
import { createLedgerHost } from './host';
import type { LedgerHost } from './host-types';
import { isAttested } from './seal-block';
import { chainId, height, timeMs } from './types';

describe('blocks', () => {
  it('are chained by hash, signed, and named after their content', async () => {
    const node = await createTestNode();
    const spec = await openTestChain([node]);
    for (let count = 0; count < 5; count += 1) await node.host.submit(TEST_CHAIN, add('c', 1));
    const genesis = node.host.genesis(TEST_CHAIN);
    expect(genesis.peers.map((peer) => peer.name)).toEqual(spec.peers.map((peer) => peer.name));
    for (let at = 0; at <= 5; at += 1) {
      const block = node.host.blockAt(TEST_CHAIN, height(at));
      if (block === undefined) throw new Error(`block ${at} is there`);
      const previous = at === 0 ? genesis.hash : node.host.blockAt(TEST_CHAIN, height(at - 1))?.hash;
      expect(block.header.previousHash).toBe(previous);
      expect(hashHeader(block.header)).toBe(block.hash);
      // The genesis block is made by each peer for itself; the others are final by the word of who orders alone.
      expect(block.certificate).toMatchObject({ finality: 'solo', round: 0, quorum: 1, validators: 1 });
      expect(block.certificate.signatures.map(({ name }) => name)).toEqual(at === 0 ? [] : ['C0']);
      for (const { publicKey, signature } of block.certificate.signatures) {
        expect(Buffer.from(publicKey)).toEqual(Buffer.from(node.host.peerStatus(TEST_CHAIN).publicKey));
        expect(verifySignature(publicKey, precommitStatement(TEST_CHAIN, at, 0, block.hash), signature)).toBe(true);
      }
      expect(block.attestation !== undefined && isAttested(block.header, block.attestation, verifySignature)).toBe(at === 0);
    }
    expect(node.host.blockAt(TEST_CHAIN, height(6))).toBeUndefined();
  });

  it('carry the wall clock, never step back, and are not pushed forward to differ', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const timeOf = async (): Promise<number> => {
      const answer = final(await node.host.submit(TEST_CHAIN, add('c', 1)));
      return node.host.blockAt(TEST_CHAIN, answer.height)?.header.time ?? -1;
    };
    node.manual.setClock(TEST_EPOCH_MS + 5_000);
    expect(await timeOf()).toBe(TEST_EPOCH_MS + 5_000);
    node.manual.setClock(TEST_EPOCH_MS + 1_000);
    expect(await timeOf()).toBe(TEST_EPOCH_MS + 5_000);
    expect(await timeOf()).toBe(TEST_EPOCH_MS + 5_000);
    node.manual.setClock(TEST_EPOCH_MS + 6_000);
    expect(await timeOf()).toBe(TEST_EPOCH_MS + 6_000);
  });

  it('are never sealed for an idle chain, and nothing is scheduled for it', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    await rest();
    expect(node.host.head(TEST_CHAIN).height).toBe(0);
    node.manual.advance(3_600_000);
    await letRest([node]);
    expect(node.manual.scheduled()).toBe(0);
    expect(node.host.head(TEST_CHAIN).height).toBe(0);
  });
});

describe('reading', () => {
  it('holds one height still through a query, while blocks go on', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    await node.host.submit(TEST_CHAIN, add('c', 1));
    const writing = Promise.all(Array.from({ length: 20 }, () => node.host.submit(TEST_CHAIN, add('c', 1))));
    for (let count = 0; count < 50; count += 1) {
      const answer = (await readCounter(node.host, 'c')) as { height: number; value: number; again: number };
      expect(answer.again).toBe(answer.value);
    }
    await writing;
  });

  it('is ended by the caller’s signal', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const controller = new AbortController();
    const answer = node.host.query(TEST_CHAIN, { counter: 'c' }, controller.signal);
    controller.abort(new Error('time is up'));
    await expect(answer).rejects.toThrow('time is up');
  });

  it('wakes who waits for the next block, and only then', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const { signal } = new AbortController();
    expect(await node.host.waitForHeight(TEST_CHAIN, -1, signal)).toMatchObject({ height: 0 });
    let woken = 0;
    const waiting = node.host.waitForHeight(TEST_CHAIN, 1, signal).then((head) => {
      woken = head.height;
    });
    await node.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    expect(woken).toBe(0);
    await node.host.submit(TEST_CHAIN, add('c', 1));
    await waiting;
    expect(woken).toBe(2);
  });

  it('lets who waits go when their time is up', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const controller = new AbortController();
    const waiting = node.host.waitForHeight(TEST_CHAIN, 5, controller.signal);
    controller.abort(new Error('time is up'));
    await expect(waiting).rejects.toThrow('time is up');
    await expect(node.host.waitForHeight(TEST_CHAIN, 5, controller.signal)).rejects.toThrow('time is up');
  });
});

describe('provisioning steps', () => {
  it('make one key and one chain, however often they are repeated', async () => {
    const node = await createTestNode();
    const [first, second] = await Promise.all([node.host.createPeer(TEST_CHAIN), node.host.createPeer(TEST_CHAIN)]);
    expect(second.publicKey).toEqual(first.publicKey);
    expect(node.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'key', height: -1 });
    const spec = await openTestChain([node]);
    const [one, two] = await Promise.all([node.host.createChain(spec), node.host.createChain(spec)]);
    expect(two).toEqual(one);
    await node.host.submit(TEST_CHAIN, add('c', 1));
    expect(await node.host.createChain(spec)).toMatchObject({ height: 1, genesisHash: one.genesisHash });
    expect(node.host.chains()).toEqual([TEST_CHAIN]);
  });

  it('refuse the same chain with another genesis', async () => {
    const node = await createTestNode();
    const spec = await openTestChain([node]);
    await expect(node.host.createChain({ ...spec, time: timeMs(1) })).rejects.toMatchObject({ code: 'chain-differs' });
    await expect(node.host.createChain({ ...spec, config: { blockCostMax: 5 } })).rejects.toMatchObject({ code: 'chain-differs' });
  });

  it('refuse a genesis that cannot work, and leave nothing of it behind', async () => {
    const node = await createTestNode();
    const { publicKey } = await node.host.createPeer(TEST_CHAIN);
    const other = (await node.host.createPeer(chainId('reef-2209'))).publicKey;
    const spec = { chain: TEST_CHAIN, framework: 'counter', config: {}, time: timeMs(1), finality: 'solo' as const, peers: [{ name: 'SIN', publicKey, orders: true }] };
    await expect(node.host.createChain({ ...spec, framework: 'abacus' })).rejects.toMatchObject({ code: 'genesis-invalid' });
    await expect(node.host.createChain({ ...spec, config: { blockCostMax: 'many' } })).rejects.toMatchObject({ code: 'genesis-invalid' });
    await expect(node.host.createChain({ ...spec, peers: [{ name: 'SIN', publicKey: other, orders: true }] })).rejects.toMatchObject({ code: 'genesis-invalid' });
    await expect(node.host.createChain({ ...spec, chain: chainId('none-0000') })).rejects.toMatchObject({ code: 'peer-missing' });
    expect(node.host.has(TEST_CHAIN)).toBe(false);
    expect(node.host.peerStatus(TEST_CHAIN).state).toBe('key');
    expect(await node.host.createChain(spec)).toMatchObject({ height: 0 });
  });

  it('tell a chain that is not here from one that has its key alone', async () => {
    const node = await createTestNode();
    const absent = chainId('absent-1');
    expect(() => node.host.head(absent)).toThrow(expect.objectContaining({ code: 'chain-unknown' }));
    expect(() => node.host.peerStatus(absent)).toThrow(expect.objectContaining({ code: 'chain-unknown' }));
    await expect(node.host.submit(absent, add('c', 1))).rejects.toMatchObject({ code: 'chain-unknown' });
    await node.host.createPeer(absent);
    expect(() => node.host.head(absent)).toThrow(expect.objectContaining({ code: 'peer-missing' }));
    await expect(node.host.submit(absent, add('c', 1))).rejects.toMatchObject({ code: 'peer-missing' });
    node.host.announced(absent, height(5));
  });

  it('remove a chain with its key, also twice, also one that was never here', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    await node.host.submit(TEST_CHAIN, add('c', 1));
    const waiting = node.host.waitForHeight(TEST_CHAIN, 99, new AbortController().signal).catch((error: unknown) => error);
    await node.host.removeChain(TEST_CHAIN);
    await node.host.removeChain(TEST_CHAIN);
    await node.host.removeChain(chainId('never-1'));
    expect(await waiting).toMatchObject({ code: 'chain-unknown' });
    expect(node.host.chains()).toEqual([]);
    expect(node.keys.chains()).toEqual([]);
    expect(() => node.host.head(TEST_CHAIN)).toThrow(expect.objectContaining({ code: 'chain-unknown' }));
    await openTestChain([node]);
    expect(await readCounter(node.host, 'c')).toMatchObject({ height: 0, value: 0 });
  });

  it('refuse who waits in the queue of a chain that is removed', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const answers = Promise.allSettled(Array.from({ length: 50 }, () => node.host.submit(TEST_CHAIN, add('c', 1))));
    await node.host.removeChain(TEST_CHAIN);
    for (const answer of await answers) {
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: expect.stringMatching(/^chain-(unknown|stopped)$/) });
    }
  });
});

describe('stopping', () => {
  it('refuses transactions but answers reads, survives a restart, and ends with a start', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    await node.host.submit(TEST_CHAIN, add('c', 1));
    await node.host.stopChain(TEST_CHAIN, 'unpaid');
    await node.host.stopChain(TEST_CHAIN, 'another reason');
    await expect(node.host.submit(TEST_CHAIN, add('c', 1))).rejects.toMatchObject({ code: 'chain-stopped', details: { reason: 'unpaid' } });
    expect(await readCounter(node.host, 'c')).toMatchObject({ value: 1 });
    expect(node.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', stopped: { by: 'operator', reason: 'unpaid', height: 1 } });

    const again = restarted(node);
    expect(again.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', stopped: { by: 'operator', reason: 'unpaid' } });
    await expect(again.submit(TEST_CHAIN, add('c', 1))).rejects.toMatchObject({ code: 'chain-stopped' });
    await again.startChain(TEST_CHAIN);
    await again.startChain(TEST_CHAIN);
    expect(final(await again.submit(TEST_CHAIN, add('c', 1)))).toMatchObject({ height: 2 });
    expect(again.peerStatus(TEST_CHAIN).state).toBe('running');
  });

  it('happens by itself when the framework throws, with the reason kept', async () => {
    let isBroken = false;
    const broken: Framework = {
      ...counterFramework,
      open: (context) => {
        const instance = counterFramework.open(context as Parameters<typeof counterFramework.open>[0]);
        const execute = instance.executeBlock.bind(instance);
        instance.executeBlock = (input, state) => (isBroken ? Promise.reject(new Error('stack of cards')) : execute(input, state));
        return instance;
      },
    };
    const node = await createTestNode({ frameworks: [broken] });
    await openTestChain([node]);
    isBroken = true;
    await expect(node.host.submit(TEST_CHAIN, add('c', 1))).rejects.toMatchObject({ code: 'chain-stopped' });
    await rest();
    expect(node.host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', height: 0, stopped: { by: 'fault', height: 1, reason: expect.stringContaining('stack of cards') } });
    isBroken = false;
    await node.host.startChain(TEST_CHAIN);
    expect(final(await node.host.submit(TEST_CHAIN, add('c', 1)))).toMatchObject({ height: 1 });
  });

  it('happens instead of a block of a version that the program does not know, also to who orders alone', async () => {
    const made = await createTestNode();
    const { peers } = await openTestChain([made]);
    const announcing = await restartTestNode(made, { frameworks: [{ ...counterFramework, engineVersion: 2 }] });
    await announcing.host.approveChange(TEST_CHAIN, { finality: 'solo', validators: peers, upgrade: { engineVersion: 2, height: 3 } });
    await rest();
    // Somebody put the old program back.
    const node = await restartTestNode(announcing, { frameworks: [counterFramework] });
    expect(await node.host.submit(TEST_CHAIN, add('c', 1))).toMatchObject({ height: 2 });
    await expect(node.host.submit(TEST_CHAIN, add('c', 1))).rejects.toMatchObject({ code: 'chain-stopped' });
    expect(node.host.peerStatus(TEST_CHAIN)).toMatchObject({ height: 2, stopped: { by: 'fault', height: 3, reason: expect.stringMatching(/block 3 needs version 2 of counter, this program has 1: update it/) } });
    const updated = await restartTestNode(node, { frameworks: [{ ...counterFramework, engineVersion: 2 }] });
    await updated.host.startChain(TEST_CHAIN);
    expect(await updated.host.submit(TEST_CHAIN, add('c', 1))).toMatchObject({ height: 3 });
    expect(updated.host.blockAt(TEST_CHAIN, height(3))?.header.engineVersion).toBe(2);
  });

  it('happens to a peer whose stored head does not hang together, and to no other', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    await openTestChain([node], chainId('reef-2209'));
    const chain = node.storage.open(TEST_CHAIN);
    if (chain === undefined) throw new Error('the chain is open');
    await node.host.submit(TEST_CHAIN, add('c', 1));
    const block = chain.block.bind(chain);
    chain.block = (at) => block(at === 1 ? height(0) : at);
    const again = restarted(node);
    expect(again.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', height: 1, stopped: { by: 'fault', reason: expect.stringContaining('stored data') } });
    expect(() => again.head(TEST_CHAIN)).toThrow(expect.objectContaining({ code: 'chain-stopped' }));
    expect(again.head(chainId('reef-2209')).height).toBe(0);
    chain.block = block;
    await again.startChain(TEST_CHAIN);
    expect(again.head(TEST_CHAIN).height).toBe(1);
  });

  it('says that a key is lost instead of going on without', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    await node.keys.remove(TEST_CHAIN);
    expect(restarted(node).peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', stopped: { reason: expect.stringContaining('key is missing') } });
  });
});

describe('what a sub-chain takes of its host', () => {
  it('is told: memory and disk as they are, transactions and calls as they come, and nothing of one that was removed', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const quiet = chainId('reef-2209');
    await openTestChain([node], quiet);
    const resources = (chain = TEST_CHAIN) => node.host.peerStatus(chain).resources;
    const before = resources();
    expect(before).toMatchObject({ executionMs: 0, workerMs: 0, transactions: 0, calls: 0 });
    await Promise.all(Array.from({ length: 30 }, (_, at) => node.host.submit(TEST_CHAIN, add(`counter ${at}`, 1))));
    for (let count = 0; count < 4; count += 1) await readCounter(node.host, 'c');
    expect(resources()).toMatchObject({ transactions: 30, calls: 4 });
    expect(resources().diskBytes).toBeGreaterThan(before.diskBytes);
    expect(resources().memoryBytes).toBeGreaterThan(before.memoryBytes);
    expect(resources(quiet)).toMatchObject({ transactions: 0, calls: 0 });
    // What waits counts too.
    const { memoryBytes } = resources();
    const held = add('c', 1, { account: 'a', sequence: 1 });
    expect(await node.host.submit(TEST_CHAIN, held)).toMatchObject({ state: 'held' });
    expect(resources().memoryBytes - memoryBytes).toBe(held.length);
    await node.host.submit(TEST_CHAIN, add('c', 1, { account: 'a', sequence: 0 }));
    await rest();
    expect(resources().transactions).toBe(32);
    await node.host.removeChain(TEST_CHAIN);
    await openTestChain([node]);
    expect(resources()).toMatchObject({ transactions: 0, calls: 0 });
  });

  it('counts time of worker threads as a framework tells it, for blocks and for reads', async () => {
    const tellsOfWorkers: Framework = {
      ...counterFramework,
      open: (context) => {
        const instance = counterFramework.open(context as Parameters<typeof counterFramework.open>[0]);
        const [execute, query] = [instance.executeBlock.bind(instance), instance.query.bind(instance)];
        instance.executeBlock = async (input, state) => ({ ...(await execute(input, state)), workerMs: 10 * input.transactions.length });
        instance.query = async (request, view) => {
          view.spentOnWorker?.(3);
          return query(request, view);
        };
        return instance;
      },
    };
    const nodes = await createTestNodes({ count: 2, frameworks: [tellsOfWorkers] });
    await openTestChain(nodes);
    const [orderer, follower] = nodes.map(({ host }) => host);
    await orderer?.submit(TEST_CHAIN, add('c', 1));
    await follower?.catchUp(TEST_CHAIN);
    if (follower !== undefined) await readCounter(follower, 'c');
    await rest();
    expect([orderer, follower].map((host) => host?.peerStatus(TEST_CHAIN).resources.workerMs)).toEqual([10, 13]);
  });
});

describe('a peer that nobody uses', () => {
  it('costs a restarted host nothing to look at: status, list, bells without news and fetches beyond its head open none of 300', async () => {
    const node = await createTestNode();
    const chains = Array.from({ length: 300 }, (_, at) => chainId(`tide-${at}`));
    for (const chain of chains) await openTestChain([node], chain);
    await node.host.submit(chainId('tide-7'), add('c', 1));
    await node.host.stopChain(chainId('tide-8'), 'unpaid');
    for (const chain of chains) node.host.head(chain);
    const look = (host: LedgerHost) => chains.map((chain) => ({ ...host.peerStatus(chain), publicKey: Buffer.from(host.peerStatus(chain).publicKey).toString('hex') }));
    const opened = look(node.host);
    // Where it is in the agreement is known of a validator in use alone, and what it spent is this process's; everything else is alike.
    const spent = { executionMs: 0, workerMs: 0, transactions: 0, calls: 0 };
    const unused = opened.map(({ agreement, resources, ...rest }) => ({ ...rest, resources: { ...resources, ...spent }, agreement: agreement && { ...agreement, position: undefined } }));
    expect(opened[0]?.agreement?.position).toMatchObject({ height: 1, step: 'idle' });
    const again = restarted(node);
    for (const chain of again.chains()) again.announced(chain, height(0));
    for (const chain of again.chains()) expect(again.blockRecords(chain, height(2), 1)).toEqual([]);
    expect(look(again)).toEqual(unused);
    expect(again.stats().openChains).toBe(0);
    expect(again.peerStatus(chainId('tide-7'))).toMatchObject({ state: 'running', orders: true, height: 1 });
    expect(again.peerStatus(chainId('tide-8'))).toMatchObject({ state: 'stopped', stopped: { reason: 'unpaid' } });
  });

  it('is seen as it is after each thing that was done to it', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const again = restarted(node);
    expect(again.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running', height: 0 });
    await again.submit(TEST_CHAIN, add('c', 1));
    expect(again.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running', height: 1 });
    await again.stopChain(TEST_CHAIN, 'unpaid');
    expect(again.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', height: 1 });
    const third = restarted(node);
    expect(third.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', height: 1 });
    await third.removeChain(TEST_CHAIN);
    expect(() => third.peerStatus(TEST_CHAIN)).toThrow(expect.objectContaining({ code: 'chain-unknown' }));
  });
});

describe('closing', () => {
  it('finishes what is queued, then takes nothing', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const answers = Array.from({ length: 200 }, () => node.host.submit(TEST_CHAIN, add('c', 1)));
    await rest(5);
    await node.host.close();
    await node.host.close();
    const settled = await Promise.allSettled(answers);
    for (const answer of settled) if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'closing' });
    expect(settled.filter((answer) => answer.status === 'fulfilled').length).toBeGreaterThan(0);
    await expect(node.host.submit(TEST_CHAIN, add('c', 1))).rejects.toMatchObject({ code: 'closing' });
    await expect(node.host.createPeer(TEST_CHAIN)).rejects.toMatchObject({ code: 'closing' });
  });

  it('lets go of who waits', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const waiting = node.host.waitForHeight(TEST_CHAIN, 9, new AbortController().signal).catch((error: unknown) => error);
    await node.host.close();
    expect(await waiting).toMatchObject({ code: 'closing' });
  });
});

/** The same storage and keys under a new host, as after a restart of the process. */
function restarted({ storage, keys, manual }: TestNode) {
  const link = { ...lonelyLink, fetchBlocks: async () => [] };
  return createLedgerHost({ storage, keys, ordering: createEmbeddedOrdering(), frameworks: [counterFramework], link, ports: manual.ports });
}
