import { describe, expect, it } from 'vitest';
import { counterFramework } from '../testing/counter-framework';
import { add, createTestNode, final, openTestChain, readCounter, rest, TEST_CHAIN } from '../testing/test-nodes';
import { TransactionRefused, type Framework } from './framework';
import { height } from './types';

describe('submitting', () => {
  it('answers with height and index once the block can be read', async () => {
    const node = await createTestNode();
    const { host } = node;
    await openTestChain([node]);
    const answer = final(await host.submit(TEST_CHAIN, add('c', 5)));
    expect(answer).toMatchObject({ height: 1, index: 0, succeeded: true });
    expect(await readCounter(host, 'c')).toEqual({ height: 1, value: 5, again: 5 });
    const block = host.blockAt(TEST_CHAIN, height(1));
    expect(block?.hash).toBe(answer.blockHash);
    expect(block?.transactions).toHaveLength(1);
  });

  it('shows nobody a block before it is durable', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    let releaseDisk: () => void = () => undefined;
    const chain = node.storage.open(TEST_CHAIN);
    if (chain === undefined) throw new Error('the chain is open');
    const commit = chain.commit.bind(chain);
    chain.commit = async (...block) => {
      const done = commit(...block);
      await new Promise<void>((resolve) => {
        releaseDisk = resolve;
      });
      await done;
    };
    let answered = false;
    const answer = node.host.submit(TEST_CHAIN, add('c', 5)).then(() => {
      answered = true;
    });
    await rest();
    expect(answered).toBe(false);
    expect(node.host.head(TEST_CHAIN).height).toBe(0);
    releaseDisk();
    await answer;
    expect(node.host.head(TEST_CHAIN).height).toBe(1);
  });

  it('puts what waits into one block while the disk is busy, and executes the next meanwhile', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const answers = await Promise.all(Array.from({ length: 100 }, () => node.host.submit(TEST_CHAIN, add('c', 1)).then(final)));
    const heights = new Set(answers.map((answer) => answer.height));
    expect(heights.size).toBeLessThan(10);
    expect(new Set(answers.map((answer) => `${answer.height}/${answer.index}`)).size).toBe(100);
    expect(await readCounter(node.host, 'c')).toMatchObject({ value: 100 });
  });

  it('answers with the receipt’s word when a transaction fails, and keeps it in the block', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    expect(final(await node.host.submit(TEST_CHAIN, add('c', -1)))).toMatchObject({ height: 1, succeeded: false });
    expect(await readCounter(node.host, 'c')).toMatchObject({ value: 0 });
  });

  it('joins the same transaction sent twice to one answer and one place', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const bytes = add('c', 1);
    const [first, second] = await Promise.all([node.host.submit(TEST_CHAIN, bytes), node.host.submit(TEST_CHAIN, bytes)]);
    expect(second).toEqual({ ...first, repeated: true });
    expect(await readCounter(node.host, 'c')).toMatchObject({ value: 1 });
    await expect(node.host.submit(TEST_CHAIN, bytes)).rejects.toMatchObject({ name: 'TransactionRefused', code: 'already-known' });
  });

  it('holds what comes too early, says so at once, and lets it follow its predecessor', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const lane = (sequence: number) => add('c', 1, { account: 'a', sequence });
    expect(await node.host.submit(TEST_CHAIN, lane(1))).toMatchObject({ state: 'held' });
    expect(await node.host.submit(TEST_CHAIN, lane(2))).toMatchObject({ state: 'held' });
    expect(await node.host.submit(TEST_CHAIN, lane(2))).toMatchObject({ state: 'held', repeated: true });
    expect(node.host.peerStatus(TEST_CHAIN).queued).toBe(2);
    await expect(node.host.submit(TEST_CHAIN, lane(65))).rejects.toMatchObject({ code: 'sequence-too-high' });
    expect(final(await node.host.submit(TEST_CHAIN, lane(0)))).toMatchObject({ height: 1, index: 0 });
    await rest();
    expect(await readCounter(node.host, 'c')).toMatchObject({ value: 3 });
    expect(node.host.peerStatus(TEST_CHAIN).queued).toBe(0);
  });

  it('takes a sender’s run of transactions sent at once without waiting', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, sequence) => node.host.submit(TEST_CHAIN, add('c', 1, { account: 'a', sequence }))));
    await rest();
    expect(answers.every((answer) => answer.state === 'final')).toBe(true);
    expect(await readCounter(node.host, 'c')).toMatchObject({ value: 50 });
  });

  it('never holds a transaction whose predecessor was executed while it was being checked', async () => {
    let slowness = 0;
    const slow: Framework = {
      ...counterFramework,
      open: (context) => {
        const instance = counterFramework.open(context as Parameters<typeof counterFramework.open>[0]);
        const check = instance.checkTransaction.bind(instance);
        instance.checkTransaction = async (bytes, state) => {
          const checked = await check(bytes, state);
          if (checked.lane?.sequence === 1n) for (let turn = 0; turn < slowness; turn += 1) await Promise.resolve();
          return checked;
        };
        return instance;
      },
    };
    const lane = (sequence: number) => add('c', 1, { account: 'a', sequence });
    const stuck: number[] = [];
    // Each number of turns lets the check end at another moment of the predecessor's block.
    for (; slowness < 60; slowness += 1) {
      const node = await createTestNode({ frameworks: [slow] });
      await openTestChain([node]);
      const answers = Promise.all([node.host.submit(TEST_CHAIN, lane(0)), node.host.submit(TEST_CHAIN, lane(1))]);
      await rest(400);
      await answers;
      if (node.host.peerStatus(TEST_CHAIN).queued > 0) stuck.push(slowness);
    }
    expect(stuck).toEqual([]);
  });

  it('gives the framework’s reason to whom it refuses, and to whom a block leaves out', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    await expect(node.host.submit(TEST_CHAIN, Buffer.from('nonsense'))).rejects.toMatchObject({ name: 'TransactionRefused', code: 'malformed' });
    expect(node.host.stats().blocks).toBe(0);
  });

  it('leaves out of the block what the framework drops, and tells the sender why', async () => {
    let isFirst = true;
    const dropping: Framework = {
      ...counterFramework,
      open: (context) => {
        const instance = counterFramework.open(context as Parameters<typeof counterFramework.open>[0]);
        const execute = instance.executeBlock.bind(instance);
        instance.executeBlock = async (input, state) => {
          if (!isFirst) return execute(input, state);
          isFirst = false;
          const executed = await execute({ ...input, transactions: input.transactions.slice(1) }, state);
          return { ...executed, dropped: [{ index: 0, reason: new TransactionRefused('out-of-luck', 'not this one') }] };
        };
        return instance;
      },
    };
    const node = await createTestNode({ frameworks: [dropping] });
    await openTestChain([node]);
    const [first, second] = await Promise.allSettled([node.host.submit(TEST_CHAIN, add('c', 1)), node.host.submit(TEST_CHAIN, add('c', 1))]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'out-of-luck' } });
    expect(second).toMatchObject({ status: 'fulfilled', value: { height: 1, index: 0 } });
    expect(node.host.stats().droppedTransactions).toBe(1);
  });

  it('refuses beyond the queue with a time to try again', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const settled = await Promise.allSettled(Array.from({ length: 1_500 }, () => node.host.submit(TEST_CHAIN, add('c', 1))));
    const refused = settled.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ code: 'queue-full' });
      expect(reason.details.retryAfterMs).toBeGreaterThanOrEqual(50);
      expect(reason.details.retryAfterMs).toBeLessThanOrEqual(10_000);
    }
    expect(await readCounter(node.host, 'c')).toMatchObject({ value: settled.length - refused.length });
  });

  it('lets the caller leave without taking the transaction back', async () => {
    const node = await createTestNode();
    await openTestChain([node]);
    const controller = new AbortController();
    const answer = node.host.submit(TEST_CHAIN, add('c', 1), { signal: controller.signal });
    controller.abort(new Error('time is up'));
    await expect(answer).rejects.toThrow('time is up');
    await rest();
    expect(await readCounter(node.host, 'c')).toMatchObject({ value: 1 });
    await expect(node.host.submit(TEST_CHAIN, add('c', 1), { signal: controller.signal })).rejects.toThrow('time is up');
  });

  it('keeps a block within the framework’s cost', async () => {
    const node = await createTestNode();
    await openTestChain([node], TEST_CHAIN, { blockCostMax: 7 });
    const answers = await Promise.all(Array.from({ length: 60 }, () => node.host.submit(TEST_CHAIN, add('c', 1)).then(final)));
    for (let at = 1; at <= node.host.head(TEST_CHAIN).height; at += 1) {
      expect(node.host.blockAt(TEST_CHAIN, height(at))?.transactions.length).toBeLessThanOrEqual(7);
    }
    expect(Math.max(...answers.map((answer) => answer.height))).toBeGreaterThanOrEqual(9);
  });
});
