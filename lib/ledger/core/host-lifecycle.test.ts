import { describe, expect, it } from 'vitest';
import { createEmbeddedOrdering, createQueueBudget } from '../ordering/embedded/embedded-ordering';
import { createMemoryKeys } from '../storage/memory/memory-keys';
import { lonelyLink } from '../testing/lonely-link';
import { counterFramework } from '../testing/counter-framework';
import { createManualPorts, TEST_EPOCH_MS } from '../testing/manual-ports';
import { createMemoryIndex } from '../testing/memory-index';
import { openTestStorage } from '../testing/open-test-storage';
import { createPowerCutFiles } from '../testing/power-cut-files';
import { createRandom } from '../testing/random';
import { add, readCounter, rest } from '../testing/test-nodes';
import { createLedgerHost } from './host';
import type { GenesisSpec, LedgerHost } from './host-types';
import { chainId, timeMs, type ChainId } from './types';

/** What a sub-chain should look like after everything that was done to it. */
interface Expected {
  key: string | undefined;
  genesis: GenesisSpec | undefined;
  value: number;
  height: number;
  isStopped: boolean;
}

const link = { ...lonelyLink, fetchBlocks: async () => [] };

/** One city node that can be closed and opened again on what it left. */
async function createLife() {
  const files = createPowerCutFiles();
  const keys = createMemoryKeys();
  const budget = createQueueBudget();
  let index = createMemoryIndex();
  const open = async (): Promise<LedgerHost> => {
    const manual = createManualPorts();
    const storage = await openTestStorage({ directory: '/ledger', files, index, manual, segmentBytesMax: 3_000 });
    return createLedgerHost({ storage, keys, ordering: createEmbeddedOrdering(budget), frameworks: [counterFramework], link, ports: manual.ports });
  };
  let host = await open();
  return {
    get host() {
      return host;
    },
    budget,
    restart: async () => {
      await host.close();
      index = index.cut(true);
      host = await open();
    },
  };
}

describe('a city node’s life', () => {
  it.each([41, 42, 43, 44, 45, 46])('goes as a plain model says, whatever steps are done, repeated or undone in whatever order (seed %i)', async (seed) => {
    const random = createRandom(seed);
    const life = await createLife();
    const chains = ['aaa', 'bbb', 'ccc', 'ddd'].map(chainId);
    const model = new Map<ChainId, Expected>(chains.map((chain) => [chain, blank()]));
    for (let step = 0; step < 250; step += 1) {
      const chain = random.pick(chains);
      const expected = model.get(chain) ?? blank();
      await random.pick([createPeer, createChain, createChain, submit, submit, submit, submit, stop, start, remove, restart])(life, chain, expected, random.below(1_000));
      if (step % 10 === 0) await check(life.host, model);
    }
    await life.restart();
    await check(life.host, model);
    expect(life.budget.used).toBe(0);
    await life.host.verify();
    await life.host.close();
  });
});

type Life = Awaited<ReturnType<typeof createLife>>;
type Step = (life: Life, chain: ChainId, expected: Expected, chance: number) => Promise<void>;

function blank(): Expected {
  return { key: undefined, genesis: undefined, value: 0, height: -1, isStopped: false };
}

const createPeer: Step = async ({ host }, chain, expected) => {
  const key = Buffer.from((await host.createPeer(chain)).publicKey).toString('hex');
  expect(expected.key ?? key).toBe(key);
  expected.key = key;
};

const createChain: Step = async ({ host }, chain, expected, chance) => {
  const publicKey = Buffer.from(expected.key ?? '', 'hex');
  const time = timeMs(TEST_EPOCH_MS - (chance % 3));
  const spec: GenesisSpec = { chain, framework: 'counter', config: {}, time, finality: 'solo', peers: [{ name: 'SIN', publicKey, orders: true }] };
  if (expected.key === undefined) {
    await expect(host.createChain(spec)).rejects.toMatchObject({ code: 'genesis-invalid' });
    return;
  }
  if (expected.genesis !== undefined && expected.genesis.time !== time) {
    await expect(host.createChain(spec)).rejects.toMatchObject({ code: 'chain-differs' });
    return;
  }
  const head = await host.createChain(spec);
  expected.genesis = spec;
  expected.height = Math.max(0, expected.height);
  expect(head.height).toBe(expected.height);
};

const submit: Step = async ({ host }, chain, expected, chance) => {
  const answer = host.submit(chain, add('c', chance % 7));
  if (expected.genesis === undefined) {
    await expect(answer).rejects.toMatchObject({ code: expected.key === undefined ? 'chain-unknown' : 'peer-missing' });
  } else if (expected.isStopped) {
    await expect(answer).rejects.toMatchObject({ code: 'chain-stopped' });
  } else {
    expected.height += 1;
    expected.value += chance % 7;
    expect(await answer).toMatchObject({ state: 'final', height: expected.height, succeeded: true });
  }
};

const stop: Step = async ({ host }, chain, expected) => {
  if (expected.genesis === undefined) {
    await expect(host.stopChain(chain, 'pause')).rejects.toThrow();
    return;
  }
  await host.stopChain(chain, 'pause');
  expected.isStopped = true;
};

const start: Step = async ({ host }, chain, expected) => {
  if (expected.genesis === undefined) {
    await expect(host.startChain(chain)).rejects.toThrow();
    return;
  }
  await host.startChain(chain);
  expected.isStopped = false;
};

const remove: Step = async ({ host }, chain, expected, chance) => {
  if (chance % 3 !== 0) return;
  await host.removeChain(chain);
  Object.assign(expected, blank());
};

const restart: Step = async (life, _chain, _expected, chance) => {
  if (chance % 3 === 0) await life.restart();
};

async function check(host: LedgerHost, model: ReadonlyMap<ChainId, Expected>): Promise<void> {
  await rest();
  expect(host.chains()).toEqual([...model].filter(([, { key }]) => key !== undefined).map(([chain]) => chain));
  for (const [chain, expected] of model) {
    expect(host.has(chain)).toBe(expected.genesis !== undefined);
    if (expected.key === undefined) {
      expect(() => host.peerStatus(chain)).toThrow(expect.objectContaining({ code: 'chain-unknown' }));
      continue;
    }
    const state = expected.genesis === undefined ? 'key' : expected.isStopped ? 'stopped' : 'running';
    expect(host.peerStatus(chain)).toMatchObject({ state, height: expected.height, queued: 0, orders: expected.genesis !== undefined });
    expect(Buffer.from(host.peerStatus(chain).publicKey).toString('hex')).toBe(expected.key);
    if (expected.genesis !== undefined) expect(await readCounter(host, 'c', chain)).toMatchObject({ height: expected.height, value: expected.value });
  }
}
