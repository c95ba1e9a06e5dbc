import { describe, expect, it } from 'vitest';
import type { ChainStorage, LedgerStorage, StateWrite } from '../../../core/storage';
import { createMemoryKeys } from '../../../storage/memory/memory-keys';
import { createManualPorts } from '../../../testing/manual-ports';
import { createMemoryIndex } from '../../../testing/memory-index';
import { openTestStorage } from '../../../testing/open-test-storage';
import { createPowerCutFiles } from '../../../testing/power-cut-files';
import { createRandom } from '../../../testing/random';
import { createTestNode, openTestChain, rest, TEST_CHAIN, type TestNode } from '../../../testing/test-nodes';
import { LOCAL_KEYS_FROM } from '../chain-keys';
import { aside, received } from './plaintext-store';
import { createFabricFramework, FABRIC } from '../framework';
import { queryChannel, withChannelView } from '../read/query-channel';
import { worldState } from '../state';
import { TestChannel } from '../testing/test-channel';

const FIRST = Number(process.env.SEED ?? 1);
const SEEDS = 20;
const CUTS = 3;
const channel = new TestChannel(['Org1MSP']);
const definition = channel.define('secrets', { policy: "OR('Org1MSP.peer')", collections: [{ name: 'ours', members: "OR('Org1MSP.member')" }] });
const framework = createFabricFramework({ yieldTurn: async () => undefined, rolesOf: () => ({ organisations: ['Org1MSP'] }) });
const never = new AbortController().signal;

interface Told {
  readonly txId: string;
  readonly key: string;
  readonly plaintext: Uint8Array;
  isFinal: boolean;
}

/**
 * Private data that were said to be aside are there after each cut: aside while their transaction is in no block, in the
 * private state as soon as it is. Throws when not.
 */
async function run(seed: number, wrap: (storage: LedgerStorage) => LedgerStorage): Promise<number> {
  const random = createRandom(seed);
  const keys = createMemoryKeys();
  const told: Told[] = [];
  let files = createPowerCutFiles();
  let index = createMemoryIndex();
  const open = async (): Promise<TestNode> => {
    const manual = createManualPorts();
    const storage = await openTestStorage({ directory: '/ledger', files, index, manual, segmentBytesMax: random.pick([3_000, 100_000]), roomBytes: random.pick([0, 3_000]) });
    return createTestNode({ storage: () => wrap(storage), keys: () => keys, frameworks: [framework] });
  };
  const node = await open();
  await openTestChain([node], TEST_CHAIN, channel.config, 'solo', FABRIC);
  await node.host.submit(TEST_CHAIN, definition.bytes);
  for (let cut = 0, current = node; cut < CUTS; cut += 1) {
    files.cutAfter(1 + random.below(40));
    for (let step = 0; step < 20 && !files.isCut; step += 1) {
      let isOver = false;
      void act(current, `k${told.length} ${cut} ${step}`, told).finally(() => (isOver = true));
      // Without power no call ends.
      for (let turns = 0; turns < 200 && !isOver && !files.isCut; turns += 1) await rest(20);
    }
    files = files.restart(random);
    index = index.cut(random.chance(0.5));
    current = await open();
    for (const one of told) await check(current, one);
    await checkCount(current);
  }
  return told.filter(({ isFinal }) => isFinal).length;
}

async function act({ host }: TestNode, key: string, told: Told[]): Promise<void> {
  try {
    const { rwset, privateRwset = new Uint8Array(0) } = await withChannelView(host, TEST_CHAIN, never, async ({ state }) => channel.simulate(state, (simulator) => simulator.putPrivateData('secrets', 'ours', key, Buffer.from(`hidden ${key}`))));
    const transaction = channel.transaction({ chaincode: 'secrets', results: rwset });
    // By turns as after a simulation here, and as another endorser's.
    const kind = told.length % 2 === 0 ? 'put-aside' : 'put-received';
    await host.keepLocally(TEST_CHAIN, { kind, txId: transaction.txId, plaintext: privateRwset });
    const one: Told = { txId: transaction.txId, key, plaintext: privateRwset, isFinal: false };
    told.push(one);
    await host.submit(TEST_CHAIN, transaction.bytes);
    one.isFinal = true;
  } catch {
    // The power went: what counts is found on the disk.
  }
}

async function check({ host }: TestNode, { txId, key, plaintext, isFinal }: Told): Promise<void> {
  const status = await queryChannel(host, TEST_CHAIN, { kind: 'transaction-status', txId }, never);
  if (isFinal && status === undefined) throw new Error(`the transaction of ${key} was final and is gone`);
  const { value, isAside } = await withChannelView(host, TEST_CHAIN, never, async ({ state, privateState }) => ({
    value: worldState(state, privateState).getPrivate('secrets', 'ours', key)?.value,
    isAside: [...aside.list(txId, privateState), ...received.list(txId, privateState)].some((one) => Buffer.compare(one, plaintext) === 0),
  }));
  if (status === undefined && !isAside) throw new Error(`the private data of ${key} were aside and are gone`);
  if (status !== undefined && Buffer.from(value ?? []).toString() !== `hidden ${key}`) throw new Error(`the block of ${key} is there without its private data`);
}

/** What is kept is counted as it lies there. */
async function checkCount({ host }: TestNode): Promise<void> {
  for (const { space } of [aside, received]) {
    const { lying, counted } = await withChannelView(host, TEST_CHAIN, never, async ({ privateState }) => {
      const [first = 0] = space.range('').from;
      return {
        lying: privateState.range({ from: Uint8Array.of(first), to: Uint8Array.of(first + 1), limit: 10_000 }).map(({ value }) => value.length - 6),
        counted: Buffer.from(privateState.get(space.totalKey) ?? Buffer.alloc(12)),
      };
    });
    const bytes = lying.reduce((sum, length) => sum + length, 0);
    if (counted.readUIntBE(0, 6) !== lying.length || counted.readUIntBE(6, 6) !== bytes) throw new Error(`${lying.length} pieces of ${bytes} bytes lie there, ${counted.toString('hex')} are counted`);
  }
}

/** A chain's storage with some of its calls replaced. */
function changed(storage: LedgerStorage, change: (chain: ChainStorage) => Partial<ChainStorage>): LedgerStorage {
  const replace = (chain: ChainStorage): ChainStorage => new Proxy(chain, { get: (target, name) => Reflect.get({ ...change(target) }, name) ?? bound(target, name) });
  return new Proxy(storage, {
    get: (target, name) => {
      if (name === 'create') return (chain: typeof TEST_CHAIN) => replace(target.create(chain));
      if (name === 'open') return (chain: typeof TEST_CHAIN) => {
        const found = target.open(chain);
        return found && replace(found);
      };
      return bound(target, name);
    },
  });
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? value.bind(target) : value;
}

const isOwn = ({ key }: StateWrite): boolean => (key[0] ?? 0) >= LOCAL_KEYS_FROM;

async function findBug(wrap: (storage: LedgerStorage) => LedgerStorage): Promise<string | undefined> {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
    try {
      await run(seed, wrap);
    } catch (error) {
      return error instanceof Error ? error.message : 'unknown';
    }
  }
  return undefined;
}

describe('private data and power cuts', () => {
  it(`are there with their block, or aside before it, after each cut (seeds ${FIRST} to ${FIRST + SEEDS - 1}, ${CUTS} cuts each)`, async () => {
    let final = 0;
    for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
      final += await run(seed, (storage) => storage).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
    }
    expect(final).toBeGreaterThan(SEEDS);
  });

  it('would be lost if they came after their block, and this test would see it', async () => {
    const found = await findBug((storage) =>
      changed(storage, (chain) => ({
        commit: async (height, block, writes, notes) => {
          await chain.commit(height, block, writes.filter((write) => !isOwn(write)), notes);
          await chain.writeLocal(writes.filter(isOwn));
        },
      })),
    );
    expect(found).toMatch(/is there without its private data/);
  });

  it('would be lost if what is aside were answered before it is durable, and this test would see it', async () => {
    const found = await findBug((storage) =>
      changed(storage, (chain) => ({
        writeLocal: async (writes) => {
          chain.writeLocal(writes).catch(() => undefined);
        },
      })),
    );
    expect(found).toMatch(/were aside and are gone|without its private data/);
  });
});
