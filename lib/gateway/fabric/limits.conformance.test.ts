import { status, type Client, type ServiceError } from '@grpc/grpc-js';
import { gateway as gatewayMessages, orderer, peer } from '@hyperledger/fabric-protos';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createQueueBudget } from '@/lib/ledger';
import { openTestDoor, type TestDoor } from './testing/open-test-door';
import { callStream, callUnary, proposalOf, seekOf, signedEventsRequest, signedStatusRequest, signEnvelope, type Bytes, type Signer } from './testing/raw-client';

let test: TestDoor;
afterEach(() => test.close());

/** On a machine that has much else to do. */
const patiently = { timeout: 20_000 };
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

function evaluating(client: Client, signer: Signer, name = 'get'): Promise<Buffer | ServiceError> {
  const request = new gatewayMessages.EvaluateRequest();
  request.setProposedTransaction(proposalOf(signer, { channelId: test.city.channelId, args: [name, 'a'] }));
  return callUnary(client, '/gateway.Gateway/Evaluate', request.serializeBinary());
}

/** A stream that stays open until it is cancelled: resolves with its first answer, or with the error in its place. */
function following(client: Client, path: string, request: Bytes) {
  const call = client.makeBidiStreamRequest<Bytes, Buffer>(path, (bytes) => Buffer.from(bytes), (bytes) => bytes);
  call.write(request);
  const first = new Promise<Buffer | ServiceError>((resolve) => {
    call.on('data', resolve);
    call.on('error', resolve);
  });
  return { call, first };
}

const statusOf = (answer: Buffer | ServiceError) => (answer instanceof Error ? answer.code : peer.DeliverResponse.deserializeBinary(answer).getStatus());
const tooMany = (answer: Buffer | ServiceError | undefined) => answer instanceof Error && answer.code === status.RESOURCE_EXHAUSTED && answer.details;

describe('more than the door carries', () => {
  it('of calls is refused at once, and taken again when one is done', async () => {
    test = await openTestDoor({ callsMax: 2 });
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let entered = 0;
    test.city.chaincodes.set('basic', async () => {
      entered += 1;
      await gate;
      return 'done';
    });
    const [client, signer] = [test.dial(), test.city.issue('Org1MSP', 'client')];
    const held = [evaluating(client, signer), evaluating(client, signer)];
    await expect.poll(() => entered, patiently).toBe(2);
    expect(tooMany(await evaluating(test.dial(), test.city.issue('Org2MSP', 'client')))).toBe('too many calls are being carried out: try again in a second');
    open();
    expect((await Promise.all(held)).map((one) => one instanceof Error)).toEqual([false, false]);
    expect(await evaluating(client, signer)).toBeInstanceOf(Buffer);
  });

  it('of calls on one connection waits for the ones before, and other connections go ahead', async () => {
    test = await openTestDoor({ callsPerConnectionMax: 2 });
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const entered: string[] = [];
    test.city.chaincodes.set('basic', async ([name = '']) => {
      entered.push(name);
      await gate;
      return name;
    });
    const [client, signer] = [test.dial(), test.city.issue('Org1MSP', 'client')];
    const many = Array.from({ length: 5 }, () => evaluating(client, signer, 'greedy'));
    await expect.poll(() => entered.length, patiently).toBe(2);
    const other = evaluating(test.dial(), test.city.issue('Org1MSP', 'client'), 'modest');
    await expect.poll(() => entered, patiently).toContain('modest');
    expect(entered).toEqual(['greedy', 'greedy', 'modest']);
    open();
    expect((await Promise.all([...many, other])).every((one) => one instanceof Buffer)).toBe(true);
  });

  it('of streams is refused, while calls go on, and taken again when one is left', async () => {
    test = await openTestDoor({ streamsMax: 2 });
    const { channelId } = test.city;
    const [client, signer] = [test.dial(), test.city.issue('Org1MSP', 'client')];
    const streams = [following(client, '/protos.Deliver/Deliver', seekOf(signer, { channelId })), following(client, '/orderer.AtomicBroadcast/Deliver', seekOf(signer, { channelId }))];
    await Promise.all(streams.map(({ first }) => first));
    const more = await callStream(client, '/protos.Deliver/Deliver', [seekOf(signer, { channelId, to: 0 })]);
    expect(tooMany(more.error)).toBe('too many streams are open: try again later');
    expect(text(await test.contract().evaluateTransaction('get', 'x'))).toBe('nothing');
    streams[0]?.call.cancel();
    await expect.poll(async () => (await callStream(client, '/protos.Deliver/Deliver', [seekOf(signer, { channelId, to: 0 })])).error, patiently).toBeUndefined();
    streams[1]?.call.cancel();
  });

  it('of streams of one identity is refused, and others are not asked to pay for it', async () => {
    test = await openTestDoor({}, { limits: { streamsPerIdentityMax: 2 } });
    const { channelId } = test.city;
    const [client, signer, other] = [test.dial(), test.city.issue('Org1MSP', 'client'), test.city.issue('Org1MSP', 'client')];
    const follow = (who: Signer) => following(client, '/protos.Deliver/DeliverFiltered', seekOf(who, { channelId }));
    const streams = [follow(signer), follow(signer)];
    await Promise.all(streams.map(({ first }) => first));
    expect(statusOf(await follow(signer).first)).toBe(503);
    const { error } = await callStream(client, '/gateway.Gateway/ChaincodeEvents', [signedEventsRequest(signer, channelId)]);
    expect(tooMany(error)).toBe('too many streams of events and blocks are open: close one first');
    const others = follow(other);
    expect(statusOf(await others.first)).toBe(0);
    for (const { call } of [...streams, others]) call.cancel();
  });

  it('of connections is not let in, and who is in notices nothing', async () => {
    test = await openTestDoor({ connectionsMax: 8 });
    const contract = test.contract();
    expect(text(await contract.evaluateTransaction('get', 'x'))).toBe('nothing');
    const knock = (): Promise<TLSSocket | undefined> =>
      new Promise((resolve) => {
        const socket = connectTls({ host: '127.0.0.1', port: test.door.port, servername: 'localhost', ca: test.root, ALPNProtocols: ['h2'] }, () => resolve(socket));
        socket.on('error', () => resolve(undefined));
        socket.on('close', () => resolve(undefined));
      });
    // Some are taken by whoever deployed the chaincode.
    const inside: TLSSocket[] = [];
    for (let socket = await knock(); socket !== undefined; socket = await knock()) inside.push(socket);
    expect(inside.length).toBeLessThan(8);
    expect(text(await contract.evaluateTransaction('get', 'x'))).toBe('nothing');
    for (const socket of inside) socket.destroy();
  });

  it('of transactions in the queue is refused as by an orderer that cannot take more, and taken when there is room again', async () => {
    const queue = createQueueBudget(10);
    test = await openTestDoor({}, { queue });
    const user = test.city.issue('Org1MSP', 'client');
    const contract = test.connect('Org1MSP', 'client', user).getNetwork(test.city.channelId).getContract('basic');
    const transaction = await contract.newProposal('put', { arguments: ['q', '1'] }).endorse();
    const envelope = signEnvelope(user, gatewayMessages.PreparedTransaction.deserializeBinary(transaction.getBytes()).getEnvelope()?.getPayload_asU8() ?? Buffer.alloc(0));
    // As if other sub-chains of the process had filled it.
    queue.used += queue.max;
    const { answers } = await callStream(test.dial(), '/orderer.AtomicBroadcast/Broadcast', [envelope, envelope]);
    const read = answers.map((bytes) => orderer.BroadcastResponse.deserializeBinary(bytes)).map((one) => [one.getStatus(), one.getInfo()]);
    const full = expect.stringMatching(/^too many transactions wait for a block: try again in \d+ ms$/);
    expect(read).toEqual([[503, full]]);
    await expect(transaction.submit()).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED, cause: { details: full } });
    expect(text(await contract.evaluateTransaction('get', 'q'))).toBe('nothing');
    queue.used -= queue.max;
    expect((await (await transaction.submit()).getStatus()).successful).toBe(true);
    expect(text(await contract.evaluateTransaction('get', 'q'))).toBe('1');
  });
});

describe('a client that takes its time', () => {
  it('before it says what it wants, or between, is let go', async () => {
    test = await openTestDoor({ firstRequestMs: 60 });
    const call = test.dial().makeBidiStreamRequest<Bytes, Buffer>('/protos.Deliver/Deliver', (bytes) => Buffer.from(bytes), (bytes) => bytes);
    const over = new Promise<string>((resolve) => {
      call.on('error', () => resolve('error'));
      call.on('end', () => resolve('end'));
    });
    call.on('data', () => undefined);
    expect(await over).toBe('end');
  });

  it('for a call longer than the door waits learns that the time is up, though its own deadline is later', async () => {
    test = await openTestDoor({ callMs: 150 });
    const request = signedStatusRequest(test.city.issue('Org1MSP', 'client'), test.city.channelId, 'ab');
    const answer = await callUnary(test.dial(), '/gateway.Gateway/CommitStatus', request);
    expect(answer).toMatchObject({ code: status.DEADLINE_EXCEEDED, details: 'context deadline exceeded' });
  });
});
