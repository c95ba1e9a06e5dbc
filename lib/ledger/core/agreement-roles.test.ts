import { describe, expect, it } from 'vitest';
import { at, city, status, submitAt, validatorsOf } from '../testing/test-city';
import { add, createTestNodes, openTestChain, passTime, readCounter, rest, restartTestNode, TEST_CHAIN, type TestNode } from '../testing/test-nodes';
import { counterFramework } from '../testing/counter-framework';
import { createMemoryStorage } from '../storage/memory/memory-storage';
import type { Framework } from './framework';
import { CHANGES_MAX } from './rules-history';
import type { ChainStorage, LedgerStorage } from './storage';
import type { RulesChange } from './host-types';

const approve = async (nodes: readonly TestNode[], change: RulesChange): Promise<void> => {
  for (const node of nodes) await node.host.approveChange(TEST_CHAIN, change);
  await passTime(nodes, 4_000);
};

/** Loses its ledger, keeps its key, and opens its sub-chain again. */
async function forget(node: TestNode): Promise<TestNode> {
  const genesis = node.host.genesis(TEST_CHAIN);
  await node.storage.remove(TEST_CHAIN);
  const back = await restartTestNode(node, { isAbrupt: true });
  await back.host.createChain(genesis);
  return back;
}

describe('a peer that became a validator by a change', () => {
  it('and lost its ledger then, but not its key, is silent until it cannot contradict itself', async () => {
    const nodes = await city(4, 'solo');
    await approve(nodes, { finality: 'byzantine', validators: validatorsOf(nodes) });
    await submitAt(nodes, 0);
    const back = await forget(at(nodes, 3));
    const all = [...nodes.slice(0, 3), back];
    await back.host.catchUp(TEST_CHAIN);
    await passTime(all, 2_000);
    expect(status(back)).toMatchObject({ state: 'running', orders: true, height: 2, agreement: { position: { abstainsThrough: 'unknown' } } });
    await submitAt(all, 0);
    await submitAt(all, 1);
    expect(status(back).agreement?.position).not.toHaveProperty('abstainsThrough');
  });

  it('alone, while it does not know what it signed, stops and says why', async () => {
    const nodes = await city(4, 'byzantine');
    await submitAt(nodes, 0);
    const back = await forget(at(nodes, 3));
    const all = [...nodes.slice(0, 3), back];
    await back.host.catchUp(TEST_CHAIN);
    await approve(all, { finality: 'solo', validators: validatorsOf([back]) });
    expect(status(back)).toMatchObject({ state: 'stopped', stopped: { by: 'fault', reason: expect.stringMatching(/lost its ledger/) } });
  });
});

describe('a transaction that waits at the only orderer while the rules change', () => {
  /** Hands it in so many steps after the change was approved; says whether it was answered, and how. */
  const submitInChange = async (nodes: readonly TestNode[], change: RulesChange, steps: number) => {
    const orderer = at(nodes, 0);
    for (const node of nodes.slice(1)) await node.host.approveChange(TEST_CHAIN, change);
    const approved = orderer.host.approveChange(TEST_CHAIN, change);
    await rest(steps);
    const answers: unknown[] = [];
    void orderer.host.submit(TEST_CHAIN, add('d', 1)).then(
      (answer) => answers.push(answer),
      (error: unknown) => answers.push(error),
    );
    await approved;
    await passTime(nodes, 8_000);
    return answers;
  };

  it('is heard of by those who get a vote, whenever it comes and whosever turn it is', async () => {
    for (let steps = 0; steps < 24; steps += 1) {
      const nodes = await city(4, 'solo');
      for (let count = 0; count < steps % 4; count += 1) await submitAt(nodes, 0);
      const answers = await submitInChange(nodes, { finality: 'byzantine', validators: validatorsOf(nodes) }, steps);
      expect(answers, `${steps} steps after the change was approved`).toMatchObject([{ state: 'final' }]);
      expect(await readCounter(at(nodes, 3).host, 'd')).toMatchObject({ value: 1 });
    }
  });

  it('goes to the new orderer when the old one loses its vote, and leaves no place in its queue taken', async () => {
    let taken = 0;
    for (let steps = 0; steps < 24; steps += 1) {
      const nodes = await city(2, 'solo');
      const answers = await submitInChange(nodes, { finality: 'solo', validators: validatorsOf(nodes.slice(1)) }, steps);
      const [answer] = answers as ({ state?: string; code?: string } | undefined)[];
      // Handed in after the change, while the new orderer does not know of it yet, it is not taken at all.
      if (answer?.code !== 'peers-unreachable') expect(answers, `${steps} steps after the change was approved`).toMatchObject([{ state: 'final' }]);
      if (answer?.state === 'final') taken += 1;
      for (const node of nodes) expect(status(node), node.name).toMatchObject({ queued: 0 });
    }
    expect(taken).toBeGreaterThan(4);
  });
});

describe('a reader who is owed a block', () => {
  const owing: Framework = {
    ...counterFramework,
    open: (context) => Object.assign(counterFramework.open(context as Parameters<typeof counterFramework.open>[0]), { blocksOnDemand: { confirmations: 3, readsHead: () => true } }),
  };

  it('gets it although the other validators’ clocks were behind when they heard of it', async () => {
    const nodes = await city(4, 'byzantine', [owing]);
    await passTime(nodes, 3_000);
    const { height: block } = await submitAt(nodes, 0);
    const reader = at(nodes, 2);
    for (const node of nodes) if (node !== reader) node.manual.setClock(Number(reader.host.head(TEST_CHAIN).time) + 500);
    for (let read = 0; read < 20; read += 1) {
      await readCounter(reader.host, 'c');
      await passTime(nodes, 200);
    }
    expect(status(reader).height).toBe(block + 2);
  });
});

describe('an announced version that comes into force before the change that was approved', () => {
  it('makes nobody stop, and the change is made all the same', async () => {
    const second: Framework = { ...counterFramework, engineVersion: 2 };
    for (let steps = 0; steps < 24; steps += 1) {
      const nodes = await city(3, 'solo');
      const updated = await Promise.all(nodes.map((node) => restartTestNode(node, { frameworks: [second] })));
      const orderer = at(updated, 0);
      await orderer.host.approveChange(TEST_CHAIN, { finality: 'solo', validators: validatorsOf([orderer]), upgrade: { engineVersion: 2, height: 3 } });
      await passTime(updated, 1_000);
      expect(status(orderer)).toMatchObject({ height: 1 });
      // Block 2 is on its way when the change is approved: it lands in block 3.
      const answer = orderer.host.submit(TEST_CHAIN, add('c', 1));
      await rest(steps);
      for (const node of updated) await node.host.approveChange(TEST_CHAIN, { finality: 'crash', validators: validatorsOf(updated) });
      await answer;
      await passTime(updated, 4_000);
      const said = `approved ${steps} steps after the transaction`;
      for (const node of updated) expect(status(node), said).toMatchObject({ state: 'running', agreement: { finality: 'crash' } });
      await submitAt(updated, 1);
      for (const node of updated) expect(status(node), said).toMatchObject({ state: 'running', agreement: { finality: 'crash', engineVersion: 2 } });
    }
  });
});

describe('a validator whose disk stands still', () => {
  /** Storage whose blocks are not durable before `release`; counts those that wait. */
  function createHeldStorage() {
    const held: (() => void)[] = [];
    let isHeld = false;
    const whenReleased = (): Promise<void> => (isHeld ? new Promise((resolve) => void held.push(resolve)) : Promise.resolve());
    const wrapped = <T extends object>(inner: T, replaced: Partial<T>): T =>
      new Proxy(inner, {
        get: (target, name) => {
          if (name in replaced) return replaced[name as keyof T];
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    const inner = createMemoryStorage();
    const chains = new Map<ChainStorage, ChainStorage>();
    const slow = (chain: ChainStorage): ChainStorage => {
      const known = chains.get(chain) ?? wrapped(chain, { commit: (...block) => chain.commit(...block).then(whenReleased) });
      chains.set(chain, known);
      return known;
    };
    const storage = wrapped<LedgerStorage>(inner, {
      open: (chain) => {
        const found = inner.open(chain);
        return found && slow(found);
      },
      create: (chain) => slow(inner.create(chain)),
    });
    return {
      storage,
      waiting: () => held.length,
      hold: () => void (isHeld = true),
      release: () => {
        isHeld = false;
        for (const resolve of held.splice(0)) resolve();
      },
    };
  }

  it('takes a few blocks of the others and no more, and catches up when it moves again', async () => {
    const disk = createHeldStorage();
    const nodes = await createTestNodes({ count: 4, storage: (index) => (index === 3 ? disk.storage : createMemoryStorage()) });
    await openTestChain(nodes, TEST_CHAIN, {}, 'byzantine');
    await submitAt(nodes, 0);
    disk.hold();
    for (let count = 0; count < 8; count += 1) await submitAt(nodes, count % 3);
    expect(status(at(nodes, 0)).height).toBe(9);
    expect(disk.waiting()).toBeGreaterThan(0);
    expect(disk.waiting()).toBeLessThanOrEqual(3);
    disk.release();
    await passTime(nodes, 4_000);
    await submitAt(nodes, 3);
    expect(new Set(nodes.map((node) => node.host.head(TEST_CHAIN).hash)).size).toBe(1);
  });
});

describe('a sub-chain whose rules were changed as often as can be kept', () => {
  it('refuses one more change, and goes on', async () => {
    const [node] = await city(1, 'solo');
    if (node === undefined) throw new Error('there is one');
    const [self] = validatorsOf([node]);
    const change = (count: number): RulesChange => ({ finality: 'solo', validators: [{ name: `C${count}`, publicKey: self?.publicKey ?? new Uint8Array(0) }] });
    for (let count = 1; count <= CHANGES_MAX; count += 1) {
      expect(await node.host.approveChange(TEST_CHAIN, change(count))).toBe('approved');
      await rest(40);
    }
    expect(status(node)).toMatchObject({ height: CHANGES_MAX });
    await expect(node.host.approveChange(TEST_CHAIN, change(CHANGES_MAX + 1))).rejects.toMatchObject({ code: 'change-refused' });
    await submitAt([node], 0);
    expect(status(node)).toMatchObject({ state: 'running', height: CHANGES_MAX + 1 });
  });
});
