import { describe, expect, it } from 'vitest';
import { add, createTestNode, createTestNodes, openTestChain, TEST_CHAIN } from '../testing/test-nodes';
import { TEST_EPOCH_MS } from '../testing/manual-ports';
import { counterFramework, counterId } from '../testing/counter-framework';
import { decodeBlock } from './block';
import { buildBlock } from './build-block';
import { checkBlock, CLOCK_SKEW_MS_MAX } from './check-block';
import type { Framework } from './framework';
import { openPeer, type Peer } from './peer';
import { timeMs } from './types';

const frameworks = new Map<string, Framework>([[counterFramework.name, counterFramework]]);
const now = timeMs(TEST_EPOCH_MS);

/** The two peers of a sub-chain, without the hosts around them. */
async function pair(): Promise<{ orderer: Peer; follower: Peer }> {
  const nodes = await createTestNodes({ count: 2 });
  await openTestChain(nodes);
  const [orderer, follower] = nodes.map(({ storage, keys }) => {
    const [chain, signer] = [storage.open(TEST_CHAIN), keys.find(TEST_CHAIN)];
    if (chain === undefined || signer === undefined) throw new Error('the chain is open');
    return openPeer(chain, signer, frameworks);
  });
  if (orderer === undefined || follower === undefined) throw new Error('two nodes were asked for');
  return { orderer, follower };
}

const checked = (...transactions: Uint8Array[]) => transactions.map((bytes) => ({ id: counterId(bytes), bytes, cost: 1n }));

describe('building and checking a block', () => {
  it('come to the same block on both sides, each with its own signature', async () => {
    const { orderer, follower } = await pair();
    const { sealed } = await buildBlock(orderer, checked(add('c', 1), add('c', 2)), now);
    if (sealed === undefined) throw new Error('there is something to build');
    const verdict = await checkBlock(follower, sealed.record, now);
    expect(verdict).toMatchObject({ kind: 'sealed', sealed: { hash: sealed.hash, header: { height: 1, stateRoot: sealed.header.stateRoot } } });
    if (verdict.kind !== 'sealed') return;
    const keys = decodeBlock(verdict.sealed.record).signatures.map(({ publicKey }) => Buffer.from(publicKey));
    expect(keys).toEqual([orderer.signer.publicKey, follower.signer.publicKey].map((key) => Buffer.from(key)));
    expect(verdict.sealed.executed.writes).toEqual(sealed.executed.writes);
  });

  it('change nothing by themselves: the same block can be built and checked again', async () => {
    const { orderer, follower } = await pair();
    const batch = checked(add('c', 1));
    const [first, second] = [await buildBlock(orderer, batch, now), await buildBlock(orderer, batch, now)];
    expect(second.sealed?.hash).toBe(first.sealed?.hash);
    const record = first.sealed?.record ?? new Uint8Array(0);
    expect((await checkBlock(follower, record, now)).kind).toBe('sealed');
    expect((await checkBlock(follower, record, now)).kind).toBe('sealed');
    expect([orderer.storage.pendingHeight, follower.storage.pendingHeight]).toEqual([0, 0]);
  });

  it('make no block of nothing, and say why nothing is left', async () => {
    const { orderer } = await pair();
    expect(await buildBlock(orderer, [], now)).toMatchObject({ sealed: undefined, dropped: [] });
    const again = add('c', 1, { account: 'a', sequence: 5 });
    const { sealed, dropped } = await buildBlock(orderer, checked(again), now);
    expect(sealed).toBeUndefined();
    expect(dropped).toMatchObject([{ index: 0, reason: { code: 'sequence-too-high' } }]);
  });

  it('take the clock as it is, but never below the parent', async () => {
    const { orderer } = await pair();
    const timeAt = async (ms: number): Promise<number | undefined> => (await buildBlock(orderer, checked(add('c', 1)), timeMs(ms))).sealed?.header.time;
    expect(await timeAt(TEST_EPOCH_MS + 7)).toBe(TEST_EPOCH_MS + 7);
    expect(await timeAt(TEST_EPOCH_MS - 7)).toBe(TEST_EPOCH_MS);
  });

  it('allow the clocks two seconds', async () => {
    const { orderer, follower } = await pair();
    const { sealed } = await buildBlock(orderer, checked(add('c', 1)), timeMs(TEST_EPOCH_MS + 10_000));
    const record = sealed?.record ?? new Uint8Array(0);
    expect((await checkBlock(follower, record, timeMs(TEST_EPOCH_MS + 10_000 - CLOCK_SKEW_MS_MAX))).kind).toBe('sealed');
    expect(await checkBlock(follower, record, timeMs(TEST_EPOCH_MS + 10_000 - CLOCK_SKEW_MS_MAX - 1))).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/2001 ms ahead/) });
  });

  it('refuse every single changed byte of a record, or find it at fault, or find that it says the same', async () => {
    const { orderer, follower } = await pair();
    const { sealed } = await buildBlock(orderer, checked(add('c', 1), add('d', 2)), now);
    const record = sealed?.record ?? new Uint8Array(0);
    for (let at = 0; at < record.length; at += 1) {
      const changed = Uint8Array.from(record);
      changed[at] = (changed[at] ?? 0) ^ 0x21;
      const verdict = await checkBlock(follower, changed, now);
      expect(verdict.kind === 'sealed' ? verdict.sealed.hash : verdict.kind, `byte ${at}`).toMatch(/^(refused|fault)$/);
    }
  });

  it('drop what strangers add to the signatures', async () => {
    const { orderer, follower } = await pair();
    const stranger = await createTestNode();
    const { publicKey } = await stranger.host.createPeer(TEST_CHAIN);
    const { sealed } = await buildBlock(orderer, checked(add('c', 1)), now);
    const { decodeBlock: decode, encodeBlock } = await import('./block');
    const block = decode(sealed?.record ?? new Uint8Array(0));
    const crowded = encodeBlock({ ...block, signatures: [{ publicKey, signature: Buffer.alloc(64, 9) }, ...block.signatures, ...block.signatures] });
    const verdict = await checkBlock(follower, crowded, now);
    expect(verdict.kind === 'sealed' && decode(verdict.sealed.record).signatures).toHaveLength(2);
  });
});
