import { status, type Client, type ServiceError } from '@grpc/grpc-js';
import { GatewayError, type Transaction } from '@hyperledger/fabric-gateway';
import { common, gateway as gatewayMessages, orderer, peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFabricTesting } from '@/lib/ledger/testing';
import { openTestDoor, type TestDoor } from './testing/open-test-door';
import { callStream, callUnary, envelopeOf, proposalOf, seekOf, signedEventsRequest, signedStatusRequest, signEnvelope, type Bytes, type Signer } from './testing/raw-client';

let test: TestDoor;
let client: Client;
beforeAll(async () => {
  test = await openTestDoor();
  client = test.dial();
}, 60_000);
afterAll(() => test.close());

/** The same in few words for each service: gRPC's code or the status of an answer, then what is said. */
type Said = readonly [code: number, ...words: string[]];

const isError = (answer: Buffer | ServiceError): answer is ServiceError => answer instanceof Error;
function said(answer: Buffer | ServiceError): Said {
  if (!isError(answer)) return [status.OK];
  const [details] = answer.metadata.get('grpc-status-details-bin');
  return [answer.code, answer.details, ...(details === undefined ? [] : [Buffer.from(details).toString('latin1')])];
}

/** What each service says to somebody, about a channel. */
const ask: Readonly<Record<string, (signer: Signer, channelId: string) => Promise<Said>>> = {
  async evaluate(signer, channelId) {
    const request = new gatewayMessages.EvaluateRequest();
    request.setProposedTransaction(proposalOf(signer, { channelId }));
    return said(await callUnary(client, '/gateway.Gateway/Evaluate', request.serializeBinary()));
  },
  async endorse(signer, channelId) {
    const request = new gatewayMessages.EndorseRequest();
    request.setProposedTransaction(proposalOf(signer, { channelId, args: ['put', 'a', '1'] }));
    return said(await callUnary(client, '/gateway.Gateway/Endorse', request.serializeBinary()));
  },
  async submit(signer, channelId) {
    const request = new gatewayMessages.SubmitRequest();
    request.setChannelId(channelId);
    request.setPreparedTransaction(common.Envelope.deserializeBinary(await envelopeBy(signer, channelId)));
    return said(await callUnary(client, '/gateway.Gateway/Submit', request.serializeBinary()));
  },
  commitStatus: async (signer, channelId) => said(await callUnary(client, '/gateway.Gateway/CommitStatus', signedStatusRequest(signer, channelId, 'ab'))),
  async events(signer, channelId) {
    const { error } = await callStream(client, '/gateway.Gateway/ChaincodeEvents', [signedEventsRequest(signer, channelId)]);
    return error === undefined ? [status.OK] : said(error);
  },
  async propose(signer, channelId) {
    const answer = await callUnary(client, '/protos.Endorser/ProcessProposal', proposalOf(signer, { channelId }).serializeBinary());
    if (isError(answer)) return said(answer);
    const response = peer.ProposalResponse.deserializeBinary(answer).getResponse();
    return [response?.getStatus() ?? 0, response?.getMessage() ?? ''];
  },
  async broadcast(signer, channelId) {
    const { answers } = await callStream(client, '/orderer.AtomicBroadcast/Broadcast', [await envelopeBy(signer, channelId)]);
    const answer = orderer.BroadcastResponse.deserializeBinary(answers[0] ?? Buffer.alloc(0));
    return [answer.getStatus(), answer.getInfo()];
  },
  ...Object.fromEntries(
    ['/protos.Deliver/Deliver', '/protos.Deliver/DeliverFiltered', '/protos.Deliver/DeliverWithPrivateData', '/orderer.AtomicBroadcast/Deliver'].map((path) => [
      path,
      async (signer: Signer, channelId: string): Promise<Said> => {
        const { answers } = await callStream(client, path, [seekOf(signer, { channelId, to: 0 })]);
        return [peer.DeliverResponse.deserializeBinary(answers.at(-1) ?? Buffer.alloc(0)).getStatus()];
      },
    ]),
  ),
};

/** A transaction that is in order but for who signs it, or for its channel. */
async function envelopeBy(signer: Signer, channelId: string): Promise<Bytes> {
  const proposal = peer.Proposal.deserializeBinary(proposalOf(signer, { channelId }).getProposalBytes_asU8());
  return envelopeOf(signer, common.Header.deserializeBinary(proposal.getHeader_asU8()), Buffer.alloc(0));
}

const DELIVERS = ['/protos.Deliver/Deliver', '/protos.Deliver/DeliverFiltered', '/protos.Deliver/DeliverWithPrivateData', '/orderer.AtomicBroadcast/Deliver'];
const noPolicy = (name: string): string => `implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the '${name}' sub-policies to be satisfied`;
const noReader: Said = [status.PERMISSION_DENIED, `Failed evaluating policy on signed data during check policy on channel [mychannel] with policy [/Channel/Application/Readers]: [${noPolicy('Readers')}]`];
const noWriter = `${noPolicy('Writers')}: permission denied`;

/** Who is refused by signature, policy or authority: alike but for what the endorser says. */
const outsider = (words: string): Record<string, Said> => ({
  evaluate: [status.FAILED_PRECONDITION, `evaluate call to endorser returned error: ${words}`, words],
  endorse: [status.ABORTED, 'failed to endorse transaction, see attached details for more info', words],
  submit: [status.ABORTED, `received unsuccessful response from orderer: status=FORBIDDEN, info=${noWriter}`],
  commitStatus: noReader,
  events: noReader,
  propose: [status.UNKNOWN, words],
  broadcast: [403, noWriter],
  ...Object.fromEntries(DELIVERS.map((path) => [path, [403]])),
});
const noChannel = 'failed to get config for channel [elsewhere]: could not get last config for channel elsewhere';
const unknown = 'error validating proposal: access denied: channel [mychannel] creator org unknown, creator is malformed';
const invalid = 'error validating proposal: access denied: channel [mychannel] creator org [Org1MSP]';
const expired = 'proposal client identity expired';

const refusals: readonly [who: string, sign: () => Signer, channelId: string, Record<string, Said>][] = [
  [
    'about a channel that is not here',
    () => test.city.issue('Org1MSP', 'client'),
    'elsewhere',
    {
      evaluate: [status.UNAVAILABLE, noChannel],
      endorse: [status.FAILED_PRECONDITION, 'no combination of peers can be derived which satisfy the endorsement policy: No metadata was found for chaincode basic in channel elsewhere'],
      submit: [status.FAILED_PRECONDITION, noChannel],
      commitStatus: [status.PERMISSION_DENIED, 'Failed to get policy manager for channel [elsewhere]'],
      events: [status.PERMISSION_DENIED, 'Failed to get policy manager for channel [elsewhere]'],
      propose: [500, "channel 'elsewhere' not found"],
      broadcast: [400, 'channel creation request not allowed because the orderer system channel is not defined'],
      ...Object.fromEntries(DELIVERS.map((path) => [path, [404]])),
    },
  ],
  ['an organisation that is not in the channel', () => test.city.issueStrange('Org9MSP', 'client'), 'mychannel', outsider(unknown)],
  ['somebody of another authority under a known name', () => test.city.issueStrange('Org1MSP', 'client'), 'mychannel', outsider(unknown)],
  ['somebody whose certificate was taken back', () => test.city.revoked, 'mychannel', outsider(invalid)],
  [
    'somebody whose certificate ended',
    () => test.city.issue('Org1MSP', 'client', Date.UTC(2026, 0, 2)),
    'mychannel',
    {
      evaluate: [status.UNAVAILABLE, 'failed to evaluate transaction, see attached details for more info', expired],
      endorse: [status.ABORTED, 'failed to endorse transaction, see attached details for more info', expired],
      submit: [status.ABORTED, 'received unsuccessful response from orderer: status=BAD_REQUEST, info=broadcast client identity expired'],
      propose: [status.UNKNOWN, expired],
      broadcast: [400, 'broadcast client identity expired'],
      ...Object.fromEntries(DELIVERS.map((path) => [path, [403]])),
    },
  ],
];

describe('each service refuses, with Fabric’s own code and words,', () => {
  it.each(refusals)('%s', async (_who, sign, channelId, expected) => {
    const signer = sign();
    for (const [service, [code, words, detail]] of Object.entries(expected)) {
      const [got, ...more] = (await ask[service]?.(signer, channelId)) ?? [-1];
      expect([service, got, more[0]], service).toEqual([service, code, words]);
      if (detail !== undefined) expect(more[1], service).toContain(`org1msp.test:7051\x12\x07Org1MSP\x1a${String.fromCharCode(detail.length)}${detail}`);
    }
  });

  it('but tells somebody whose certificate ended what became of a transaction, as Fabric does', async () => {
    const commit = await test.contract().submitAsync('put', { arguments: ['told', '1'] });
    expect((await commit.getStatus()).successful).toBe(true);
    const late = test.city.issue('Org1MSP', 'client', Date.UTC(2026, 0, 2));
    expect(said(await callUnary(client, '/gateway.Gateway/CommitStatus', signedStatusRequest(late, test.city.channelId, commit.getTransactionId())))).toEqual([status.OK]);
  });

  it('and none of them takes up the quota of the channel', async () => {
    const { city } = test;
    const { quota } = city;
    const taken: string[] = [];
    city.quota = { takeRequest: () => void taken.push('request'), takeTransaction: (...args) => (taken.push('transaction'), quota.takeTransaction(...args)) };
    try {
      for (const [, sign, channelId, expected] of refusals) for (const service of Object.keys(expected)) await ask[service]?.(sign(), channelId);
      expect(taken).toEqual([]);
      expect((await ask.evaluate?.(city.issue('Org1MSP', 'client'), city.channelId))?.[0]).toBe(status.OK);
      expect(taken).toEqual(['request']);
    } finally {
      city.quota = quota;
    }
  });

  it('and bothers other hosts only with what a member of the channel signed', async () => {
    let asked = 0;
    const nobody = async () => ((asked += 1), []);
    const own = await openTestDoor({}, { elsewhere: { known: nobody, fresh: nobody } });
    try {
      const elsewhere = async (signer: Signer) => {
        const evaluate = new gatewayMessages.EvaluateRequest();
        evaluate.setProposedTransaction(proposalOf(signer, { channelId: own.city.channelId }));
        evaluate.setTargetOrganizationsList(['Org9MSP']);
        const endorse = new gatewayMessages.EndorseRequest();
        endorse.setProposedTransaction(evaluate.getProposedTransaction());
        endorse.setEndorsingOrganizationsList(['Org9MSP']);
        const before = asked;
        for (const [method, request] of [['Evaluate', evaluate], ['Endorse', endorse]] as const) expect(isError(await callUnary(own.dial(), `/gateway.Gateway/${method}`, request.serializeBinary()))).toBe(true);
        return asked - before;
      };
      for (const stranger of [own.city.issueStrange('Org1MSP', 'client'), own.city.issueStrange('Org9MSP', 'client'), own.city.revoked, own.city.issue('Org1MSP', 'client', Date.UTC(2026, 0, 2))]) expect(await elsewhere(stranger)).toBe(0);
      expect(await elsewhere(own.city.issue('Org1MSP', 'client'))).toBeGreaterThan(0);
    } finally {
      await own.close();
    }
  });

  it('and what is about no channel counts for the organisation whose member asks: no plan of a channel would', async () => {
    const { city } = test;
    const asked: string[] = [];
    const proposal = (signer: Signer) => callUnary(client, '/protos.Endorser/ProcessProposal', proposalOf(signer, { channelId: '', chaincode: 'cscc', args: ['GetChannels'] }).serializeBinary());
    city.takeLocalRequest = (mspId) => (asked.push(mspId) > 1 ? { message: 'enough for now' } : undefined);
    try {
      for (const stranger of [city.issueStrange('Org1MSP', 'admin'), city.issueStrange('Org9MSP', 'admin'), city.issue('Org1MSP', 'admin', Date.UTC(2026, 0, 2))]) await proposal(stranger);
      expect(asked).toEqual([]);
      expect(said(await proposal(city.issue('Org1MSP', 'admin')))[0]).toBe(status.OK);
      expect(said(await proposal(city.issue('Org1MSP', 'admin'))).slice(0, 2)).toEqual([status.RESOURCE_EXHAUSTED, 'enough for now']);
      expect(asked).toEqual(['Org1MSP', 'Org1MSP']);
    } finally {
      city.takeLocalRequest = () => undefined;
    }
  });

  it('what is no method, and a call that says nothing', async () => {
    const answer = await callUnary(client, '/gateway.Gateway/Guess', Buffer.alloc(0));
    expect(isError(answer) && answer.code).toBe(status.UNIMPLEMENTED);
    for (const path of ['/gateway.Gateway/Evaluate', '/gateway.Gateway/ChaincodeEvents']) expect((await callStream(client, path, [])).error, path).toBeDefined();
    for (const path of ['/orderer.AtomicBroadcast/Broadcast', ...DELIVERS]) expect(await callStream(client, path, []), path).toEqual({ answers: [], error: undefined });
  });
});

describe('a transaction', () => {
  async function endorsed(key: string, value: string): Promise<{ readonly transaction: Transaction; readonly user: Signer }> {
    const user = test.city.issue('Org1MSP', 'client');
    const transaction = await test.connect('Org1MSP', 'client', user).getNetwork(test.city.channelId).getContract('basic').newProposal('put', { arguments: [key, value] }).endorse();
    return { transaction, user };
  }

  it('that is handed in again is taken as the first one, which stands', async () => {
    const { transaction } = await endorsed('again', '1');
    const first = await (await transaction.submit()).getStatus();
    await test.contract().submitTransaction('put', 'again', '2');
    const second = await (await transaction.submit()).getStatus();
    expect([second.successful, second.blockNumber]).toEqual([true, first.blockNumber]);
    expect(Buffer.from(await test.contract().evaluateTransaction('get', 'again')).toString()).toBe('2');
  });

  it('that is changed after its creator signed it is refused by both doors', async () => {
    const { transaction, user } = await endorsed('changed', '1');
    const payload = Buffer.from(gatewayMessages.PreparedTransaction.deserializeBinary(transaction.getBytes()).getEnvelope()?.getPayload_asU8() ?? []);
    const envelope = common.Envelope.deserializeBinary(signEnvelope(user, payload));
    const place = payload.indexOf('changed');
    payload[place] = 0x43;
    envelope.setPayload(payload);
    const { answers } = await callStream(client, '/orderer.AtomicBroadcast/Broadcast', [envelope.serializeBinary()]);
    expect(orderer.BroadcastResponse.deserializeBinary(answers[0] ?? Buffer.alloc(0)).getStatus()).toBe(403);
  });

  it('that not all sign whose policy asks for it is in a block, and not valid', async () => {
    const contract = test.connect().getNetwork(test.city.channelId).getContract('basic');
    const commit = await contract.submitAsync('put', { arguments: ['lonely', '1'], endorsingOrganizations: ['Org1MSP'] });
    expect(await commit.getStatus()).toMatchObject({ successful: false, code: 10 });
    expect(Buffer.from(await contract.evaluateTransaction('get', 'lonely')).toString()).toBe('nothing');
  });

  it('whose peers come to different results is not assembled', async () => {
    let count = 0;
    const basic = test.city.chaincodes.get('basic');
    if (basic === undefined) throw new Error('there is such a chaincode');
    test.city.chaincodes.set('basic', (args, world) => basic(args[0] === 'count' ? ['put', 'count', String((count += 1))] : args, world));
    const error: unknown = await test.contract().submitTransaction('count').catch((reason: unknown) => reason);
    if (!(error instanceof GatewayError)) throw error;
    expect([error.code, error.message]).toEqual([status.ABORTED, expect.stringContaining('failed to collect enough transaction endorsements, see attached details for more info')]);
    expect(error.details.map(({ mspId, message }) => [mspId, message])).toEqual([['Org2MSP', 'ProposalResponsePayloads do not match']]);
  });

  it('that read what another one of its block writes is in the block, and not valid; and an auditor agrees with all of this', async () => {
    const network = test.connect().getNetwork(test.city.channelId);
    const contract = network.getContract('basic');
    test.city.chaincodes.set('basic', async (_args, world) => {
      const before = Number(Buffer.from((await world.getState('', 'sum')) ?? []).toString() || 0);
      await world.putState('', 'sum', Buffer.from(String(before + 1)));
      return String(before + 1);
    });
    const all = await Promise.all(Array.from({ length: 4 }, () => contract.newProposal('add').endorse()));
    const states = await Promise.all(all.map(async (one) => (await one.submit()).getStatus()));
    expect(states.map(({ code }) => code).sort((a, b) => a - b)).toEqual([0, 11, 11, 11]);
    const height = test.city.host.head(test.city.chain).height;
    const blocks: Uint8Array[] = [];
    const events = await network.getBlockEvents({ startBlock: 0n });
    for await (const block of events) {
      blocks.push(block.serializeBinary());
      if (blocks.length > height) break;
    }
    events.close();
    const { auditBlocks } = await loadFabricTesting();
    const audit = auditBlocks(blocks);
    // This peer carries no orderer: nobody signs its copies.
    expect(audit.findings.filter((words) => !words.endsWith('is signed by nobody'))).toEqual([]);
    expect(audit.judged).toBeGreaterThan(8);
  });

  it('that is larger than the channel takes is refused with the size', async () => {
    const user = test.city.issue('Org1MSP', 'client');
    const { transaction } = await endorsed('size', '1');
    const payload = common.Payload.deserializeBinary(gatewayMessages.PreparedTransaction.deserializeBinary(transaction.getBytes()).getEnvelope()?.getPayload_asU8() ?? Buffer.alloc(0));
    payload.setData(Buffer.alloc(2 * 1024 * 1024));
    const { answers } = await callStream(client, '/orderer.AtomicBroadcast/Broadcast', [signEnvelope(user, payload.serializeBinary())]);
    const answer = orderer.BroadcastResponse.deserializeBinary(answers[0] ?? Buffer.alloc(0));
    expect([answer.getStatus(), answer.getInfo()]).toEqual([400, expect.stringMatching(/^message payload is \d+ bytes and exceeds maximum allowed 2097152 bytes$/)]);
  });
});
