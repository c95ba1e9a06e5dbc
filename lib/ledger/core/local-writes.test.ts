import { describe, expect, it } from 'vitest';
import { city, at } from '../testing/test-city';
import { createMemoryStorage } from '../storage/memory/memory-storage';
import { counterFramework } from '../testing/counter-framework';
import { add, createTestNode, openTestChain, passTime, rest, restartTestNode, TEST_CHAIN } from '../testing/test-nodes';
import { LedgerError } from './errors';
import type { ExecutedBlock, Framework, FrameworkInstance } from './framework';
import { writesOnThisPeer } from './local-writes';
import { EMPTY_STATE, type ChainStorage, type LedgerStorage, type StateWrite } from './storage';

const write = (key: number, value = 1): StateWrite => ({ key: Uint8Array.of(key), value: Uint8Array.of(value) });
/** Behind every key of the counters. */
const OWN = 0xf0;

/** The counters, and keys that are the peer's own: what it is told to keep, and how many blocks found that. */
const keeping: Framework = {
  ...(counterFramework as Framework),
  open: (context) => {
    const inner = counterFramework.open(context as Parameters<typeof counterFramework.open>[0]);
    const instance: FrameworkInstance = {
      localKeysFrom: OWN,
      initGenesis: (input) => inner.initGenesis(input),
      checkTransaction: (bytes, state) => inner.checkTransaction(bytes, state),
      query: async (_request, view) => view.state.range({ from: Uint8Array.of(OWN), to: Uint8Array.of(0xff), limit: 10 }).map(({ key, value }) => [key[0], value[0]]),
      // What is there need not be kept again.
      keepLocally: (request, state) => (request as readonly StateWrite[]).filter(({ key, value }) => value === undefined || state.get(key)?.[0] !== value[0]),
      executeBlock: async (input, state) => ({
        ...(await inner.executeBlock(input, state)),
        localWrites: (before) => [write(OWN + 1, (before.get(Uint8Array.of(OWN))?.[0] ?? 0) + 100)],
      }),
    };
    return instance;
  },
};
function boundTo(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? value.bind(target) : value;
}

const readOwn = (host: { query(chain: typeof TEST_CHAIN, request: unknown, signal: AbortSignal): Promise<unknown> }) => host.query(TEST_CHAIN, {}, new AbortController().signal);

describe('keys that are a peer’s own', () => {
  it('come behind those that all peers have, and nowhere else', () => {
    const block = (writes: readonly StateWrite[], own: readonly StateWrite[]): Pick<ExecutedBlock, 'writes' | 'localWrites'> => ({ writes, localWrites: () => own });
    expect(writesOnThisPeer({ localKeysFrom: 0x40 }, block([write(1)], [write(0x40), write(0x41)]), EMPTY_STATE)).toEqual([write(1), write(0x40), write(0x41)]);
    expect(() => writesOnThisPeer({ localKeysFrom: 0x40 }, block([write(1), write(0x40)], []), EMPTY_STATE)).toThrow(/no key that is the peer’s own/);
    expect(() => writesOnThisPeer({ localKeysFrom: 0x40 }, block([], [write(0x3f)]), EMPTY_STATE)).toThrow(/keys of its own/);
    expect(() => writesOnThisPeer({}, block([], [write(0x40)]), EMPTY_STATE)).toThrow(/keys of its own/);
    expect(writesOnThisPeer({}, { writes: [write(0xff)] }, EMPTY_STATE)).toEqual([write(0xff)]);
  });

  it('are kept between blocks, each peer for itself, and a block finds them as they are when it is committed', async () => {
    const nodes = await city(4, 'byzantine', [keeping]);
    const [first, second] = [at(nodes, 0), at(nodes, 1)];
    await first.host.keepLocally(TEST_CHAIN, [write(OWN, 7)]);
    const answer = second.host.submit(TEST_CHAIN, add('c', 1));
    await passTime(nodes, 4_000);
    await answer;
    expect(await readOwn(first.host)).toEqual([[OWN, 7], [OWN + 1, 107]]);
    expect(await readOwn(second.host)).toEqual([[OWN + 1, 100]]);
    expect(first.host.head(TEST_CHAIN).hash).toBe(second.host.head(TEST_CHAIN).hash);
    const again = await restartTestNode(first);
    expect(await readOwn(again.host)).toEqual([[OWN, 7], [OWN + 1, 107]]);
  });

  it('are durable when that is said, also to whom finds them written by another who still waits', async () => {
    const storage = createMemoryStorage();
    let release: (outcome: Promise<void>) => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slowed = (chain: ChainStorage): ChainStorage => {
      const writeLocal: ChainStorage['writeLocal'] = async (writes) => {
        await chain.writeLocal(writes);
        await held;
      };
      return new Proxy(chain, { get: (target, name) => (name === 'writeLocal' ? writeLocal : boundTo(target, name)) });
    };
    const slow: LedgerStorage = {
      ...storage,
      create: (chain) => slowed(storage.create(chain)),
      open: (chain) => {
        const found = storage.open(chain);
        return found && slowed(found);
      },
    };
    const node = await createTestNode({ frameworks: [keeping], storage: () => slow });
    await openTestChain([node]);
    await rest();
    const told: string[] = [];
    const calls = ['first', 'second'].map((who) => node.host.keepLocally(TEST_CHAIN, [write(OWN, 7)]).then(() => told.push(`${who} kept`), () => told.push(`${who} failed`)));
    await rest();
    expect(told).toEqual([]);
    release(Promise.reject(new LedgerError('storage-full', { retryAfterMs: 1_000 }, 'no room')));
    await Promise.all(calls);
    expect(told.toSorted()).toEqual(['first failed', 'second failed']);
    // What became of others is not told to whoever comes later.
    await node.host.keepLocally(TEST_CHAIN, [write(OWN, 7)]);
  });

  it('are not taken from a peer that is stopped, or on its way to another directory', async () => {
    const node = await createTestNode({ frameworks: [keeping] });
    await openTestChain([node]);
    await rest();
    await node.host.moves.next(TEST_CHAIN);
    await expect(node.host.keepLocally(TEST_CHAIN, [write(OWN)])).rejects.toMatchObject({ code: 'peer-away' });
    node.host.moves.stay(TEST_CHAIN);
    await node.host.stopChain(TEST_CHAIN, 'a test');
    await expect(node.host.keepLocally(TEST_CHAIN, [write(OWN)])).rejects.toMatchObject({ code: 'chain-stopped' });
    await node.host.startChain(TEST_CHAIN);
    await node.host.keepLocally(TEST_CHAIN, [write(OWN)]);
    expect(await readOwn(node.host)).toEqual([[OWN, 1]]);
    await expect(node.host.keepLocally(TEST_CHAIN, [write(1)])).rejects.toThrow(/keys of its own/);
  });

  it('go along with a peer that moves, those too that were on their way to the disk when its copy began', async () => {
    const [old, home] = [await createTestNode({ frameworks: [keeping] }), await createTestNode({ frameworks: [keeping] })];
    await openTestChain([old]);
    const kept = old.host.keepLocally(TEST_CHAIN, [write(OWN, 7)]);
    const copy = async (): Promise<void> => {
      for (let isMore = true; isMore; ) {
        const piece = await old.host.moves.next(TEST_CHAIN);
        await home.host.moves.take(TEST_CHAIN, piece);
        isMore = piece.kind !== 'commits' || piece.left > 0;
      }
    };
    await copy();
    const belongings = await old.host.moves.leave(TEST_CHAIN);
    await copy();
    await home.host.moves.settle(TEST_CHAIN, belongings);
    await kept;
    expect(await readOwn(home.host)).toEqual([[OWN, 7]]);
  });

  it('are refused to who hands over what no storage takes, and the peer goes on: its disk did not fail', async () => {
    const node = await createTestNode({ frameworks: [keeping] });
    await openTestChain([node]);
    await expect(node.host.keepLocally(TEST_CHAIN, [write(OWN + 1), write(OWN)])).rejects.toThrow(/sorted by key/);
    await node.host.keepLocally(TEST_CHAIN, [write(OWN)]);
    expect(await readOwn(node.host)).toEqual([[OWN, 1]]);
  });

  it('are in a first block as in any other, and what all peers have lies under none of them there either', async () => {
    const from = (more: Partial<ExecutedBlock>): Framework => ({
      ...keeping,
      open: (context) => {
        const inner = keeping.open(context);
        return { ...inner, initGenesis: async (input) => ({ ...(await inner.initGenesis(input)), ...more }) };
      },
    });
    const node = await createTestNode({ frameworks: [from({ localWrites: () => [write(OWN, 3)] })] });
    await openTestChain([node]);
    expect(await readOwn(node.host)).toEqual([[OWN, 3]]);
    const wrong = await createTestNode({ frameworks: [from({ writes: [write(OWN)] })] });
    await expect(openTestChain([wrong])).rejects.toThrow(/no key that is the peer’s own/);
    expect(wrong.host.has(TEST_CHAIN)).toBe(false);
  });
});
