import { describe, expect, it } from 'vitest';
import { certifyBlock } from '../testing/certify-block';
import { add, createTestNodes, openTestChain, TEST_CHAIN } from '../testing/test-nodes';
import { freeTurn } from '../testing/free-turn';
import { TEST_EPOCH_MS } from '../testing/manual-ports';
import { counterFramework, counterId } from '../testing/counter-framework';
import { decodeBody, encodeBody, encodeSealed, hashBody, type BlockBody } from './block';
import { buildBlock } from './build-block';
import { BLOCK_CAPS, checkBlock, checkProposal, CLOCK_SKEW_MS_MAX, EMPTY_PAUSE_MS, type ProposalView } from './check-block';
import { encodeRules, type ChainRules } from './consensus/rules';
import { precommitStatement } from './consensus/statements';
import { createKey, sha256Hex, verifySignature } from './crypto';
import type { Framework } from './framework';
import type { BlockHeader } from './host-types';
import { openPeer, type Peer } from './peer';
import { nameOfRules } from './rules-history';
import { attestBlock, type BlockDraft } from './seal-block';
import { hash, timeMs } from './types';

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
    const { draft } = await buildBlock(orderer, freeTurn, checked(add('c', 1), add('c', 2)), now);
    const verdict = await checkBlock(follower, freeTurn, seal(orderer, draft), now);
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
    const [first, second] = [await buildBlock(orderer, freeTurn, batch, now), await buildBlock(orderer, freeTurn, batch, now)];
    expect(second.draft.hash).toBe(first.draft.hash);
    const record = seal(orderer, first.draft);
    expect((await checkBlock(follower, freeTurn, record, now)).kind).toBe('good');
    expect((await checkBlock(follower, freeTurn, record, now)).kind).toBe('good');
    expect([orderer.storage.pendingHeight, follower.storage.pendingHeight]).toEqual([0, 0]);
  });

  it('draft an empty block of nothing, and say why nothing is left', async () => {
    const { orderer } = await pair();
    const nothing = await buildBlock(orderer, freeTurn, [], now);
    expect([nothing.draft.executed.transactions, nothing.dropped]).toEqual([[], []]);
    const again = add('c', 1, { account: 'a', sequence: 5 });
    const { draft, dropped } = await buildBlock(orderer, freeTurn, checked(again), now);
    expect(draft.executed.transactions).toEqual([]);
    expect(dropped).toMatchObject([{ index: 0, reason: { code: 'sequence-too-high' } }]);
  });

  it('take the clock as it is, but never below the parent', async () => {
    const { orderer } = await pair();
    const timeAt = async (ms: number): Promise<number> => (await buildBlock(orderer, freeTurn, checked(add('c', 1)), timeMs(ms))).draft.header.time;
    expect(await timeAt(TEST_EPOCH_MS + 7)).toBe(TEST_EPOCH_MS + 7);
    expect(await timeAt(TEST_EPOCH_MS - 7)).toBe(TEST_EPOCH_MS);
  });

  it('allow the clocks two seconds; one further ahead is final all the same', async () => {
    const { orderer, follower } = await pair();
    const { draft } = await buildBlock(orderer, freeTurn, checked(add('c', 1)), timeMs(TEST_EPOCH_MS + 10_000));
    const record = seal(orderer, draft);
    expect((await checkBlock(follower, freeTurn, record, timeMs(TEST_EPOCH_MS + 10_000 - CLOCK_SKEW_MS_MAX))).kind).toBe('good');
    const early = await checkBlock(follower, freeTurn, record, timeMs(TEST_EPOCH_MS + 10_000 - CLOCK_SKEW_MS_MAX - 1));
    expect(early).toMatchObject({ kind: 'refused', isFinal: true, reason: expect.stringMatching(/2001 ms ahead/) });
  });

  it('allow an empty block a second after its parent, and stop at one that comes sooner', async () => {
    const { orderer, follower } = await pair();
    const emptyAt = async (ms: number) => checkBlock(follower, freeTurn, seal(orderer, (await buildBlock(orderer, freeTurn, [], timeMs(ms))).draft), timeMs(ms));
    expect(await emptyAt(TEST_EPOCH_MS + EMPTY_PAUSE_MS - 1)).toMatchObject({ kind: 'fault', reason: 'block 1 is empty and comes 999 ms after its parent' });
    expect((await emptyAt(TEST_EPOCH_MS + EMPTY_PAUSE_MS)).kind).toBe('good');
  });

  it('refuse every single changed byte of a record', async () => {
    const { orderer, follower } = await pair();
    const { draft } = await buildBlock(orderer, freeTurn, checked(add('c', 1), add('d', 2)), now);
    const record = seal(orderer, draft);
    for (let at = 0; at < record.length; at += 1) {
      const changed = Uint8Array.from(record);
      changed[at] = (changed[at] ?? 0) ^ 0x21;
      expect((await checkBlock(follower, freeTurn, changed, now)).kind, `byte ${at}`).toBe('refused');
    }
  });

  it('refuse a certificate with strangers or doubles in it, and let go of what a stranger attests', async () => {
    const { orderer, follower } = await pair();
    const stranger = createKey().signer;
    const { draft } = await buildBlock(orderer, freeTurn, checked(add('c', 1)), now);
    const { header, body } = draft;
    const [own] = certifyBlock(header, [orderer.signer]).signatures;
    const [foreign] = certifyBlock(header, [stranger]).signatures;
    if (own === undefined || foreign === undefined) throw new Error('both signed');
    for (const signatures of [[own, own], [own, { ...foreign, validator: 1 }], [{ ...own, validator: 1 }]]) {
      const crowded = encodeSealed(body, { certificate: { round: 0, signatures } });
      expect(await checkBlock(follower, freeTurn, crowded, now)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/names its signers wrongly/) });
    }
    const attested = encodeSealed(body, { certificate: { round: 0, signatures: [own] }, attestation: attestBlock(TEST_CHAIN, 1, draft.hash, stranger) });
    const verdict = await checkBlock(follower, freeTurn, attested, now);
    if (verdict.kind !== 'good') throw new Error(verdict.reason);
    expect(Object.keys(verdict).toSorted()).toEqual(['certificate', 'draft', 'kind']);
    expect(verdict.certificate.signatures).toHaveLength(1);
  });
});

describe('a validator and a proposal', () => {
  const proposalOf = async (peer: Peer, batch: readonly Uint8Array[] = [add('c', 1)], at = now, change?: ChainRules): Promise<Uint8Array> => (await buildBlock(peer, freeTurn, checked(...batch), at, change)).draft.body;
  const view: ProposalView = { now, approved: undefined, isCertain: false };

  /** Changes a proposal and lets its header name what is in it then. */
  function reworded(bytes: Uint8Array, change: Partial<BlockHeader> | ((body: BlockBody) => Partial<BlockBody>)): Uint8Array {
    const body = decodeBody(bytes);
    const changed = typeof change === 'function' ? { ...body, ...change(body) } : { ...body, header: { ...body.header, ...change } };
    return encodeBody({ ...changed, header: { ...changed.header, bodyHash: hashBody(changed) } });
  }

  it('that is right executes it once more, and drafts the same block', async () => {
    const { orderer, follower } = await pair();
    const { draft } = await buildBlock(orderer, freeTurn, checked(add('c', 1)), now);
    const verdict = await checkProposal(follower, freeTurn, draft.body, view);
    expect(verdict).toMatchObject({ kind: 'good', draft: { hash: draft.hash, isChange: false } });
    expect(follower.storage.pendingHeight).toBe(0);
  });

  const other = hash('ee'.repeat(32));
  it.each<[string, (bytes: Uint8Array, orderer: Peer) => Uint8Array, RegExp]>([
    ['follows another block', (bytes) => reworded(bytes, { previousHash: other }), /those who order made two histories/],
    ['is of a peer that does not order', (bytes) => reworded(bytes, { proposer: createKey().signer.publicKey }), /of a peer that does not order/],
    ['is older than its parent', (bytes) => reworded(bytes, { time: timeMs(TEST_EPOCH_MS - 1) }), /older than the block before it/],
    ['is empty and comes too soon', (bytes) => reworded(bytes, () => ({ transactions: [] })), /is empty and comes 0 ms after its parent/],
    ['names a version that is not in force', (bytes) => reworded(bytes, { engineVersion: 2 }), /names version 2 where 1 is in force/],
    ['names other rules for itself', (bytes) => reworded(bytes, { validators: other }), /names other peers/],
    ['names other rules for the next block without bringing them', (bytes) => reworded(bytes, { nextValidators: other }), /names other peers/],
    ['holds a transaction twice', (bytes) => reworded(bytes, ({ transactions }) => ({ transactions: [...transactions, ...transactions] })), /cannot be executed: this transaction is in a block already/],
    ['holds a transaction that cannot be there', (bytes) => reworded(bytes, () => ({ transactions: [add('c', 1, { account: 'a', sequence: 5 })] })), /cannot be executed: sequence 5/],
    ['holds what is no transaction', (bytes) => reworded(bytes, () => ({ transactions: [Buffer.from('nonsense')] })), /cannot be executed/],
    ['names another state', (bytes) => reworded(bytes, { stateRoot: other }), /executes differently: stateRoot/],
    ['names other receipts', (bytes) => reworded(bytes, { receiptRoot: other }), /executes differently: receiptRoot/],
    ['names other events', (bytes) => reworded(bytes, { eventRoot: other }), /executes differently: eventRoot/],
    ['names other transactions by their root', (bytes) => reworded(bytes, { transactionRoot: other }), /executes differently: transactionRoot/],
    ['carries another framework header', (bytes) => reworded(bytes, ({ header }) => ({ frameworkHeader: Buffer.from('x'), header: { ...header, frameworkHeaderHash: sha256Hex(Buffer.from('x')) } })), /executes differently: frameworkHeaderHash/],
  ])('that %s finds it bad, whoever stands behind it', async (_name, change, reason) => {
    const { orderer, follower } = await pair();
    const bytes = change(await proposalOf(orderer), orderer);
    for (const isCertain of [false, true]) expect(await checkProposal(follower, freeTurn, bytes, { ...view, isCertain })).toMatchObject({ kind: 'bad', reason: expect.stringMatching(reason) });
  });

  it('with more than a block may hold finds it bad; one transaction always fits', async () => {
    const { orderer, follower } = await pair();
    const many = Array.from({ length: BLOCK_CAPS.transactionsMax + 1 }, () => add('c', 1));
    expect((await checkProposal(follower, freeTurn, await proposalOf(orderer, many.slice(1)), view)).kind).toBe('good');
    expect(await checkProposal(follower, freeTurn, await proposalOf(orderer, many), view)).toMatchObject({ kind: 'bad', reason: expect.stringMatching(/holds 1001 transactions of \d+ bytes, more than a block may/) });
    const large = Buffer.alloc(BLOCK_CAPS.bytesMax, 1);
    const sized = async (...transactions: Uint8Array[]) => checkProposal(follower, freeTurn, reworded(await proposalOf(orderer), () => ({ transactions })), view);
    expect(await sized(large, Uint8Array.of(1))).toMatchObject({ kind: 'bad', reason: expect.stringMatching(/holds 2 transactions of 2097153 bytes/) });
    // Alone it is looked at, and is no transaction.
    expect(await sized(Buffer.concat([large, large]))).toMatchObject({ kind: 'bad', reason: expect.stringMatching(/cannot be executed/) });
  });

  it('that its program is too old for finds it bad, and says what to do', async () => {
    const { orderer, follower } = await pair();
    const rules: ChainRules = { ...follower.rules.at(1), engineVersion: 2 };
    for (const peer of [orderer, follower]) peer.rules = peer.rules.with(1, rules);
    const newer: Peer = { ...orderer, framework: { ...orderer.framework, engineVersion: 2 } };
    const bytes = await proposalOf(newer);
    expect(await checkProposal(follower, freeTurn, bytes, { ...view, isCertain: true })).toMatchObject({ kind: 'bad', reason: 'block 1 needs version 2 of counter, this program has 1: update it' });
    expect((await checkProposal({ ...follower, framework: newer.framework }, freeTurn, bytes, view)).kind).toBe('good');
    await expect(buildBlock(orderer, freeTurn, checked(add('c', 1)), now)).rejects.toThrow(/needs version 2 of counter, this program has 1: update it/);
  });

  it('ahead of its clock waits, unless a quorum did not', async () => {
    const { orderer, follower } = await pair();
    const bytes = await proposalOf(orderer, [add('c', 1)], timeMs(TEST_EPOCH_MS + 10_000));
    const at = (ms: number, isCertain = false) => checkProposal(follower, freeTurn, bytes, { ...view, now: timeMs(ms), isCertain });
    expect((await at(TEST_EPOCH_MS + 10_000 - CLOCK_SKEW_MS_MAX)).kind).toBe('good');
    expect(await at(TEST_EPOCH_MS + 10_000 - CLOCK_SKEW_MS_MAX - 1)).toEqual({ kind: 'later', reason: 'block 1 is 2001 ms ahead of this clock' });
    expect((await at(TEST_EPOCH_MS, true)).kind).toBe('good');
  });

  it('that changes the rules waits for its own operator’s word, for exactly these, unless a quorum stands behind it', async () => {
    const { orderer, follower } = await pair();
    const rules = follower.rules.at(1);
    const validators = [orderer, follower].map(({ signer }, at) => ({ name: `C${at}`, publicKey: signer.publicKey }));
    const wanted: ChainRules = { ...rules, validators: validators.slice(1) };
    const bytes = await proposalOf(orderer, [], now, wanted);
    const by = (approved: ChainRules | undefined, isCertain = false) => checkProposal(follower, freeTurn, bytes, { now, approved, isCertain });
    const notApproved = { kind: 'later', reason: 'block 1 changes the rules as nobody here approved' };
    expect(await by(undefined)).toEqual(notApproved);
    expect(await by({ ...wanted, upgrade: { engineVersion: 2, height: 9 } })).toEqual(notApproved);
    expect(await by(rules)).toEqual(notApproved);
    expect(await by({ ...wanted })).toMatchObject({ kind: 'good', draft: { isChange: true, header: { nextValidators: nameOfRules(wanted) } } });
    expect((await by(undefined, true)).kind).toBe('good');
  });

  it('that changes the rules to what cannot be finds it bad, even with a quorum behind it', async () => {
    const { orderer, follower } = await pair();
    const rules = follower.rules.at(1);
    const bytes = await proposalOf(orderer, [], now, { ...rules, upgrade: { engineVersion: 2, height: 9 } });
    const changed = (change: Uint8Array, next: Partial<BlockHeader> = {}) => checkProposal(follower, freeTurn, reworded(bytes, ({ header }) => ({ change, header: { ...header, ...next } })), { ...view, isCertain: true });
    const bad = { kind: 'bad', reason: expect.stringMatching(/changes the rules to what cannot be/) };
    expect(await changed(Buffer.from('nonsense'))).toMatchObject(bad);
    expect(await changed(encodeRules({ ...rules, finality: 'crash' }))).toMatchObject(bad);
    expect(await changed(encodeRules({ ...rules, upgrade: { engineVersion: 1, height: 9 } }))).toMatchObject(bad);
    const skipping: ChainRules = { ...rules, engineVersion: 2 };
    expect(await changed(encodeRules(skipping), { nextValidators: nameOfRules(skipping) })).toMatchObject({ kind: 'bad', reason: expect.stringMatching(/version 2 where 1 is in force/) });
    // What it names must be what it brings.
    expect(await changed(encodeRules({ ...rules, upgrade: { engineVersion: 2, height: 10 } }))).toMatchObject({ kind: 'bad', reason: expect.stringMatching(/names other peers/) });
    expect((await checkProposal(follower, freeTurn, bytes, { ...view, isCertain: true })).kind).toBe('good');
  });
});
