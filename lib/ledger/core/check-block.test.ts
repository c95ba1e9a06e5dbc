import { describe, expect, it } from 'vitest';
import { certifyBlock } from '../testing/certify-block';
import { add, createTestNodes, openTestChain, TEST_CHAIN } from '../testing/test-nodes';
import { TEST_EPOCH_MS } from '../testing/manual-ports';
import { counterFramework, counterId } from '../testing/counter-framework';
import { encodeSealed } from './block';
import { buildBlock } from './build-block';
import { checkBlock, CLOCK_SKEW_MS_MAX, EMPTY_PAUSE_MS } from './check-block';
import { precommitStatement } from './consensus/statements';
import { generatePrivateKey, openSigner, verifySignature } from './crypto';
import type { Framework } from './framework';
import { openPeer, type Peer } from './peer';
import { attestBlock, type BlockDraft } from './seal-block';
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

/** The block as the orderer keeps it: its draft, made final by its one signature. */
const seal = ({ signer }: Peer, { header, body }: BlockDraft): Uint8Array => encodeSealed(body, { certificate: certifyBlock(header, [signer]) });

describe('building and checking a block', () => {
  it('come to the same block on both sides, with the orderer’s signature as its certificate', async () => {
    const { orderer, follower } = await pair();
    const { draft } = await buildBlock(orderer, checked(add('c', 1), add('c', 2)), now);
    const verdict = await checkBlock(follower, seal(orderer, draft), now);
    if (verdict.kind !== 'good') throw new Error(verdict.reason);
    expect(verdict.draft.hash).toBe(draft.hash);
    expect(Buffer.from(verdict.draft.body)).toEqual(Buffer.from(draft.body));
    expect(verdict.draft.executed.writes).toEqual(draft.executed.writes);
    expect(verdict.certificate).toMatchObject({ round: 0, signatures: [{ validator: 0 }] });
    expect(verifySignature(orderer.signer.publicKey, precommitStatement(TEST_CHAIN, 1, 0, draft.hash), verdict.certificate.signatures[0]?.signature ?? new Uint8Array(0))).toBe(true);
  });

  it('change nothing by themselves: the same block can be built and checked again', async () => {
    const { orderer, follower } = await pair();
    const batch = checked(add('c', 1));
    const [first, second] = [await buildBlock(orderer, batch, now), await buildBlock(orderer, batch, now)];
    expect(second.draft.hash).toBe(first.draft.hash);
    const record = seal(orderer, first.draft);
    expect((await checkBlock(follower, record, now)).kind).toBe('good');
    expect((await checkBlock(follower, record, now)).kind).toBe('good');
    expect([orderer.storage.pendingHeight, follower.storage.pendingHeight]).toEqual([0, 0]);
  });

  it('draft an empty block of nothing, and say why nothing is left', async () => {
    const { orderer } = await pair();
    const nothing = await buildBlock(orderer, [], now);
    expect([nothing.draft.executed.transactions, nothing.dropped]).toEqual([[], []]);
    const again = add('c', 1, { account: 'a', sequence: 5 });
    const { draft, dropped } = await buildBlock(orderer, checked(again), now);
    expect(draft.executed.transactions).toEqual([]);
    expect(dropped).toMatchObject([{ index: 0, reason: { code: 'sequence-too-high' } }]);
  });

  it('take the clock as it is, but never below the parent', async () => {
    const { orderer } = await pair();
    const timeAt = async (ms: number): Promise<number> => (await buildBlock(orderer, checked(add('c', 1)), timeMs(ms))).draft.header.time;
    expect(await timeAt(TEST_EPOCH_MS + 7)).toBe(TEST_EPOCH_MS + 7);
    expect(await timeAt(TEST_EPOCH_MS - 7)).toBe(TEST_EPOCH_MS);
  });

  it('allow the clocks two seconds; one further ahead is final all the same', async () => {
    const { orderer, follower } = await pair();
    const { draft } = await buildBlock(orderer, checked(add('c', 1)), timeMs(TEST_EPOCH_MS + 10_000));
    const record = seal(orderer, draft);
    expect((await checkBlock(follower, record, timeMs(TEST_EPOCH_MS + 10_000 - CLOCK_SKEW_MS_MAX))).kind).toBe('good');
    const early = await checkBlock(follower, record, timeMs(TEST_EPOCH_MS + 10_000 - CLOCK_SKEW_MS_MAX - 1));
    expect(early).toMatchObject({ kind: 'refused', isFinal: true, reason: expect.stringMatching(/2001 ms ahead/) });
  });

  it('allow an empty block a second after its parent, and stop at one that comes sooner', async () => {
    const { orderer, follower } = await pair();
    const emptyAt = async (ms: number) => checkBlock(follower, seal(orderer, (await buildBlock(orderer, [], timeMs(ms))).draft), timeMs(ms));
    expect(await emptyAt(TEST_EPOCH_MS + EMPTY_PAUSE_MS - 1)).toMatchObject({ kind: 'fault', reason: 'block 1 is empty and comes 999 ms after its parent' });
    expect((await emptyAt(TEST_EPOCH_MS + EMPTY_PAUSE_MS)).kind).toBe('good');
  });

  it('refuse every single changed byte of a record', async () => {
    const { orderer, follower } = await pair();
    const { draft } = await buildBlock(orderer, checked(add('c', 1), add('d', 2)), now);
    const record = seal(orderer, draft);
    for (let at = 0; at < record.length; at += 1) {
      const changed = Uint8Array.from(record);
      changed[at] = (changed[at] ?? 0) ^ 0x21;
      expect((await checkBlock(follower, changed, now)).kind, `byte ${at}`).toBe('refused');
    }
  });

  it('refuse a certificate with strangers or doubles in it, and let go of what a stranger attests', async () => {
    const { orderer, follower } = await pair();
    const stranger = openSigner(generatePrivateKey());
    const { draft } = await buildBlock(orderer, checked(add('c', 1)), now);
    const { header, body } = draft;
    const [own] = certifyBlock(header, [orderer.signer]).signatures;
    const [foreign] = certifyBlock(header, [stranger]).signatures;
    if (own === undefined || foreign === undefined) throw new Error('both signed');
    for (const signatures of [[own, own], [own, { ...foreign, validator: 1 }], [{ ...own, validator: 1 }]]) {
      const crowded = encodeSealed(body, { certificate: { round: 0, signatures } });
      expect(await checkBlock(follower, crowded, now)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/names its signers wrongly/) });
    }
    const attested = encodeSealed(body, { certificate: { round: 0, signatures: [own] }, attestation: attestBlock(TEST_CHAIN, 1, draft.hash, stranger) });
    const verdict = await checkBlock(follower, attested, now);
    if (verdict.kind !== 'good') throw new Error(verdict.reason);
    expect(Object.keys(verdict).toSorted()).toEqual(['certificate', 'draft', 'kind']);
    expect(verdict.certificate.signatures).toHaveLength(1);
  });
});
