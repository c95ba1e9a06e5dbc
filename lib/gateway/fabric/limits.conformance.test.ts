import { status, type Client, type ServiceError } from '@grpc/grpc-js';
import { gateway as gatewayMessages, orderer, peer } from '@hyperledger/fabric-protos';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
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

  it('of waits for a transaction that never comes is refused to who has them, and others’ transactions go through', async () => {
    test = await openTestDoor({}, { limits: { waitsPerIdentityMax: 2, waitsPerChannelMax: 3 } });
    const { channelId } = test.city;
    const [client, signer, other] = [test.dial(), test.city.issue('Org1MSP', 'client'), test.city.issue('Org2MSP', 'client')];
    const wait = (who: Signer) => callUnary(client, '/gateway.Gateway/CommitStatus', signedStatusRequest(who, channelId, 'ab'), 1_500);
    const waiting = [wait(signer), wait(signer)];
    const refused = 'too many wait for the status of transactions: ask again in a second';
    await expect.poll(async () => tooMany(await wait(signer)), patiently).toBe(refused);
    await test.contract().submitTransaction('put', 'w', '1');
    const others = wait(other);
    await expect.poll(async () => tooMany(await wait(test.city.issue('Org2MSP', 'client'))), patiently).toBe(refused);
    for (const one of await Promise.all([...waiting, others])) expect(one).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    await expect.poll(async () => tooMany(await wait(signer)), patiently).toBe(false);
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

describe('requests that are begun and not ended', () => {
  /** A connection on which HTTP/2 is spoken by hand: no client of gRPC would do this. */
  const open = (): Promise<ClientHttp2Session> =>
    new Promise((resolve, reject) => {
      const session = connectHttp2(`https://localhost:${test.door.port}`, { ca: test.root });
      session.on('connect', () => resolve(session));
      session.on('error', reject);
    });
  /** A request of which so much comes, of a message that is said to have so much. */
  const begin = (session: ClientHttp2Session, path: string, sent: number, said = sent + 1) => {
    const call = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' });
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(said, 1);
    call.write(Buffer.concat([prefix, Buffer.alloc(sent)]));
    const ended = new Promise<string>((resolve) => {
      let code = 'cut';
      for (const event of ['response', 'trailers'] as const) call.on(event, (headers: Record<string, unknown>) => (code = headers['grpc-status'] === undefined ? code : `${headers['grpc-status']} ${decodeURI(String(headers['grpc-message']))}`));
      call.on('error', () => undefined);
      call.on('close', () => resolve(code));
      call.resume();
    });
    return { call, ended };
  };
  const unary = '/gateway.Gateway/Endorse';

  it('hold no more memory than one connection’s share, and their bytes are free again when it goes', async () => {
    test = await openTestDoor({ heldBytesPerConnectionMax: 300_000 });
    const session = await open();
    const calls = Array.from({ length: 4 }, () => begin(session, unary, 100_000));
    expect(await Promise.race(calls.map(({ ended }) => ended))).toBe('8 the requests of this connection hold too much memory: let those before come to their end');
    // Who is on another connection is not asked to pay for it.
    expect(text(await test.contract().evaluateTransaction('get', 'x'))).toBe('nothing');
    session.destroy();
    const again = await open();
    const more = [begin(again, unary, 100_000), begin(again, unary, 100_000)];
    expect(await Promise.race([...more.map(({ ended }) => ended), sleep(300)])).toBeUndefined();
    again.destroy();
  });

  it('of many connections together cost the one that holds most, and nobody else', async () => {
    test = await openTestDoor({ heldBytesMax: 500_000 });
    const [greedy, modest] = [await open(), await open()];
    const cut = new Promise((resolve) => greedy.on('close', () => resolve('cut')));
    const little = begin(modest, unary, 100_000);
    for (let at = 0; at < 4; at += 1) begin(greedy, unary, 110_000);
    expect(await cut).toBe('cut');
    expect(await Promise.race([little.ended, sleep(200)])).toBeUndefined();
    expect(text(await test.contract().evaluateTransaction('get', 'x'))).toBe('nothing');
    modest.destroy();
  });

  it('end when they are not whole in time', async () => {
    test = await openTestDoor({ requestMs: 80 });
    const session = await open();
    expect(await begin(session, unary, 100).ended).toBe('4 the request did not come to its end in time');
    expect(await begin(session, '/gateway.Gateway/ChaincodeEvents', 100).ended).toBe('4 the request did not come to its end in time');
    session.destroy();
  });

  it('are refused as gRPC does when they are larger than their method’s may be, before they are whole', async () => {
    test = await openTestDoor();
    const session = await open();
    const question = begin(session, '/protos.Deliver/Deliver', 200_000, 1_000_000);
    expect(await question.ended).toMatch(/^8 grpc: received message larger than max \(\d+ vs\. 65536\)$/);
    expect(await callUnary(test.dial(), '/gateway.Gateway/CommitStatus', Buffer.alloc(70_000))).toMatchObject({ code: status.RESOURCE_EXHAUSTED, details: 'grpc: received message larger than max (70000 vs. 65536)' });
    session.destroy();
  });

  it('and those that were answered leave nothing behind: a connection goes on for ever', async () => {
    test = await openTestDoor({ heldBytesPerConnectionMax: 20_000 });
    const [client, signer] = [test.dial(), test.city.issue('Org1MSP', 'client')];
    for (let at = 0; at < 30; at += 1) expect(await evaluating(client, signer)).toBeInstanceOf(Buffer);
    const seek = seekOf(signer, { channelId: test.city.channelId, to: 0 });
    for (let at = 0; at < 3; at += 1) expect((await callStream(client, '/protos.Deliver/Deliver', Array.from({ length: 12 }, () => seek))).error).toBeUndefined();
  });
});

describe('a client that takes its time', () => {
  it('before it says what it wants, or between, is let go', async () => {
    test = await openTestDoor({ requestMs: 60 });
    const call = test.dial().makeBidiStreamRequest<Bytes, Buffer>('/protos.Deliver/Deliver', (bytes) => Buffer.from(bytes), (bytes) => bytes);
    const over = new Promise<string>((resolve) => {
      call.on('error', () => resolve('error'));
      call.on('end', () => resolve('end'));
    });
    call.on('data', () => undefined);
    expect(await over).toBe('end');
  });

  it('between two things that it wants is let go, too, and not while it is being answered', async () => {
    test = await openTestDoor({ nextRequestMs: 80 });
    const { channelId } = test.city;
    const signer = test.city.issue('Org1MSP', 'client');
    const asked = test.dial().makeBidiStreamRequest<Bytes, Buffer>('/protos.Deliver/Deliver', (bytes) => Buffer.from(bytes), (bytes) => bytes);
    const over = new Promise((resolve) => asked.on('end', () => resolve('end')));
    asked.on('data', () => undefined);
    asked.write(seekOf(signer, { channelId, to: 0 }));
    expect(await over).toBe('end');
    const follower = following(test.dial(), '/protos.Deliver/Deliver', seekOf(signer, { channelId }));
    const ended = new Promise((resolve) => follower.call.on('end', () => resolve('end')));
    await follower.first;
    expect(await Promise.race([ended, sleep(300)])).toBeUndefined();
    follower.call.cancel();
  });

  it('for a call longer than the door waits learns that the time is up, though its own deadline is later', async () => {
    test = await openTestDoor({ callMs: 150 });
    const request = signedStatusRequest(test.city.issue('Org1MSP', 'client'), test.city.channelId, 'ab');
    const answer = await callUnary(test.dial(), '/gateway.Gateway/CommitStatus', request);
    expect(answer).toMatchObject({ code: status.DEADLINE_EXCEEDED, details: 'context deadline exceeded' });
  });
});
