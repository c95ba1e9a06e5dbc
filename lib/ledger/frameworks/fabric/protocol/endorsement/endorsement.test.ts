import { peer } from '@hyperledger/fabric-protos';
import { createPublicKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { unpackProposal, type UnpackedProposal } from '../proposal/unpack-proposal';
import { verifyEcdsa } from '../signature';
import { connectLocally } from '../testing/local-client';
import { createIdentity, findAmong, type TestIdentity } from '../testing/test-organisations';
import { unpackTransaction } from '../transaction/unpack-transaction';
import { envelope } from '../messages';
import { answerProposal, refuseProposal } from './answer-proposal';
import { buildResponsePayload } from './build-response-payload';
import { endorse } from './endorse';
import { prepareTransaction, ResponsesDiffer } from './prepare-transaction';

let alice: TestIdentity;
let peers: [TestIdentity, TestIdentity];
let proposal: UnpackedProposal;
beforeAll(async () => {
  alice = await createIdentity('Org1MSP', 'alice');
  peers = [await createIdentity('Org1MSP', 'peer1'), await createIdentity('Org2MSP', 'peer2')];
  const local = connectLocally({ client: alice, endorsers: peers, findIdentity: findAmong([alice]), play: () => ({ result: '' }) });
  await local.gateway.getNetwork('one').getContract('basic').newProposal('Read', { arguments: ['a'] }).endorse();
  proposal = local.proposals[0] as UnpackedProposal;
});

const ok = { status: 200, message: 'fine', payload: Buffer.from('result') };
const responsePayload = (changes: Partial<Parameters<typeof buildResponsePayload>[0]> = {}) =>
  buildResponsePayload({ proposalHash: proposal.proposalHash, results: Buffer.from('rwset'), response: ok, chaincode: { name: 'basic', version: '1.0' }, txId: proposal.txId, ...changes });

describe('a response payload', () => {
  it('says to the published classes what was called and what came of it', () => {
    const read = peer.ProposalResponsePayload.deserializeBinary(responsePayload({ event: { eventName: 'e', payload: Buffer.from('p') } }));
    expect(Buffer.from(read.getProposalHash_asU8()).equals(proposal.proposalHash)).toBe(true);
    const action = peer.ChaincodeAction.deserializeBinary(read.getExtension_asU8());
    expect(action.getChaincodeId()?.toObject()).toEqual({ path: '', name: 'basic', version: '1.0' });
    expect(action.getResponse()?.toObject()).toEqual({ status: 200, message: 'fine', payload: Buffer.from('result').toString('base64') });
    expect(Buffer.from(action.getResults_asU8()).toString()).toBe('rwset');
    expect(peer.ChaincodeEvent.deserializeBinary(action.getEvents_asU8()).toObject()).toEqual({ chaincodeId: 'basic', txId: proposal.txId, eventName: 'e', payload: Buffer.from('p').toString('base64') });
  });

  it('is the same bytes for the same simulation, and has no event where the chaincode set none', () => {
    expect(Buffer.from(responsePayload()).equals(responsePayload())).toBe(true);
    const read = peer.ProposalResponsePayload.deserializeBinary(responsePayload());
    expect(peer.ChaincodeAction.deserializeBinary(read.getExtension_asU8()).getEvents_asU8()).toHaveLength(0);
  });
});

describe('an answer to a proposal', () => {
  const answer = (status: number, channelId = 'one') =>
    peer.ProposalResponse.deserializeBinary(answerProposal({ channelId, response: { ...ok, status }, responsePayload: responsePayload({ response: { ...ok, status } }), interest: Buffer.from('0a070a056261736963', 'hex'), signer: peers[0] }));

  it.each([200, 201, 399])('of status %i is endorsed over payload and endorser', (status) => {
    const read = answer(status);
    expect(read.getVersion()).toBe(1);
    expect(read.getInterest()?.getChaincodesList()[0]?.getName()).toBe('basic');
    const statement = Buffer.concat([read.getPayload_asU8(), peers[0].serialized]);
    expect(verifyEcdsa(createPublicKey(peers[0].certificate), statement, read.getEndorsement()?.getSignature_asU8() ?? new Uint8Array(0))).toBe(true);
    expect(Buffer.from(read.getEndorsement()?.getEndorser_asU8() ?? []).equals(peers[0].serialized)).toBe(true);
  });

  it('of an error of the chaincode is endorsed by nobody', () => {
    for (const status of [400, 499, 500, 501]) expect(answer(status).hasEndorsement(), String(status)).toBe(false);
    expect(answer(499).getPayload_asU8()).toHaveLength(0);
    expect(answer(500).getPayload_asU8().length).toBeGreaterThan(0);
    expect(answer(500).getResponse()?.getStatus()).toBe(500);
  });

  it('without a channel is endorsed by nobody', () => {
    expect(answer(200, '').hasEndorsement()).toBe(false);
    expect(answer(200, '').getResponse()?.getStatus()).toBe(200);
  });

  it('of what went wrong in the peer has words and nothing else', () => {
    expect(peer.ProposalResponse.deserializeBinary(refuseProposal("channel 'x' not found")).toObject()).toMatchObject({ response: { status: 500, message: "channel 'x' not found", payload: '' }, payload: '', endorsement: undefined });
  });
});

describe('a prepared transaction', () => {
  const respond = (signer: TestIdentity, payload = responsePayload()) => ({ payload, endorsement: endorse(payload, signer) });
  const read = (payload: Uint8Array) => unpackTransaction(envelope.encode({ payload, signature: Buffer.from('s') }), () => ['basic']);

  it('holds each endorser once, the proposal as it came and the response as it was signed', () => {
    const made = read(prepareTransaction(proposal, [respond(peers[0]), respond(peers[1]), respond(peers[0])]));
    expect(made.endorsements.map((one) => Buffer.from(one.endorser).toString('hex'))).toEqual(peers.map((one) => Buffer.from(one.serialized).toString('hex')));
    expect(Buffer.from(made.responsePayload).equals(responsePayload())).toBe(true);
    expect(Buffer.from(made.headerBytes.channelHeader).equals(proposal.channelHeaderBytes)).toBe(true);
    expect(Buffer.from(made.headerBytes.signatureHeader).equals(proposal.signatureHeaderBytes)).toBe(true);
    expect(unpackProposal(proposal).txId).toBe(made.channelHeader.txId);
  });

  it('is not made of responses that differ in anything', () => {
    const others = [responsePayload({ results: Buffer.from('other') }), responsePayload({ response: { ...ok, message: '' } }), responsePayload({ chaincode: { name: 'basic', version: '1.1' } })];
    for (const other of others) {
      expect(() => prepareTransaction(proposal, [respond(peers[0]), respond(peers[1], other)])).toThrow(ResponsesDiffer);
      expect(() => prepareTransaction(proposal, [respond(peers[0]), respond(peers[1], other)])).toThrow(/^ProposalResponsePayloads do not match$/);
    }
  });

  it('is not made of nothing, nor of more than a transaction may hold', () => {
    expect(() => prepareTransaction(proposal, [])).toThrow(RangeError);
    expect(() => prepareTransaction(proposal, Array.from({ length: 201 }, () => respond(peers[0])))).toThrow(RangeError);
  });
});
