import { common, peer } from '@hyperledger/fabric-protos';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../testing/random';
import { endorse } from '../endorsement/endorse';
import { hashProposal } from '../proposal/unpack-proposal';
import { connectLocally } from '../testing/local-client';
import { makeMessage, serialise } from '../testing/make-message';
import { createIdentity, findAmong, type TestIdentity } from '../testing/test-organisations';
import { computeTxId } from '../tx-id';
import { checkTransaction, type TransactionContext, type TransactionVerdict } from './check-transaction';
import { listEndorsements } from './list-endorsements';
import { markDuplicates } from './mark-duplicates';
import { readTxId } from './read-tx-id';
import { unpackTransaction } from './unpack-transaction';
import { TransactionInvalid, VALIDATION_CODES } from './validation-codes';

let alice: TestIdentity;
let peers: TestIdentity[];
beforeAll(async () => {
  [alice, ...peers] = (await Promise.all([createIdentity('Org1MSP', 'alice'), createIdentity('Org1MSP', 'peer1'), createIdentity('Org2MSP', 'peer2')])) as [TestIdentity, ...TestIdentity[]];
});

const nonce = Buffer.from('0123456789abcdef01234567');
const basic = { Name: 'basic', Version: '1.0' };
const id = (fields: object) => makeMessage(peer.ChaincodeID, fields as Record<string, unknown>);

/** Parts of a transaction that replace the right ones; everything around them is hashed and signed as it should be. */
interface Wrong {
  readonly channel?: object;
  readonly sender?: object;
  readonly header?: Buffer | null;
  readonly actions?: number;
  readonly actionHeader?: Buffer;
  readonly proposalPayload?: Buffer;
  readonly hash?: Buffer;
  readonly responsePayload?: Buffer;
  readonly action?: object | null;
  readonly extension?: Buffer;
  readonly data?: Buffer;
  readonly payload?: Buffer;
  readonly signature?: Buffer;
}

function assemble(wrong: Wrong = {}): Buffer {
  const channelHeader = serialise(common.ChannelHeader, {
    Type: 3,
    ChannelId: 'one',
    TxId: computeTxId(nonce, alice.serialized),
    Extension$: serialise(peer.ChaincodeHeaderExtension, { ChaincodeId: id({ Name: 'basic' }) }),
    ...wrong.channel,
  });
  const signatureHeader = serialise(common.SignatureHeader, { Creator: alice.serialized, Nonce: nonce, ...wrong.sender });
  const actionHeader = wrong.actionHeader ?? signatureHeader;
  const proposalPayload = wrong.proposalPayload ?? Buffer.from('0a0163', 'hex');
  const event = serialise(peer.ChaincodeEvent, { ChaincodeId: 'basic', TxId: 'ab', EventName: 'created' });
  const response = makeMessage(peer.Response, { Status: 200, Payload: Buffer.from('ok') });
  const extension = wrong.extension ?? serialise(peer.ChaincodeAction, { Results: Buffer.from('basic,_lifecycle'), Events: event, Response: response, ChaincodeId: id(basic), ...wrong.action });
  const responsePayload = wrong.responsePayload ?? serialise(peer.ProposalResponsePayload, { ProposalHash: wrong.hash ?? Buffer.from(hashProposal(channelHeader, actionHeader, proposalPayload)), Extension$: extension });
  const endorsements = peers.map((one) => endorse(responsePayload, one)).map((one) => makeMessage(peer.Endorsement, { Endorser: one.endorser, Signature: one.signature }));
  const endorsed = wrong.action === null ? undefined : makeMessage(peer.ChaincodeEndorsedAction, { ProposalResponsePayload: responsePayload, EndorsementsList: endorsements });
  const actionPayload = serialise(peer.ChaincodeActionPayload, { ChaincodeProposalPayload: proposalPayload, Action: endorsed });
  const action = makeMessage(peer.TransactionAction, { Header: actionHeader, Payload: actionPayload });
  const header = wrong.header === null ? undefined : common.Header.deserializeBinary(wrong.header ?? serialise(common.Header, { ChannelHeader: channelHeader, SignatureHeader: signatureHeader }));
  const data = wrong.data ?? serialise(peer.Transaction, { ActionsList: Array.from({ length: wrong.actions ?? 1 }, () => action) });
  const payload = wrong.payload ?? serialise(common.Payload, { Header: header, Data: data });
  return serialise(common.Envelope, { Payload: payload, Signature: wrong.signature ?? alice.sign(payload) });
}

/** The same envelope, its signature first. */
function swapFields(bytes: Buffer): Buffer {
  const read = common.Envelope.deserializeBinary(bytes);
  return Buffer.concat([serialise(common.Envelope, { Signature: read.getSignature_asU8() }), serialise(common.Envelope, { Payload: read.getPayload_asU8() })]);
}

const context = (changes: Partial<TransactionContext> = {}): TransactionContext => ({
  channelId: 'one',
  findIdentity: findAmong([alice, ...peers]),
  isKnown: () => false,
  readNamespaces: (results) => (results.length === 0 ? undefined : Buffer.from(results).toString().split(',')),
  ...changes,
});

const codeOf = (verdict: TransactionVerdict) => (verdict.kind === 'invalid' ? `${verdict.code}: ${verdict.reason}` : verdict.kind);
const header = (fields: object) => serialise(common.Header, fields as Record<string, unknown>);
const signatureHeader = (fields: object) => serialise(common.SignatureHeader, fields as Record<string, unknown>);

describe('a transaction', () => {
  it('of the official client is valid, endorsed by whom it says, and holds what the chaincode did', async () => {
    const event = { eventName: 'created', payload: Buffer.from('{}') };
    const local = connectLocally({ client: alice, endorsers: peers, findIdentity: findAmong([alice]), play: () => ({ result: 'asset1', event }) });
    const contract = local.gateway.getNetwork('one').getContract('basic');
    const submitted = await contract.submitAsync('Create', { arguments: ['asset1'], transientData: { price: 'secret' } });
    expect(Buffer.from(submitted.getResult()).toString()).toBe('asset1');
    const bytes = local.submitted[0] ?? new Uint8Array(0);
    expect(Buffer.from(bytes).includes('secret')).toBe(false);
    const verdict = checkTransaction(bytes, context());
    if (verdict.kind !== 'endorser') throw new Error(codeOf(verdict));
    const { transaction } = verdict;
    expect(transaction.channelHeader.txId).toBe(submitted.getTransactionId());
    expect(transaction.creator.mspId).toBe('Org1MSP');
    expect(transaction.chaincode).toEqual({ path: '', name: 'basic', version: '1.0' });
    expect(transaction.event).toMatchObject({ chaincodeId: 'basic', txId: submitted.getTransactionId(), eventName: 'created' });
    expect(Buffer.from(transaction.results).toString()).toBe('read-write set');
    const statements = listEndorsements(transaction);
    expect(statements.map((one) => findAmong(peers)(one.identity)?.verify(one.statement, one.signature))).toEqual([true, true]);
    expect(unpackTransaction(bytes, context().readNamespaces)).toMatchObject({ chaincode: transaction.chaincode, event: transaction.event });
  });

  it('put together by hand is valid too, so that each mistake below is the only one', () => {
    expect(codeOf(checkTransaction(assemble(), context()))).toBe('endorser');
  });

  it.each<[string, Wrong, RegExp]>([
    ['nothing', { payload: Buffer.alloc(0), signature: Buffer.alloc(0) }, /^BAD_COMMON_HEADER: nil header$/],
    ['a payload that is none', { payload: Buffer.from('0a05', 'hex') }, /^BAD_PAYLOAD: error unmarshalling Payload: /],
    ['no header', { header: null }, /^BAD_COMMON_HEADER: nil header$/],
    ['a channel header that is none', { header: header({ ChannelHeader: Buffer.from('0a05', 'hex') }) }, /^BAD_COMMON_HEADER: error unmarshalling ChannelHeader/],
    ['a signature header that is none', { header: header({ ChannelHeader: serialise(common.ChannelHeader, { Type: 3 }), SignatureHeader: Buffer.from('0a05', 'hex') }) }, /^BAD_COMMON_HEADER: error unmarshalling SignatureHeader/],
    ['a type that is no transaction', { channel: { Type: 0 } }, /^BAD_COMMON_HEADER: invalid header type MESSAGE$/],
    ['an epoch', { channel: { Epoch: 3 } }, /^BAD_COMMON_HEADER: invalid Epoch in ChannelHeader. Expected 0, got \[3\]$/],
    ['no nonce', { sender: { Nonce: Buffer.alloc(0) } }, /^BAD_COMMON_HEADER: invalid nonce specified in the header$/],
    ['no creator', { sender: { Creator: Buffer.alloc(0) } }, /^BAD_COMMON_HEADER: invalid creator specified in the header$/],
    ['a creator of nowhere', { sender: { Creator: Buffer.from('nobody') } }, /^BAD_CREATOR_SIGNATURE: MSP error/],
    ['no signature', { signature: Buffer.alloc(0) }, /^BAD_CREATOR_SIGNATURE: creator's signature/],
    ['a signature over other bytes', { signature: Buffer.from('3006020101020101', 'hex') }, /^BAD_CREATOR_SIGNATURE: creator's signature/],
    ['a change of configuration that nobody ordered', { channel: { Type: 2 } }, /^UNSUPPORTED_TX_PAYLOAD/],
    ['the name of another transaction', { channel: { TxId: 'ab' } }, /^BAD_PROPOSAL_TXID: invalid txid. got \[ab\], expected \[[0-9a-f]{64}\]$/],
    ['data that is none', { data: Buffer.from('0a05', 'hex') }, /^INVALID_ENDORSER_TRANSACTION: error unmarshalling Transaction: /],
    ['no action', { actions: 0 }, /^INVALID_ENDORSER_TRANSACTION: only one action per transaction is supported, tx contains 0$/],
    ['two actions', { actions: 2 }, /^INVALID_ENDORSER_TRANSACTION: only one action per transaction is supported, tx contains 2$/],
    ['an action without nonce', { actionHeader: signatureHeader({ Creator: Buffer.from('c') }) }, /^INVALID_ENDORSER_TRANSACTION: invalid nonce/],
    ['an action without creator', { actionHeader: signatureHeader({ Nonce: Buffer.from('n') }) }, /^INVALID_ENDORSER_TRANSACTION: invalid creator/],
    ['an action without endorsed action', { action: null }, /^INVALID_ENDORSER_TRANSACTION: nil action$/],
    ['an action without a call', { proposalPayload: Buffer.alloc(0) }, /^INVALID_ENDORSER_TRANSACTION: nil arguments$/],
    ['a response of another proposal', { hash: Buffer.alloc(32) }, /^INVALID_ENDORSER_TRANSACTION: proposal hash does not match$/],
    ['a response that is none', { responsePayload: Buffer.from('0a05', 'hex') }, /^INVALID_ENDORSER_TRANSACTION: error unmarshalling ProposalResponsePayload/],
    ['another channel', { channel: { ChannelId: 'two' } }, /^TARGET_CHAIN_NOT_FOUND: the transaction is for channel 'two', not for 'one'$/],
    ['an extension that is none', { channel: { Extension$: Buffer.from('1205', 'hex') } }, /^BAD_HEADER_EXTENSION: error unmarshalling ChaincodeHeaderExtension/],
    ['a response without extension', { extension: Buffer.alloc(0) }, /^BAD_RESPONSE_PAYLOAD: response payload is missing extension$/],
    ['a response whose action is none', { extension: Buffer.from('0a05', 'hex') }, /^BAD_RESPONSE_PAYLOAD: error unmarshalling ChaincodeAction/],
    ['results that are none', { action: { Results: Buffer.alloc(0) } }, /^BAD_RWSET: /],
    ['a header without chaincode', { channel: { Extension$: Buffer.alloc(0) } }, /^INVALID_OTHER_REASON: nil ChaincodeId in header extension$/],
    ['an action without chaincode', { extension: serialise(peer.ChaincodeAction, { Results: Buffer.from('basic') }) }, /^INVALID_OTHER_REASON: nil ChaincodeId in ChaincodeAction$/],
    ['a chaincode without name', { channel: { Extension$: Buffer.from('1200', 'hex') } }, /^INVALID_CHAINCODE: invalid chaincode ID$/],
    ['another chaincode than was called', { action: { ChaincodeId: id({ Name: 'other', Version: '1' }) } }, /^INVALID_CHAINCODE: inconsistent ccid info \(basic\/other\)$/],
    ['a chaincode without version', { action: { ChaincodeId: id({ Name: 'basic' }) } }, /^INVALID_CHAINCODE: invalid chaincode version$/],
    ['an event that is none', { action: { Events: Buffer.from('0a05', 'hex') } }, /^INVALID_OTHER_REASON: error unmarshalling ChaincodeEvent/],
    ['an event of another chaincode', { action: { Events: serialise(peer.ChaincodeEvent, { ChaincodeId: 'other' }) } }, /^INVALID_OTHER_REASON: chaincode event chaincode id does not match/],
    ['one namespace twice', { action: { Results: Buffer.from('basic,other,basic') } }, /^ILLEGAL_WRITESET: duplicate namespace 'basic' in txRWSet$/],
  ])('with %s gets the code that Fabric gives', (_name, wrong, expected) => {
    expect(codeOf(checkTransaction(assemble(wrong), context()))).toMatch(expected);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['trailing bytes of an unknown field', (bytes) => Buffer.concat([bytes, Buffer.from('1a00', 'hex')])],
    ['its fields in another order', swapFields],
    ['bytes that are none', () => Buffer.from('0a05', 'hex')],
    ['more bytes than may be', () => Buffer.alloc(2 ** 21 + 1)],
  ])('in a second form is not the same transaction again: %s', (_name, change) => {
    expect(codeOf(checkTransaction(change(assemble()), context()))).toMatch(/^INVALID_OTHER_REASON: /);
  });

  it('whose creator is no longer good is refused', () => {
    expect(codeOf(checkTransaction(assemble(), context({ findIdentity: findAmong(peers, [alice]) })))).toBe('BAD_CREATOR_SIGNATURE: creator certificate is not valid');
  });

  it('that an earlier block has is a duplicate', () => {
    expect(codeOf(checkTransaction(assemble(), context({ isKnown: (txId) => txId === computeTxId(nonce, alice.serialized) })))).toMatch(/^DUPLICATE_TXID: /);
  });

  it('that changes the configuration is left to those who know configurations', () => {
    const verdict = checkTransaction(assemble({ channel: { Type: 1 } }), context());
    expect(verdict).toMatchObject({ kind: 'config', headers: { channelHeader: { type: 1, channelId: 'one' } } });
  });

  it.each([[31], [32], [33]])('that is damaged anywhere is invalid, and nothing else happens, seed %i', (seed) => {
    const random = createRandom(seed);
    const whole = assemble();
    for (let run = 0; run < 300; run += 1) {
      const damaged = Buffer.from(whole);
      const at = random.below(damaged.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 + random.below(255));
      expect(checkTransaction(random.chance(0.2) ? damaged.subarray(0, at) : damaged, context()).kind).toBe('invalid');
    }
  });

  it.each([[41], [42]])('that its creator damaged and signed is judged, never an accident, seed %i', (seed) => {
    const random = createRandom(seed);
    const { payload } = unpackTransaction(assemble(), context().readNamespaces);
    const codes = new Set<string>();
    for (let run = 0; run < 300; run += 1) {
      const damaged = Buffer.from(payload);
      const at = random.below(damaged.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 + random.below(255));
      const cut = random.chance(0.2) ? damaged.subarray(0, at) : damaged;
      const bytes = assemble({ payload: cut });
      codes.add(codeOf(checkTransaction(bytes, context())).split(':')[0] ?? '');
      try {
        unpackTransaction(bytes, context().readNamespaces);
      } catch (error) {
        expect(error).toBeInstanceOf(TransactionInvalid);
      }
    }
    expect(codes.size).toBeGreaterThan(3);
  });
});

describe('the name of a transaction', () => {
  it('is found also for one that is not valid, in its header or else computed', () => {
    expect(readTxId(assemble())).toBe(computeTxId(nonce, alice.serialized));
    expect(readTxId(assemble({ channel: { TxId: 'ab' }, actions: 0 }))).toBe('ab');
    expect(readTxId(assemble({ channel: { TxId: '' } }))).toBe(computeTxId(nonce, alice.serialized));
  });

  it('is not found where there are no headers', () => {
    for (const bytes of [Buffer.from('0a05', 'hex'), Buffer.alloc(0), assemble({ header: null }), assemble({ payload: Buffer.from('0a05', 'hex') })]) expect(readTxId(bytes)).toBeUndefined();
  });
});

describe('validation codes', () => {
  it('are the published ones', () => {
    expect({ ...peer.TxValidationCode }).toMatchObject(VALIDATION_CODES);
  });

  it('mark the second of two valid transactions of one name, and no other', () => {
    const { VALID, BAD_RWSET, DUPLICATE_TXID } = VALIDATION_CODES;
    expect(markDuplicates([BAD_RWSET, VALID, VALID, VALID, BAD_RWSET, VALID], ['a', 'a', 'b', 'a', 'a', undefined])).toEqual([BAD_RWSET, VALID, VALID, DUPLICATE_TXID, BAD_RWSET, VALID]);
  });

  it('keep endorsements apart from what they are not over', () => {
    const read = unpackTransaction(assemble(), context().readNamespaces);
    const [first] = listEndorsements({ ...read, responsePayload: Buffer.concat([read.responsePayload, Buffer.alloc(1)]) });
    expect(first && findAmong(peers)(first.identity)?.verify(first.statement, first.signature)).toBe(false);
  });
});
