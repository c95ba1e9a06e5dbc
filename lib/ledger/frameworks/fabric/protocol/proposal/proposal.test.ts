import { common, peer } from '@hyperledger/fabric-protos';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../testing/random';
import { computeTxId } from '../tx-id';
import { connectLocally } from '../testing/local-client';
import { makeMessage, serialise } from '../testing/make-message';
import { createIdentity, findAmong, type TestIdentity } from '../testing/test-organisations';
import { checkProposal } from './check-proposal';
import { checkTimestamp } from './check-timestamp';
import { ProposalRefused } from './proposal-refused';
import { unpackProposal } from './unpack-proposal';

let alice: TestIdentity;
let mallory: TestIdentity;
beforeAll(async () => {
  [alice, mallory] = await Promise.all([createIdentity('Org1MSP', 'alice'), createIdentity('Org1MSP', 'mallory')]);
});

/** What a client sends, each part of it replaceable by a wrong one. */
function propose(wrong: { channel?: object; sender?: object; extension?: Buffer; spec?: object | null; input?: object | null; payload?: Buffer; header?: Buffer; signature?: Buffer; transient?: object } = {}) {
  const nonce = Buffer.from('0123456789abcdef01234567');
  const id = makeMessage(peer.ChaincodeID, { Name: 'basic' });
  const input = wrong.input === null ? undefined : makeMessage(peer.ChaincodeInput, { ArgsList: [Buffer.from('Create'), Buffer.from('asset1')], ...wrong.input });
  const spec = wrong.spec === null ? undefined : makeMessage(peer.ChaincodeSpec, { Type: 2, ChaincodeId: id, Input: input, ...wrong.spec });
  const channelHeader = serialise(common.ChannelHeader, {
    Type: 3,
    ChannelId: 'one',
    TxId: computeTxId(nonce, alice.serialized),
    Extension$: wrong.extension ?? serialise(peer.ChaincodeHeaderExtension, { ChaincodeId: id }),
    ...wrong.channel,
  });
  const signatureHeader = serialise(common.SignatureHeader, { Creator: alice.serialized, Nonce: nonce, ...wrong.sender });
  const proposalBytes = serialise(peer.Proposal, {
    Header: wrong.header ?? serialise(common.Header, { ChannelHeader: channelHeader, SignatureHeader: signatureHeader }),
    Payload: wrong.payload ?? serialise(peer.ChaincodeProposalPayload, { Input: serialise(peer.ChaincodeInvocationSpec, { ChaincodeSpec: spec }), TransientmapMap: wrong.transient ?? {} }),
  });
  return { proposalBytes, signature: wrong.signature ?? alice.sign(proposalBytes) };
}

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ProposalRefused) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'taken';
}

const check = (signed: ReturnType<typeof propose>) => checkProposal(unpackProposal(signed), findAmong([alice]));

describe('a proposal', () => {
  it('of the official client is read to its last part', async () => {
    const local = connectLocally({ client: alice, endorsers: [alice], findIdentity: findAmong([alice]), play: () => ({ result: 'done' }) });
    const proposal = local.gateway.getNetwork('one').getContract('basic', 'Assets').newProposal('Create', { arguments: ['asset1', Buffer.of(0, 255)], transientData: { price: 'secret', bid: Buffer.of(1) } });
    await proposal.endorse();
    const [read] = local.proposals;
    expect(read).toMatchObject({ channelId: 'one', txId: proposal.getTransactionId(), type: 3, epoch: 0n, isInit: false, chaincode: { name: 'basic', path: '', version: '' }, specChaincodeName: 'basic' });
    expect(read?.args.map((one) => Buffer.from(one).toString('hex'))).toEqual(['Assets:Create', 'asset1'].map((one) => Buffer.from(one).toString('hex')).concat('00ff'));
    expect([...(read?.transientMap ?? [])].map(([key, one]) => [key, Buffer.from(one).toString('hex')])).toEqual([['bid', '01'], ['price', Buffer.from('secret').toString('hex')]]);
    expect(Buffer.from(read?.creator ?? []).equals(alice.serialized)).toBe(true);
    expect(read?.timestamp?.seconds).toBeGreaterThan(1_700_000_000n);
    expect(Buffer.from(read?.payloadForTransaction ?? []).includes('secret')).toBe(false);
  });

  it('has one hash with and without its transient map, so that nothing of it shows', () => {
    const plain = unpackProposal(propose());
    const secret = unpackProposal(propose({ transient: { price: Buffer.from('7') } }));
    expect(Buffer.from(secret.payloadForTransaction).equals(plain.payloadForTransaction)).toBe(true);
    expect(Buffer.from(secret.proposalHash).equals(plain.proposalHash)).toBe(true);
    expect(secret.transientMap.size).toBe(1);
  });

  it('is taken from its creator, and says who that is', () => {
    expect(check(propose()).mspId).toBe('Org1MSP');
    expect(check(propose({ channel: { Type: 1 } })).mspId).toBe('Org1MSP');
  });

  it.each([
    ['bytes that are none', () => ({ proposalBytes: Buffer.from('0aff', 'hex'), signature: Buffer.alloc(1) }), /^malformed: error unmarshalling Proposal: proto: /],
    ['a header that is none', () => propose({ header: Buffer.from('0a05', 'hex') }), /^malformed: error unmarshalling Header: /],
    ['no headers', () => propose({ header: Buffer.alloc(0) }), /^malformed: ChaincodeHeaderExtension.ChaincodeId is nil$/],
    ['a payload that is none', () => propose({ payload: Buffer.from('0a05', 'hex') }), /^malformed: error unmarshalling ChaincodeProposalPayload: /],
    ['a header that names no chaincode', () => propose({ extension: Buffer.alloc(0) }), /^malformed: ChaincodeHeaderExtension.ChaincodeId is nil$/],
    ['a header that names a chaincode without name', () => propose({ extension: Buffer.from('1200', 'hex') }), /^malformed: ChaincodeHeaderExtension.ChaincodeId.Name is empty$/],
    ['a call without spec', () => propose({ spec: null }), /^malformed: chaincode invocation spec did not contain chaincode spec$/],
    ['a call without input', () => propose({ input: null }), /^malformed: chaincode input did not contain any input$/],
    ['more arguments than may be', () => propose({ input: { ArgsList: Array.from({ length: 10_001 }, () => Buffer.alloc(0)) } }), /^malformed: .*more than 10000 entries$/],
    ['more bytes than may be', () => propose({ input: { ArgsList: [Buffer.alloc(2 ** 21)] } }), /^malformed: a proposal has at most 2097152 bytes/],
    ['a type that is no transaction', () => propose({ channel: { Type: 5 } }), /^invalid: error validating proposal: invalid header type DELIVER_SEEK_INFO$/],
    ['a type that nobody knows', () => propose({ channel: { Type: 77 } }), /^invalid: error validating proposal: invalid header type 77$/],
    ['an epoch', () => propose({ channel: { Epoch: 1 } }), /^invalid: error validating proposal: epoch is non-zero$/],
    ['no nonce', () => propose({ sender: { Nonce: Buffer.alloc(0) } }), /^invalid: error validating proposal: nonce is empty$/],
    ['no creator', () => propose({ sender: { Creator: Buffer.alloc(0) } }), /^invalid: error validating proposal: creator is empty$/],
    ['a name of another transaction', () => propose({ channel: { TxId: 'ab' } }), /^invalid: error validating proposal: incorrectly computed txid 'ab' -- expected '[0-9a-f]{64}'$/],
    ['another nonce than its name says', () => propose({ sender: { Nonce: Buffer.from('other') } }), /^invalid: .*incorrectly computed txid/],
    ['no signature', () => propose({ signature: Buffer.alloc(0) }), /^invalid: error validating proposal: empty signature bytes$/],
    ['another creator', () => propose({ sender: { Creator: mallory.serialized }, channel: { TxId: computeTxId(Buffer.from('0123456789abcdef01234567'), mallory.serialized) } }), /^denied: error validating proposal: access denied: channel \[one\] creator org unknown, creator is malformed$/],
    ['the signature of somebody else', () => propose({ signature: Buffer.from(mallory.sign(propose().proposalBytes)) }), /^denied: error validating proposal: access denied: channel \[one\] creator org \[Org1MSP\]$/],
    ['a signature over other bytes', () => propose({ signature: Buffer.from(alice.sign(Buffer.from('other'))) }), /^denied: .*access denied/],
  ])('is refused for %s', (_name, make, words) => {
    expect(refusalOf(() => check(make() as ReturnType<typeof propose>))).toMatch(words);
  });

  it('of somebody whose certificate is no longer good is refused, without a word why', () => {
    expect(refusalOf(() => checkProposal(unpackProposal(propose()), findAmong([], [alice])))).toBe('denied: error validating proposal: access denied: channel [one] creator org [Org1MSP]');
  });

  it.each([[21], [22], [23]])('that is damaged anywhere is refused, never an accident, seed %i', (seed) => {
    const random = createRandom(seed);
    const signed = propose({ transient: { price: Buffer.from('7') } });
    for (let run = 0; run < 400; run += 1) {
      const damaged = Buffer.from(signed.proposalBytes);
      const at = random.below(damaged.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 + random.below(255));
      expect(refusalOf(() => check({ ...signed, proposalBytes: random.chance(0.2) ? damaged.subarray(0, at) : damaged }))).toMatch(/^(malformed|invalid|denied): /);
    }
  });
});

describe('the time of a header', () => {
  const now = Date.parse('2026-11-30T12:00:00Z');
  const at = (ms: number) => ({ seconds: BigInt(Math.floor((now + ms) / 1_000)), nanos: 0 });
  it('may be 15 minutes off, in both directions, and no more', () => {
    for (const ms of [0, 899_000, -899_000, 900_000, -900_000]) expect(refusalOf(() => checkTimestamp(at(ms), now))).toBe('taken');
    expect(refusalOf(() => checkTimestamp(at(901_000), now))).toMatch(/^stale: envelope timestamp 2026-11-30T12:15:01.000Z is more than 900s apart from current server time 2026-11-30T12:00:00.000Z$/);
    expect(refusalOf(() => checkTimestamp(at(-901_000), now))).toMatch(/^stale: /);
    expect(refusalOf(() => checkTimestamp(at(2_000), now, 1_000))).toMatch(/^stale: /);
  });

  it.each([
    ['no time', undefined],
    ['a year beyond all calendars', { seconds: 2n ** 62n, nanos: 0 }],
    ['a year before all calendars', { seconds: -(2n ** 62n), nanos: 0 }],
    ['more nanoseconds than a second has', { seconds: BigInt(now / 1_000), nanos: 1_000_000_000 }],
    ['negative nanoseconds', { seconds: BigInt(now / 1_000), nanos: -1 }],
  ])('is refused when it is %s', (_name, timestamp) => {
    expect(refusalOf(() => checkTimestamp(timestamp, now))).toMatch(/^stale: channel header in envelope (must contain timestamp|contains no time)/);
  });
});
