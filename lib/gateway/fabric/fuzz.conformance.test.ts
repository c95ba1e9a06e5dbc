import { status, type Client, type ServiceError } from '@grpc/grpc-js';
import { common, gateway as gatewayMessages, peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom, loadFabricTesting } from '@/lib/ledger/testing';
import { openTestDoor, type TestDoor } from './testing/open-test-door';
import { callStream, callUnary, proposalOf, seekOf, signedEventsRequest, signedStatusRequest, signEnvelope, type Bytes, type Signer } from './testing/raw-client';

const SEED = 20_261_202;
const CASES = 75;
/** Cases that are under way at a time. */
const PARALLEL = 25;
type Random = ReturnType<typeof createRandom>;

let test: TestDoor;
let client: Client;
let user: Signer;
beforeAll(async () => {
  test = await openTestDoor();
  client = test.dial();
  user = test.city.issue('Org1MSP', 'client');
}, 60_000);
afterAll(() => test.close());

const channelId = 'mychannel';

/** A good request of a method: what its client signs, and the request around it. */
interface Parts {
  readonly signed: Bytes;
  readonly wrap: (signed: Bytes) => Bytes;
}

/** How a method is called well. */
interface Method {
  readonly path: string;
  readonly parts: () => Promise<Parts>;
  readonly isStream?: boolean;
  /** What waits for something to come is not waited for longer. */
  readonly waitsMs?: number;
}

function proposing(wrap: (proposal: peer.SignedProposal) => Bytes): Method['parts'] {
  return async () => ({
    signed: proposalOf(user, { channelId, args: ['get', 'a'] }).getProposalBytes_asU8(),
    wrap(bytes) {
      const signed = new peer.SignedProposal();
      signed.setProposalBytes(bytes);
      signed.setSignature(user.sign(bytes));
      return wrap(signed);
    },
  });
}

/** A transaction that the channel's peers endorsed, which only its creator has to sign. */
async function transaction(): Promise<Parts> {
  const endorsed = await test.connect('Org1MSP', 'client', user).getNetwork(channelId).getContract('basic').newProposal('put', { arguments: ['b', '1'] }).endorse();
  const payload = gatewayMessages.PreparedTransaction.deserializeBinary(endorsed.getBytes()).getEnvelope()?.getPayload_asU8() ?? Buffer.alloc(0);
  return { signed: payload, wrap: (bytes) => signEnvelope(user, bytes) };
}

/** The same where only what its endorsers answered is damaged: it gets into a block. */
async function ordered(): Promise<Parts> {
  const { signed } = await transaction();
  const payload = common.Payload.deserializeBinary(signed);
  return {
    signed: payload.getData_asU8(),
    wrap(data) {
      payload.setData(data);
      return signEnvelope(user, payload.serializeBinary());
    },
  };
}

async function asking(request: Bytes, type: { deserializeBinary(bytes: Bytes): { getRequest_asU8(): Bytes } }): Promise<Parts> {
  return {
    signed: type.deserializeBinary(request).getRequest_asU8(),
    wrap(bytes) {
      const signed = new gatewayMessages.SignedCommitStatusRequest();
      signed.setRequest(bytes);
      signed.setSignature(user.sign(bytes));
      return signed.serializeBinary();
    },
  };
}

const methods: readonly Method[] = [
  {
    path: '/gateway.Gateway/Evaluate',
    parts: proposing((proposal) => {
      const request = new gatewayMessages.EvaluateRequest();
      request.setProposedTransaction(proposal);
      return request.serializeBinary();
    }),
  },
  {
    path: '/gateway.Gateway/Endorse',
    parts: proposing((proposal) => {
      const request = new gatewayMessages.EndorseRequest();
      request.setProposedTransaction(proposal);
      return request.serializeBinary();
    }),
  },
  {
    path: '/gateway.Gateway/Submit',
    async parts() {
      const { signed, wrap } = await transaction();
      return {
        signed,
        wrap(bytes) {
          const request = new gatewayMessages.SubmitRequest();
          request.setChannelId(channelId);
          request.setPreparedTransaction(common.Envelope.deserializeBinary(wrap(bytes)));
          return request.serializeBinary();
        },
      };
    },
  },
  { path: '/gateway.Gateway/CommitStatus', parts: () => asking(signedStatusRequest(user, channelId, 'ab'), gatewayMessages.SignedCommitStatusRequest), waitsMs: 300 },
  { path: '/protos.Endorser/ProcessProposal', parts: proposing((proposal) => proposal.serializeBinary()) },
  { path: '/gateway.Gateway/ChaincodeEvents', parts: () => asking(signedEventsRequest(user, channelId), gatewayMessages.SignedChaincodeEventsRequest), isStream: true, waitsMs: 300 },
  { path: '/orderer.AtomicBroadcast/Broadcast', parts: ordered, isStream: true },
  ...['/protos.Deliver/Deliver', '/protos.Deliver/DeliverFiltered', '/protos.Deliver/DeliverWithPrivateData', '/orderer.AtomicBroadcast/Deliver'].map((path) => ({
    path,
    parts: async () => ({ signed: common.Envelope.deserializeBinary(seekOf(user, { channelId, to: 1 })).getPayload_asU8(), wrap: (bytes: Bytes) => signEnvelope(user, bytes) }),
    isStream: true,
    waitsMs: 300,
  })),
];

/** A good request with something wrong somewhere: bits, lengths, pieces that are gone, twice or of another place. */
function damage(good: Bytes, random: Random): Bytes {
  let bytes = Buffer.from(good);
  for (let hits = 1 + random.below(3); hits > 0; hits -= 1) {
    const [at, length] = [random.below(bytes.length || 1), 1 + random.below(12)];
    const piece = bytes.subarray(at, at + length);
    switch (random.below(6)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
        bytes = bytes.subarray(0, at);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random.below(bytes.length || 1)).subarray(0, length), bytes.subarray(at)]);
        break;
      default:
        // A length or a number that is as large as it can be.
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from('ffffffffffffffffff01', 'hex').subarray(0, length), bytes.subarray(at)]);
    }
  }
  return bytes;
}

/** What a service of Fabric's may answer to whatever bytes; INTERNAL only for what is no message at all. */
const allowed = new Set<number>([status.OK, status.UNKNOWN, status.INVALID_ARGUMENT, status.DEADLINE_EXCEEDED, status.PERMISSION_DENIED, status.FAILED_PRECONDITION, status.ABORTED, status.UNAVAILABLE, status.NOT_FOUND]);
const isRightly = ({ code, details }: ServiceError): boolean => allowed.has(code) || (code === status.INTERNAL && details.startsWith('grpc: error unmarshalling request: proto: '));

async function send({ path, isStream = false, waitsMs }: Method, request: Bytes): Promise<ServiceError | undefined> {
  if (isStream) return (await callStream(client, path, [request], waitsMs)).error;
  const answer = await callUnary(client, path, request, waitsMs);
  return answer instanceof Error ? answer : undefined;
}

/** Two of three are signed as they are, damage and all: what looks behind the signature sees it. */
function spoil({ signed, wrap }: Parts, random: Random): Bytes {
  const kind = random.below(9);
  if (kind === 0) return damage(Buffer.alloc(random.below(60), random.below(256)), random);
  return kind < 3 ? damage(wrap(signed), random) : wrap(damage(signed, random));
}

describe(`bytes that are almost a request (seed ${SEED})`, () => {
  it.each(methods)('get an answer of Fabric’s from $path, which goes on', async (method) => {
    const random = createRandom(SEED);
    for (let done = 0; done < CASES; done += PARALLEL) {
      const good = await Promise.all(Array.from({ length: PARALLEL }, () => method.parts()));
      const requests = good.map((one) => spoil(one, random));
      const errors = await Promise.all(requests.map((request) => send(method, request)));
      for (const [index, error] of errors.entries()) if (error !== undefined) expect(isRightly(error), `${error.message} for ${Buffer.from(requests[index] ?? []).toString('hex')}`).toBe(true);
    }
    expect(test.failures).toEqual([]);
    expect(Buffer.from(await test.contract().evaluateTransaction('get', 'a')).toString()).toBe('nothing');
  }, 60_000);

  it('come into blocks as what they are, and an auditor says so, too', async () => {
    const { height } = test.city.host.head(test.city.chain);
    const events = await test.connect().getNetwork(channelId).getBlockEvents({ startBlock: 0n });
    const blocks: Uint8Array[] = [];
    for await (const block of events) {
      blocks.push(block.serializeBinary());
      if (blocks.length > height) break;
    }
    events.close();
    const { auditBlocks } = await loadFabricTesting();
    const { findings, transactions, judged } = auditBlocks(blocks);
    // This peer carries no orderer: nobody signs its copies.
    expect(findings.filter((words) => !words.endsWith('is signed by nobody'))).toEqual([]);
    expect(transactions - judged).toBeGreaterThan(CASES / 4);
  });
});
