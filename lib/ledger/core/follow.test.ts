import { describe, expect, it } from 'vitest';
import { createEmbeddedOrdering } from '../ordering/embedded/embedded-ordering';
import { lonelyLink } from '../testing/lonely-link';
import { certifyBlock } from '../testing/certify-block';
import { counterFramework, counterKey } from '../testing/counter-framework';
import { add, createTestNodes, openTestChain, passTime, readCounter, rest, TEST_CHAIN, type TestNode } from '../testing/test-nodes';
import { createRandom } from '../testing/random';
import { TEST_EPOCH_MS } from '../testing/manual-ports';
import { decodeBlock, encodeBlock, hashBody, type Block } from './block';
import { precommitStatement } from './consensus/statements';
import { createKey, verifySignature } from './crypto';
import type { Framework } from './framework';
import { createLedgerHost } from './host';
import type { BlockHeader } from './host-types';
import { isAttested } from './seal-block';
import { hash, height, timeMs, type ChainId, chainId } from './types';

async function city(count: number, frameworks?: readonly Framework[]): Promise<[TestNode, TestNode, ...TestNode[]]> {
  const [orderer, follower, ...others] = await createTestNodes({ count, ...(frameworks === undefined ? {} : { frameworks }) });
  if (orderer === undefined || follower === undefined) throw new Error('at least two nodes were asked for');
  await openTestChain([orderer, follower, ...others]);
  return [orderer, follower, ...others];
}

/** Changes a block after the fact; with `signer`, whose certificate it then carries, the header names what is in it. */
function forge(record: Uint8Array, change: Partial<BlockHeader> | ((block: Block) => Partial<Block>), signer?: TestNode): Uint8Array {
  const block = decodeBlock(record);
  const changed: Block = typeof change === 'function' ? { ...block, ...change(block) } : { ...block, header: { ...block.header, ...change } };
  const own = signer?.keys.find(TEST_CHAIN);
  if (own === undefined) return encodeBlock(changed);
  const header = { ...changed.header, bodyHash: hashBody(changed) };
  return encodeBlock({ ...changed, header, certificate: certifyBlock(header, [own]) });
}

const status = (node: TestNode, chain: ChainId = TEST_CHAIN) => node.host.peerStatus(chain);

describe('a following peer', () => {
  it('executes every block again, agrees, keeps the orderer’s certificate, and attests its own copy', async () => {
    const [orderer, ...followers] = await city(4);
    for (let count = 0; count < 10; count += 1) await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    for (const follower of followers) {
      expect(follower.host.head(TEST_CHAIN)).toEqual(orderer.host.head(TEST_CHAIN));
      expect(await readCounter(follower.host, 'c')).toMatchObject({ height: 10, value: 10 });
      for (let at = 1; at <= 10; at += 1) {
        const block = follower.host.blockAt(TEST_CHAIN, height(at));
        if (block === undefined) throw new Error(`block ${at} is there`);
        expect(block.hash).toBe(orderer.host.blockAt(TEST_CHAIN, height(at))?.hash);
        const [{ publicKey, signature }] = block.certificate.signatures as [(typeof block.certificate.signatures)[0]];
        expect(Buffer.from(publicKey)).toEqual(Buffer.from(status(orderer).publicKey));
        expect(verifySignature(publicKey, precommitStatement(TEST_CHAIN, at, 0, block.hash), signature)).toBe(true);
        expect(Buffer.from(block.attestation?.publicKey ?? [])).toEqual(Buffer.from(status(follower).publicKey));
        expect(block.attestation !== undefined && isAttested(block.header, block.attestation, verifySignature)).toBe(true);
        expect(orderer.host.blockAt(TEST_CHAIN, height(at))).not.toHaveProperty('attestation');
      }
    }
    expect([orderer, ...followers].map((node) => status(node).orders)).toEqual([true, false, false, false]);
  });

  it('hears each bell, also one that rings in the moment in which a catch-up ends', async () => {
    for (let steps = 0; steps < 120; steps += 1) {
      const [orderer, follower] = await city(2);
      const first = orderer.host.submit(TEST_CHAIN, add('c', 1));
      await rest(steps);
      await Promise.all([first, orderer.host.submit(TEST_CHAIN, add('c', 1))]);
      await rest();
      expect(status(follower).height, `second transaction ${steps} steps after the first`).toBe(status(orderer).height);
    }
  });

  it('never trusts the orderer’s word for the state: it runs the transactions itself', async () => {
    let executions = 0;
    const counting: Framework = {
      ...counterFramework,
      open: (context) => {
        const instance = counterFramework.open(context as Parameters<typeof counterFramework.open>[0]);
        const execute = instance.executeBlock.bind(instance);
        instance.executeBlock = (input, state) => {
          if (!input.building) executions += input.transactions.length;
          return execute(input, state);
        };
        return instance;
      },
    };
    const [orderer] = await city(3, [counting]);
    for (let count = 0; count < 5; count += 1) await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    expect(executions).toBe(10);
  });

  it('passes transactions to the peer that orders, and answers when they can be read here', async () => {
    const [orderer, follower] = await city(2);
    const answer = await follower.host.submit(TEST_CHAIN, add('c', 3));
    expect(answer).toMatchObject({ state: 'final', height: 1 });
    expect(await readCounter(follower.host, 'c')).toMatchObject({ value: 3 });
    await expect(follower.host.submit(TEST_CHAIN, Buffer.from('nonsense'))).rejects.toMatchObject({ name: 'TransactionRefused', code: 'malformed' });
    expect(orderer.host.head(TEST_CHAIN).height).toBe(1);
  });

  it('answers also when it is stopped itself, and says when nobody can be reached', async () => {
    const [, follower] = await city(2);
    await follower.host.stopChain(TEST_CHAIN, 'maintenance');
    expect(await follower.host.submit(TEST_CHAIN, add('c', 3))).toMatchObject({ state: 'final', height: 1 });
    expect(follower.host.head(TEST_CHAIN).height).toBe(0);
    follower.away = true;
    await expect(follower.host.submit(TEST_CHAIN, add('c', 3))).rejects.toMatchObject({ code: 'peers-unreachable' });
  });
});

describe('catching up', () => {
  it('fetches what was missed with the next bell, however much it is', async () => {
    const [orderer, follower] = await city(2);
    follower.away = true;
    for (let count = 0; count < 300; count += 1) await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    expect(status(follower)).toMatchObject({ height: 0, announcedHeight: 300, state: 'running' });
    follower.away = false;
    await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest(20_000);
    expect(follower.host.head(TEST_CHAIN)).toEqual(orderer.host.head(TEST_CHAIN));
    expect(orderer.host.head(TEST_CHAIN).height).toBe(301);
  });

  it('fetches on demand, and resolves when it is all durable', async () => {
    const [orderer, follower] = await city(2);
    follower.away = true;
    for (let count = 0; count < 100; count += 1) await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await expect(follower.host.catchUp(TEST_CHAIN)).rejects.toMatchObject({ code: 'peers-unreachable' });
    follower.away = false;
    const [head] = await Promise.all([follower.host.catchUp(TEST_CHAIN), follower.host.catchUp(TEST_CHAIN)]);
    expect(head).toEqual(orderer.host.head(TEST_CHAIN));
    expect(await orderer.host.catchUp(TEST_CHAIN)).toEqual(head);
  });

  it('takes short answers, and goes on where it was when its source gave up in the middle', async () => {
    const [orderer, follower] = await city(2);
    follower.away = true;
    for (let count = 0; count < 100; count += 1) await orderer.host.submit(TEST_CHAIN, add('c', 1));
    follower.away = false;
    let answers = 0;
    follower.tamper = (records) => {
      answers += 1;
      if (answers > 5) throw new Error('the line went dead');
      return records.slice(0, 7);
    };
    await expect(follower.host.catchUp(TEST_CHAIN)).rejects.toThrow('the line went dead');
    await rest();
    expect(follower.host.head(TEST_CHAIN).height).toBe(35);
    follower.tamper = undefined;
    expect(await follower.host.catchUp(TEST_CHAIN)).toEqual(orderer.host.head(TEST_CHAIN));
  });

  it('is not led astray by bells of heights that do not exist', async () => {
    const [orderer, follower] = await city(2);
    follower.host.announced(TEST_CHAIN, height(1_000_000));
    follower.host.announced(TEST_CHAIN, Number.NaN as ReturnType<typeof height>);
    await rest();
    await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    expect(status(follower)).toMatchObject({ state: 'running', height: 1 });
  });

  it('serves others no more than asked for, and nothing above the head', async () => {
    const [orderer] = await city(2);
    for (let count = 0; count < 10; count += 1) await orderer.host.submit(TEST_CHAIN, add('c', 1));
    expect(orderer.host.blockRecords(TEST_CHAIN, height(3), 4).map((record) => decodeBlock(record).header.height)).toEqual([3, 4, 5, 6]);
    expect(orderer.host.blockRecords(TEST_CHAIN, height(10), 99)).toHaveLength(1);
    expect(orderer.host.blockRecords(TEST_CHAIN, height(11), 99)).toEqual([]);
    expect(orderer.host.blockRecords(TEST_CHAIN, height(0), 0)).toEqual([]);
  });
});

describe('a peer refuses and goes on', () => {
  const cases: [string, (record: Uint8Array, orderer: TestNode, follower: TestNode) => Uint8Array, RegExp][] = [
    ['a block whose orderer’s signature is wrong', (record) => forge(record, { stateRoot: hash('ee'.repeat(32)) }), /wrong signature/],
    ['a block signed by another key', (record) => forge(record, ({ header }) => ({ header, certificate: certifyBlock(header, [createKey().signer]) })), /not final: its certificate carries a wrong signature of C0/],
    ['a block whose certificate names a peer that does not order', (record) => forge(record, ({ certificate }) => ({ certificate: { ...certificate, signatures: certificate.signatures.map((one) => ({ ...one, validator: 1 })) } })), /names its signers wrongly/],
    ['a block whose certificate is of another round', (record) => forge(record, ({ certificate }) => ({ certificate: { ...certificate, round: 1 } })), /wrong signature of C0/],
    ['a block that names another proposer', (record) => forge(record, { proposer: createKey().signer.publicKey }), /wrong signature of C0/],
    ['a block that a following peer made', (record, _orderer, follower) => forge(record, { proposer: status(follower).publicKey }, follower), /wrong signature of C0/],
    ['a block without signatures', (record) => forge(record, () => ({ certificate: { round: 0, signatures: [] } })), /its certificate carries 0 signatures where 1 are needed/],
    ['a block whose transactions are not those of the header, already when it is read', (record) => forge(record, () => ({ transactions: [add('c', 2)] })), /not a block: the transactions are not the named ones/],
    ['a block of another chain', (record, orderer) => forge(record, { chain: chainId('reef-2209') }, orderer), /reef-2209/],
    ['a block of another height', (record, orderer) => forge(record, { height: height(9) }, orderer), /where 1 is next/],
    ['a block from the future', (record, orderer) => forge(record, { time: timeMs(TEST_EPOCH_MS + 60_000) }, orderer), /ahead of this clock/],
    ['bytes that are no block', () => Buffer.from('nonsense'), /not a block/],
    ['a truncated block', (record) => record.subarray(0, record.length - 1), /not a block/],
  ];
  it.each(cases)('%s', async (_name, change, reason) => {
    const [orderer, follower] = await city(2);
    follower.away = true;
    await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    follower.away = false;
    follower.tamper = (records) => records.map((record) => change(record, orderer, follower));
    await expect(follower.host.catchUp(TEST_CHAIN)).rejects.toMatchObject({ code: 'block-refused' });
    expect(status(follower)).toMatchObject({ state: 'running', height: 0, refusedBlocks: 1, lastRefusal: expect.stringMatching(reason) });
    follower.tamper = undefined;
    expect(await follower.host.catchUp(TEST_CHAIN)).toEqual(orderer.host.head(TEST_CHAIN));
  });

  it('a block too far ahead of its clock until the clock has come so far', async () => {
    const [orderer, follower] = await city(2);
    orderer.manual.setClock(TEST_EPOCH_MS + 5_000);
    await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    expect(status(follower)).toMatchObject({ height: 0, announcedHeight: 1, state: 'running', lastRefusal: 'block 1 is 5000 ms ahead of this clock' });
    follower.manual.setClock(TEST_EPOCH_MS + 3_000);
    expect(await follower.host.catchUp(TEST_CHAIN)).toMatchObject({ height: 1 });
    expect(status(follower)).not.toHaveProperty('lastRefusal');
  });
});

describe('a peer stops itself and keeps the reason', () => {
  const cases: [string, (record: Uint8Array, orderer: TestNode) => Uint8Array, RegExp][] = [
    ['when the orderer signed a state root it does not find', (record, orderer) => forge(record, { stateRoot: hash('ee'.repeat(32)) }, orderer), /stateRoot is [0-9a-f]{64} here and (ee){32} in the block/],
    ['when the orderer signed another receipt root', (record, orderer) => forge(record, { receiptRoot: hash('ee'.repeat(32)) }, orderer), /receiptRoot/],
    ['when the orderer signed transactions under the root of others', (record, orderer) => forge(record, () => ({ transactions: [add('c', 2)] }), orderer), /transactionRoot/],
    ['when the orderer signed two histories', (record, orderer) => forge(record, { previousHash: hash('ee'.repeat(32)) }, orderer), /two histories/],
    ['when the block is older than its parent', (record, orderer) => forge(record, { time: timeMs(TEST_EPOCH_MS - 1) }, orderer), /older than the block before/],
    ['when the block is of another version than the rules of its height', (record, orderer) => forge(record, { engineVersion: 2 }, orderer), /names version 2 where 1 is in force/],
    ['when the orderer signed the block of a peer that does not order', (record, orderer) => forge(record, { proposer: createKey().signer.publicKey }, orderer), /does not order/],
    ['when the orderer signed an empty block right after its parent', (record, orderer) => forge(record, () => ({ transactions: [] }), orderer), /is empty and comes 0 ms after its parent/],
    ['when the block names other peers', (record, orderer) => forge(record, { nextValidators: hash('ee'.repeat(32)) }, orderer), /other peers/],
    ['when the block holds a transaction that cannot be there', (record, orderer) => forge(record, ({ transactions }) => ({ transactions: [...transactions, ...transactions] }), orderer), /cannot be executed: this transaction is in a block already/],
  ];
  it.each(cases)('%s', async (_name, change, reason) => {
    const [orderer, follower] = await city(2);
    follower.away = true;
    await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    follower.away = false;
    follower.tamper = (records) => records.map((record) => change(record, orderer));
    await expect(follower.host.catchUp(TEST_CHAIN)).rejects.toMatchObject({ code: 'chain-stopped' });
    expect(status(follower)).toMatchObject({ state: 'stopped', height: 0, stopped: { by: 'fault', height: 1, reason: expect.stringMatching(reason) } });
    expect(follower.manual.log.filter(({ level }) => level === 'error')).toHaveLength(1);
    // Bells and requests change nothing; reads go on.
    follower.tamper = undefined;
    await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    await expect(follower.host.catchUp(TEST_CHAIN)).rejects.toMatchObject({ code: 'chain-stopped' });
    expect(follower.host.head(TEST_CHAIN).height).toBe(0);
    expect(await readCounter(follower.host, 'c')).toMatchObject({ value: 0 });
    // An operator may let it look again: here the fault was on the way.
    await follower.host.startChain(TEST_CHAIN);
    expect(await follower.host.catchUp(TEST_CHAIN)).toEqual(orderer.host.head(TEST_CHAIN));
    expect(status(follower)).not.toHaveProperty('stopped');
  });

  it('when its framework hands over what no storage takes, without counting the block', async () => {
    let isBroken = false;
    const broken: Framework = {
      ...counterFramework,
      open: (context) => {
        const instance = counterFramework.open(context as Parameters<typeof counterFramework.open>[0]);
        const execute = instance.executeBlock.bind(instance);
        instance.executeBlock = async (input, state) => {
          const executed = await execute(input, state);
          return isBroken && !input.building ? { ...executed, writes: [...executed.writes].reverse() } : executed;
        };
        return instance;
      },
    };
    const [orderer, follower] = await city(2, [broken]);
    isBroken = true;
    await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    expect(status(follower)).toMatchObject({ state: 'stopped', height: 0, stopped: { height: 1, reason: expect.stringMatching(/sorted by key/) } });
    isBroken = false;
    await follower.host.startChain(TEST_CHAIN);
    expect(await follower.host.catchUp(TEST_CHAIN)).toMatchObject({ height: 1 });
  });

  it('when its own state was corrupted: seen with the first block that touches it, by nobody else', async () => {
    const [orderer, follower, healthy] = await city(3);
    if (healthy === undefined) throw new Error('three nodes were asked for');
    await orderer.host.submit(TEST_CHAIN, add('c', 7));
    await orderer.host.submit(TEST_CHAIN, add('d', 1));
    await rest();
    corrupt(follower, 'c');
    await orderer.host.submit(TEST_CHAIN, add('d', 1));
    await rest();
    expect(status(follower)).toMatchObject({ state: 'running', height: 3 });
    await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    expect(status(follower)).toMatchObject({ state: 'stopped', height: 3, stopped: { by: 'fault', height: 4, reason: expect.stringMatching(/stateRoot/) } });
    expect(status(orderer)).toMatchObject({ state: 'running', height: 4 });
    expect(status(healthy)).toMatchObject({ state: 'running', height: 4 });
    expect(await readCounter(healthy.host, 'c')).toMatchObject({ value: 8 });
    // Started again with the same wrong state it stops at the same block.
    await follower.host.startChain(TEST_CHAIN);
    await expect(follower.host.catchUp(TEST_CHAIN)).rejects.toMatchObject({ code: 'chain-stopped' });
    expect(status(follower)).toMatchObject({ stopped: { height: 4 } });
  });

  it('and can be made anew from the others: its log removed, its genesis created again, caught up', async () => {
    const [orderer, follower, third] = await city(3);
    if (third === undefined) throw new Error('three nodes were asked for');
    for (let count = 0; count < 80; count += 1) await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await third.host.catchUp(TEST_CHAIN);
    const genesis = third.host.genesis(TEST_CHAIN);
    // The log goes, the key stays: the peers of a sub-chain are named in its genesis document.
    await third.storage.remove(TEST_CHAIN);
    const rebuilt = createLedgerHost({
      storage: third.storage,
      keys: third.keys,
      ordering: createEmbeddedOrdering(),
      frameworks: [counterFramework],
      link: { ...lonelyLink, fetchBlocks: async (chain, from, limit) => follower.host.blockRecords(chain, from, limit) },
      ports: third.manual.ports,
    });
    expect(await rebuilt.createChain(genesis)).toMatchObject({ height: 0, genesisHash: genesis.hash });
    // A following peer serves as well: what counts is the ordering peer's signature.
    expect(await rebuilt.catchUp(TEST_CHAIN)).toEqual(orderer.host.head(TEST_CHAIN));
    expect(await readCounter(rebuilt, 'c')).toMatchObject({ value: 80 });
  });
});

describe('agreement', () => {
  it.each([21, 22, 23])('of four peers with bad links and random load: same blocks, every answer in them once (seed %i)', async (seed) => {
    const random = createRandom(seed);
    const nodes = await city(4);
    const answers: Promise<void>[] = [];
    const places = new Set<string>();
    let accepted = 0;
    for (let step = 0; step < 300; step += 1) {
      const node = random.pick(nodes);
      if (node !== nodes[0] && random.chance(0.1)) node.away = !node.away;
      if (random.chance(0.02)) node.manual.advance(random.below(50));
      const submission = node.host.submit(TEST_CHAIN, add(`c${random.below(5)}`, random.below(20) - 5)).then(
        (answer) => {
          if (answer.state !== 'final') return;
          accepted += 1;
          places.add(`${answer.height}/${answer.index}`);
        },
        (error: unknown) => expect(error).toMatchObject({ code: 'peers-unreachable' }),
      );
      answers.push(submission);
      if (random.chance(0.4)) await rest(random.below(60));
    }
    await Promise.all(answers);
    for (const node of nodes) {
      node.away = false;
      node.manual.setClock(TEST_EPOCH_MS + 1_000_000);
      await node.host.catchUp(TEST_CHAIN);
    }
    const heads = nodes.map((node) => node.host.head(TEST_CHAIN));
    expect(new Set(heads.map((head) => head.hash)).size).toBe(1);
    expect(places.size).toBe(accepted);
    const inBlocks = Array.from({ length: heads[0]?.height ?? 0 }, (_, at) => nodes[1].host.blockAt(TEST_CHAIN, height(at + 1))?.transactions.length ?? 0);
    expect(inBlocks.reduce((sum, count) => sum + count, 0)).toBe(accepted);
    for (const counter of ['c0', 'c1', 'c2', 'c3', 'c4']) {
      const values = await Promise.all(nodes.map((node) => readCounter(node.host, counter)));
      for (const value of values) expect(value).toEqual(values[0]);
    }
  });
});

/** Lets the node's execution read a wrong value, as after a flipped bit on its disk. */
function corrupt(node: TestNode, counter: string): void {
  const chain = node.storage.open(TEST_CHAIN);
  if (chain === undefined) throw new Error('the chain is open');
  const get = chain.pendingState.get.bind(chain.pendingState);
  chain.pendingState.get = (key) => {
    const value = get(key);
    if (value === undefined || Buffer.compare(key, counterKey(counter)) !== 0) return value;
    const wrong = Uint8Array.from(value);
    wrong[wrong.length - 1] = (wrong[wrong.length - 1] ?? 0) ^ 1;
    return wrong;
  };
}

describe('a bell', () => {
  it('that rings while the answer to an earlier question is on its way is heard', async () => {
    const nodes = await createTestNodes({ count: 2 });
    await openTestChain(nodes);
    const [orderer, follower] = nodes as [TestNode, TestNode];
    orderer.away = true;
    await orderer.host.submit(TEST_CHAIN, add('c', 1));
    await rest();
    orderer.away = false;
    // The source had nothing when it answered; by the time that arrives it has a block, and said so.
    follower.tamper = () => {
      follower.tamper = undefined;
      follower.host.announced(TEST_CHAIN, height(1));
      return [];
    };
    await follower.host.catchUp(TEST_CHAIN);
    await rest();
    expect(follower.host.head(TEST_CHAIN).height).toBe(1);
  });

  it('of a height that nobody has is believed no longer than until everybody was asked', async () => {
    const nodes = await createTestNodes({ count: 4 });
    await openTestChain(nodes, TEST_CHAIN, {}, 'byzantine');
    const [node] = nodes as [TestNode];
    node.host.announced(TEST_CHAIN, height(1_000_000_000));
    await passTime(nodes, 2_000);
    expect(node.host.peerStatus(TEST_CHAIN)).toMatchObject({ height: 0, announcedHeight: 0 });
  });
});
