import { status, type ClientDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { gateway as gatewayMessages, orderer, peer } from '@hyperledger/fabric-protos';
import http2 from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openTestDoor, type TestDoor } from './testing/open-test-door';
import { callUnary, seekOf, signEnvelope, type Bytes, type Seek } from './testing/raw-client';

let test: TestDoor;
afterEach(() => test.close());

const asIs = (bytes: Bytes): Buffer => Buffer.from(bytes);

/** Everything that a stream says until it ends: answers, then the status. */
function openStream(path: string): { readonly call: ClientDuplexStream<Bytes, Buffer>; readonly answers: Buffer[]; readonly over: Promise<ServiceError | undefined> } {
  const call = test.dial().makeBidiStreamRequest<Bytes, Buffer>(path, asIs, (bytes) => bytes);
  const answers: Buffer[] = [];
  call.on('data', (bytes: Buffer) => void answers.push(bytes));
  const over = new Promise<ServiceError | undefined>((resolve) => {
    call.on('error', resolve);
    call.on('end', () => resolve(undefined));
  });
  return { call, answers, over };
}

interface Wanted extends Partial<Seek> {
  /** Whether no organisation of the channel knows the reader. */
  readonly isStrange?: boolean;
}

function seek({ isStrange = false, ...wanted }: Wanted): Bytes {
  const reader = isStrange ? test.city.issueStrange('Org1MSP', 'client') : test.city.issue('Org1MSP', 'client');
  return seekOf(reader, { channelId: test.city.channelId, ...wanted });
}

const blockOf = (bytes: Buffer) => peer.DeliverResponse.deserializeBinary(bytes).getBlock()?.getHeader()?.getNumber();
const statusOf = (bytes: Buffer | undefined) => peer.DeliverResponse.deserializeBinary(bytes ?? Buffer.alloc(0)).getStatus();

/** Waits for what must come, without saying how soon. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(10);
}

describe('streams of blocks', () => {
  it.each(['/protos.Deliver/Deliver', '/orderer.AtomicBroadcast/Deliver'])('a range ends with SUCCESS, and the next one may be asked for (%s)', async (path) => {
    test = await openTestDoor();
    const { call, answers, over } = openStream(path);
    call.write(seek({ from: 0, to: 1 }));
    await until(() => answers.length === 3);
    call.write(seek({ from: 2, to: 2 }));
    call.end();
    expect(await over).toBeUndefined();
    expect(answers.map(blockOf)).toEqual([0, 1, undefined, 2, undefined]);
    expect([statusOf(answers[2]), statusOf(answers[4])]).toEqual([200, 200]);
  });

  it('one whose client said all it had to goes on while it follows', async () => {
    test = await openTestDoor();
    const height = test.city.host.head(test.city.chain).height + 1;
    const { call, answers } = openStream('/protos.Deliver/DeliverFiltered');
    call.write(seek({ from: height }));
    call.end();
    await sleep(50);
    await test.contract().submitTransaction('put', 'a', '1');
    await until(() => answers.length === 1);
    expect(peer.DeliverResponse.deserializeBinary(answers[0] ?? Buffer.alloc(0)).getFilteredBlock()?.getNumber()).toBe(height);
    call.cancel();
  });

  it.each([
    ['a block that is not there, when it will not wait', { from: 900, failIfNotReady: true }, 404],
    ['the end before the start', { from: 2, to: 1 }, 400],
    ['a channel that is not here', { channelId: 'elsewhere' }, 404],
    ['who is no reader', { isStrange: true }, 403],
    ['a request of yesterday', { ageMs: 86_400_000 }, 400],
  ])('refuses %s', async (_name, wanted, code) => {
    test = await openTestDoor();
    const { call, answers, over } = openStream('/protos.Deliver/Deliver');
    call.write(seek(wanted));
    await over;
    expect(answers.map(statusOf)).toEqual([code]);
  });

  it('no longer sends once the reader’s certificate ended', async () => {
    test = await openTestDoor();
    const height = test.city.host.head(test.city.chain).height + 1;
    const { call, answers, over } = openStream('/protos.Deliver/Deliver');
    call.write(seek({ from: height - 1 }));
    await until(() => answers.length === 1);
    const writer = test.city.issue('Org1MSP', 'client', Date.UTC(2060, 0, 1));
    const transaction = await test.connect('Org1MSP', 'client', writer).getNetwork(test.city.channelId).getContract('basic').newProposal('put', { arguments: ['a', '2'] }).endorse();
    test.city.clock = () => Date.UTC(2050, 0, 1);
    await transaction.submit();
    await over;
    expect(answers.map(statusOf).at(-1)).toBe(403);
  });

  it('no longer tells events once the reader’s certificate ended', async () => {
    test = await openTestDoor();
    const network = test.connect().getNetwork(test.city.channelId);
    const events = await network.getChaincodeEvents('basic');
    const told = (async () => {
      const names: string[] = [];
      try {
        for await (const { eventName } of events) names.push(eventName);
      } catch (error) {
        return [...names, (error as { code?: number }).code];
      }
      return names;
    })();
    const writer = test.connect('Org1MSP', 'client', test.city.issue('Org1MSP', 'client', Date.UTC(2060, 0, 1))).getNetwork(test.city.channelId).getContract('basic');
    await writer.submitTransaction('event', 'first', '1');
    const late = await writer.newProposal('event', { arguments: ['second', '2'] }).endorse();
    test.city.clock = () => Date.UTC(2050, 0, 1);
    await late.submit();
    expect(await told).toEqual(['first', status.PERMISSION_DENIED]);
  });

  it('gives back the seats of readers that left', async () => {
    test = await openTestDoor();
    for (let round = 0; round < 40; round += 1) {
      const { call, answers } = openStream('/protos.Deliver/Deliver');
      call.write(seek({ from: 0, to: 900 }));
      await until(() => answers.length > 0);
      call.cancel();
      await sleep(5);
    }
    const { call, answers } = openStream('/protos.Deliver/Deliver');
    call.write(seek({ from: 0, to: 0 }));
    await until(() => answers.length === 2);
    expect(answers.map(statusOf)).toEqual([0, 200]);
    call.cancel();
  });
});

describe('orderers and endorsers of the command line', () => {
  it('orders an envelope that a client signed, once and again', async () => {
    test = await openTestDoor();
    const { call, answers, over } = openStream('/orderer.AtomicBroadcast/Broadcast');
    const envelope = await signedEnvelope();
    call.write(envelope);
    call.write(envelope);
    await until(() => answers.length === 2);
    call.write(Buffer.from('0a0301', 'hex'));
    await over;
    const read = answers.map((bytes) => orderer.BroadcastResponse.deserializeBinary(bytes)).map((one) => [one.getStatus(), one.getInfo()]);
    expect(read).toEqual([[200, ''], [200, ''], [400, expect.stringContaining('could not determine channel ID')]]);
  });

  it('does not endorse a proposal whose transaction is in a block', async () => {
    test = await openTestDoor();
    const contract = test.contract();
    const proposal = contract.newProposal('put', { arguments: ['r', '1'] });
    await (await (await proposal.endorse()).submit()).getStatus();
    const again = await proposal.evaluate().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(String(again)).toContain('duplicate transaction found');
  });

  it('answers a proposal that is none with the endorser’s words', async () => {
    test = await openTestDoor();
    expect(await callUnary(test.dial(), '/protos.Endorser/ProcessProposal', Buffer.alloc(0))).toMatchObject({ code: status.UNKNOWN });
  });
});

/** Bytes of an envelope as the client would submit it. */
async function signedEnvelope(): Promise<Bytes> {
  const user = test.city.issue('Org1MSP', 'client');
  const transaction = await test.connect('Org1MSP', 'client', user).getNetwork(test.city.channelId).getContract('basic').newProposal('put', { arguments: ['b', '1'] }).endorse();
  const payload = gatewayMessages.PreparedTransaction.deserializeBinary(transaction.getBytes()).getEnvelope()?.getPayload_asU8() ?? new Uint8Array(0);
  return signEnvelope(user, payload);
}

describe('a hostile client', () => {
  it('gets an error for a request that is too large, and the door stays open', async () => {
    test = await openTestDoor();
    expect(await callUnary(test.dial(), '/gateway.Gateway/Evaluate', Buffer.alloc(4 * 1024 * 1024))).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    expect(Buffer.from(await test.contract().evaluateTransaction('get', 'x')).toString()).toBe('nothing');
  });

  it('that reads nothing makes the door read no further ahead than one answer, and is given up', async () => {
    test = await openTestDoor({ stalledMs: 300 });
    let read = 0;
    const { query } = test.city.host;
    test.city.host.query = (chain, request, ...rest) => {
      if ((request as { kind?: string }).kind === 'block') read += 1;
      return query.call(test.city.host, chain, request, ...rest);
    };
    const contract = test.contract();
    for (let count = 0; count < 8; count += 1) await contract.submitTransaction('put', 'large', 'x'.repeat(900_000));
    // The bare protocol: gRPC's own client takes in whatever comes.
    const session = http2.connect(`https://localhost:${test.door.port}`, { ca: test.root });
    const stream = session.request({ ':method': 'POST', ':path': '/protos.Deliver/Deliver', 'content-type': 'application/grpc', te: 'trailers' });
    const request = seek({ from: 0, to: 900 });
    const head = Buffer.alloc(5);
    head.writeUInt32BE(request.length, 1);
    stream.write(Buffer.concat([head, request]));
    const over = new Promise<void>((resolve) => {
      stream.on('error', () => resolve());
      stream.on('close', () => resolve());
    });
    session.on('error', () => undefined);
    await over;
    session.destroy();
    const blocks = test.city.host.head(test.city.chain).height + 1;
    expect(blocks - read).toBeGreaterThan(4);
  });

  it('hears UNAVAILABLE when the door closes over its stream', async () => {
    test = await openTestDoor();
    const { call, answers, over } = openStream('/protos.Deliver/Deliver');
    call.write(seek({ from: 0, to: 900 }));
    await until(() => answers.length > 1);
    await test.door.close();
    expect(await over).toMatchObject({ code: status.UNAVAILABLE });
  });
});
