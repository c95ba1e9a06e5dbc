import { Metadata, Server, ServerCredentials, status, type ServerDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { randomBytes } from 'node:crypto';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { channelLimits, type RefusalReason } from './index';
import { grpcFrame, openCall, openTestChannel, RawClient, TestAuthority, type Issued, type TestChannel } from './testing';
import { wire, type Frame, type Part } from './wire';

/** Machines are shared: slow is not wrong. */
vi.setConfig({ testTimeout: 120_000 });
const until = <T>(task: () => T | Promise<T>): Promise<T> => vi.waitFor(task, { timeout: 25_000, interval: 10 });

let authority: TestAuthority;
let issued: Issued;
let honest: TestChannel;
let victim: TestChannel;
let submitted: Uint8Array[];
/** Pages of blocks that were made. */
let pages: number;
const clients: RawClient[] = [];
beforeAll(async () => {
  authority = await TestAuthority.create();
  issued = await authority.issue('host_hostile');
});
beforeEach(async () => {
  submitted = [];
  pages = 0;
  victim = await openTestChannel({
    hostId: 'host_b',
    identity: await authority.identityOf('host_b'),
    // A connection whose other end does not answer any more is noticed soon.
    limits: { keepaliveMs: 500, keepaliveTimeoutMs: 5_000 },
    handlers: {
      submit: async (_, { transaction }) => (submitted.push(transaction), { state: 'held', id: '1' }),
      fetchBlocks: async () => ((pages += 1), [new Uint8Array(4 * 1024 * 1024)]),
    },
  });
  honest = await openTestChannel({ hostId: 'host_a', identity: await authority.identityOf('host_a') });
});
/** Whatever was done to it, the process lives and serves the others. */
afterEach(async () => {
  honest.channel.send(victim.remote, route, Uint8Array.of(42));
  await until(() => expect(victim.received.filter(({ hostId }) => hostId === 'host_a')).toHaveLength(1));
  for (const client of clients.splice(0)) client.close();
  await Promise.all([honest, victim].map(({ channel }) => channel.close(0)));
});

const route = { chain: 'tide-1', from: 'SIN', to: 'PAR' };
const { partBytesMax, messageBytesMax, transactionBytesMax } = channelLimits;

async function connect(): Promise<RawClient> {
  const client = await RawClient.connect(victim.channel.port, issued);
  clients.push(client);
  await until(() => expect(victim.channel.stats().inboundConnections).toBeGreaterThan(0));
  return client;
}

async function session(): Promise<{ client: RawClient; session: ClientHttp2Session }> {
  const client = await connect();
  return { client, session: client.session() };
}

async function exchange(): Promise<{ client: RawClient; stream: ClientHttp2Stream }> {
  const { client, session: http2 } = await session();
  return { client, stream: openCall(http2, 'Exchange') };
}

const encode = (frame: Frame) => grpcFrame(wire.exchange.encodeRequest(frame));
const part = (change: Partial<Part>): Frame => ({ kind: 'part', part: { message: 0, opening: { route, sizeBytes: 3 }, bytes: Uint8Array.of(1, 2, 3), ...change } });
const ofHostile = () => victim.received.filter(({ hostId }) => hostId === 'host_hostile');

async function isCutFor(client: RawClient, reason: RefusalReason): Promise<void> {
  await client.closed;
  await until(() => expect(victim.channel.stats().refused).toEqual({ [reason]: 1 }));
  await until(() => expect(victim.channel.stats().inboundConnections).toBe(0));
  expect(victim.lines.filter((line) => line.includes(`"${reason}"`))).toHaveLength(1);
}

describe('instead of frames', () => {
  it.each<[string, RefusalReason, () => Buffer | Buffer[]]>([
    ['bytes that are no protobuf', 'malformed', () => grpcFrame(Buffer.from('ffffffffffffffffffffff', 'hex'))],
    ['a protobuf that is cut off', 'malformed', () => grpcFrame(wire.exchange.encodeRequest(part({})).subarray(0, -2))],
    ['nested groups without end', 'malformed', () => grpcFrame(Buffer.alloc(200_000, 0x4b))],
    ['an empty frame', 'malformed', () => grpcFrame(new Uint8Array())],
    ['a sub-chain’s name that is none', 'malformed', () => encode(part({ opening: { route: { ...route, chain: '../../etc' }, sizeBytes: 3 } }))],
    ['a city node’s code that is none', 'malformed', () => encode(part({ opening: { route: { ...route, to: 'par' }, sizeBytes: 3 } }))],
    ['a height that no number can hold', 'malformed', () => grpcFrame(Buffer.concat([Buffer.from('121a', 'hex'), Buffer.from('0a0f0a06746964652d311203534e1a03504152', 'hex'), Buffer.from('10ffffffffffffffffff01', 'hex')]))],
    ['a height without a route', 'malformed', () => grpcFrame(Buffer.from('12021005', 'hex'))],
    ['a piece of a message that was never opened', 'malformed', () => encode(part({ opening: null }))],
    ['more bytes than the message was to have', 'malformed', () => encode(part({ opening: { route, sizeBytes: 2 } }))],
    ['more bytes with a later piece than the message was to have', 'malformed', () => [encode(part({ opening: { route, sizeBytes: 4 } })), encode(part({ opening: null }))]],
    ['the same message twice', 'malformed', () => [encode(part({ opening: { route, sizeBytes: 4 } })), encode(part({ opening: { route, sizeBytes: 4 } }))]],
    ['pieces without bytes', 'malformed', () => [encode(part({ opening: { route, sizeBytes: 4 } })), encode(part({ opening: null, bytes: new Uint8Array() }))]],
    ['a message larger than any block', 'oversized', () => encode(part({ opening: { route, sizeBytes: messageBytesMax + 1 } }))],
    ['a piece that is too large', 'oversized', () => encode(part({ opening: { route, sizeBytes: partBytesMax + 1 }, bytes: new Uint8Array(partBytesMax + 1) }))],
    ['a frame that says it has four gigabytes', 'oversized', () => grpcFrame(Buffer.alloc(1_000), { length: 2 ** 32 - 1 })],
    ['more open messages than may be', 'out-of-turn', () => [0, 1, 2, 3, 4].map((message) => encode(part({ message, opening: { route, sizeBytes: messageBytesMax } })))],
    ['something after goodbye', 'out-of-turn', () => [encode({ kind: 'goodbye', goodbye: {} }), encode(part({}))]],
    ['compressed bytes that are not', 'malformed', () => grpcFrame(randomBytes(40), { flag: 1 })],
  ])('%s: the connection is cut, the reason counted, nothing handed on', async (_, reason, make) => {
    const { client, session: http2 } = await session();
    const stream = openCall(http2, 'Exchange', { 'grpc-encoding': 'gzip' });
    for (const bytes of [make()].flat()) stream.write(bytes);
    await isCutFor(client, reason);
    expect(ofHostile()).toEqual([]);
  });

  it('a bomb of zeros, packed small: it is not unpacked beyond what may come', async () => {
    const { client, session: http2 } = await session();
    openCall(http2, 'Exchange', { 'grpc-encoding': 'gzip' }).write(grpcFrame(gzipSync(Buffer.alloc(300 * 1024 * 1024)), { flag: 1 }));
    await isCutFor(client, 'oversized');
  });

  it('a message that ends before it is whole, by its own end or by that of the stream', async () => {
    const { client, stream } = await exchange();
    stream.write(encode(part({ opening: { route, sizeBytes: 100 } })));
    stream.end();
    await isCutFor(client, 'truncated');
    const { client: second, stream: again } = await exchange();
    again.write(encode(part({ opening: { route, sizeBytes: 100 } })));
    again.write(encode(part({ message: 1 })));
    await until(() => expect(ofHostile()).toHaveLength(1));
    second.close();
    await until(() => expect(victim.channel.stats().refused).toEqual({ truncated: 2 }));
    const { client: third, stream: last } = await exchange();
    last.end(grpcFrame(Buffer.alloc(10), { length: 1_000 }));
    await third.closed;
    await until(() => expect(victim.channel.stats().refused).toEqual({ truncated: 3 }));
  });

  it('a second stream on the same connection', async () => {
    const { client, session: http2 } = await session();
    openCall(http2, 'Exchange').write(encode(part({})));
    await until(() => expect(ofHostile()).toHaveLength(1));
    openCall(http2, 'Exchange');
    await isCutFor(client, 'out-of-turn');
  });

  it('valid frames again and again: each copy is handed on, for who receives it to recognise', async () => {
    const { stream } = await exchange();
    for (let copy = 0; copy < 3; copy += 1) stream.write(encode(part({})));
    await until(() => expect(ofHostile()).toHaveLength(3));
    expect(victim.channel.stats().refused).toEqual({});
  });
});

describe('instead of calls', () => {
  const submission = (transaction: Uint8Array) => wire.submit.encodeRequest({ chain: 'tide-1', cityNode: 'PAR', transaction });

  it.each<[string, RefusalReason, () => Buffer]>([
    ['bytes that are no protobuf', 'malformed', () => grpcFrame(Buffer.from('ffffffffff', 'hex'))],
    ['a call that is cut off', 'truncated', () => grpcFrame(submission(Uint8Array.of(1)).subarray(0, -1), { length: submission(Uint8Array.of(1)).length })],
    ['no call at all', 'truncated', () => Buffer.alloc(0)],
    ['a transaction that is too large', 'oversized', () => grpcFrame(submission(new Uint8Array(transactionBytesMax + 1)))],
    ['a call that is far too large', 'oversized', () => grpcFrame(submission(new Uint8Array(4 * transactionBytesMax)))],
    ['two calls in one', 'malformed', () => Buffer.concat([grpcFrame(submission(Uint8Array.of(1))), grpcFrame(submission(Uint8Array.of(2)))])],
    ['a name that is none', 'malformed', () => grpcFrame(wire.submit.encodeRequest({ chain: 'X', cityNode: 'PAR', transaction: Uint8Array.of(1) }))],
  ])('%s: the connection is cut, the reason counted, no handler reached', async (_, reason, make) => {
    const { client, session: http2 } = await session();
    openCall(http2, 'Submit').end(make());
    await isCutFor(client, reason);
    expect(submitted).toEqual([]);
  });

  it('a page of blocks with a limit out of bounds', async () => {
    const { client, session: http2 } = await session();
    openCall(http2, 'FetchBlocks').end(grpcFrame(wire.fetchBlocks.encodeRequest({ chain: 'tide-1', cityNode: 'PAR', from: 0, limit: 100_000 })));
    await isCutFor(client, 'malformed');
  });

  it.each([
    ['AskSnapshot', () => wire.askSnapshot.encodeRequest({ chain: 'X', cityNode: 'PAR', height: 0 })],
    ['FetchRange', () => wire.fetchRange.encodeRequest({ chain: 'tide-1', cityNode: 'PAR', height: Number.MAX_SAFE_INTEGER + 1, index: 0 })],
    ['AskPeer', () => wire.askPeer.encodeRequest({ chain: 'tide-1', cityNode: 'X', request: new Uint8Array(1) })],
    ['RunTask', () => wire.runTask.encodeRequest({ chain: 'tide 1', cityNode: 'PAR', task: new Uint8Array(1) })],
    ['RunShortTask', () => wire.runShortTask.encodeRequest({ chain: 'tide-1', cityNode: 'X', task: new Uint8Array(1) })],
  ])('%s with what there is not', async (method, encode) => {
    const { client, session: http2 } = await session();
    openCall(http2, method).end(grpcFrame(encode()));
    await isCutFor(client, 'malformed');
  });

  it('a method that there is not, and a request of another kind: an answer, and no harm', async () => {
    const { client, session: http2 } = await session();
    const answer = await new Promise((resolve) => openCall(http2, 'Reboot').once('response', (headers) => resolve(headers['grpc-status'])));
    expect(answer).toBe('12');
    const other = http2.request({ ':path': '/', ':method': 'GET' });
    expect(await new Promise((resolve) => other.once('response', (headers) => resolve(headers[':status'])))).toBe(415);
    client.close();
    await until(() => expect(victim.channel.stats().refused).toEqual({ 'no-call': 1 }));
  });
});

describe('instead of HTTP/2', () => {
  it('noise behind a good handshake: the connection ends and is counted', async () => {
    const client = await connect();
    client.socket.resume().write(randomBytes(4_096));
    await client.closed;
    await until(() => expect(victim.channel.stats().refused).toEqual({ 'no-call': 1 }));
  });

  it('noise in the middle of a good stream: its connection does not stay, even if its other end never lets go', async () => {
    const { client, stream } = await exchange();
    stream.write(encode(part({})));
    await until(() => expect(ofHostile()).toHaveLength(1));
    client.socket.write(randomBytes(4_096));
    await client.closed;
    await until(() => expect(victim.channel.stats().inboundConnections).toBe(0));
  });

  it('nothing at all: it costs a connection of its own host, no more', async () => {
    const silent = await Promise.all(Array.from({ length: 10 }, () => connect()));
    await Promise.all(silent.slice(0, 1).map(({ closed, socket }) => (socket.resume(), closed)));
    await until(() => expect(victim.channel.stats().inboundConnections).toBe(channelLimits.connectionsPerHostMax));
  });
});

describe('a flood', () => {
  it('of announcements whose answers are never read binds no more than its bound: those beyond it get none', async () => {
    const { client, stream } = await exchange();
    stream.pause();
    const routeOf = (at: number) => ({ ...route, chain: `tide-${10_000 + at}` });
    const frames = Array.from({ length: 20_000 }, (_, at) => encode({ kind: 'height', height: { route: routeOf(at), height: 1 } }));
    stream.write(Buffer.concat(frames));
    await until(() => expect(victim.announced.length).toBe(20_000));
    expect(client.socket.destroyed).toBe(false);
    const answerBytes = encode({ kind: 'heard', heard: { route: routeOf(0), height: 1, refusal: '' } }).length;
    let arrived = 0;
    stream.on('data', (bytes: Buffer) => (arrived += bytes.length));
    // Once it reads again it gets what waited, and then the end that it asked for: what is not there by then was dropped.
    stream.end(encode({ kind: 'goodbye', goodbye: {} }));
    stream.resume();
    await new Promise((resolve) => stream.once('end', resolve));
    expect(arrived).toBeGreaterThanOrEqual(channelLimits.repliesMax * answerBytes);
    expect(arrived).toBeLessThan(10_000 * answerBytes);
  });

  it('of calls whose answers are never read is answered no further than its share', async () => {
    const { client, session: http2 } = await session();
    const request = grpcFrame(wire.fetchBlocks.encodeRequest({ chain: 'tide-1', cityNode: 'PAR', from: 1, limit: 256 }));
    const unread = Array.from({ length: channelLimits.fetchesMax }, () => openCall(http2, 'FetchBlocks').pause());
    for (const stream of unread) stream.end(request);
    await until(() => expect(pages).toBe(channelLimits.fetchesMax));
    const statusOf = (over: ClientHttp2Session) =>
      new Promise<number>((resolve) => {
        const take = (headers: Record<string, unknown>) => ('grpc-status' in headers ? resolve(Number(headers['grpc-status'])) : undefined);
        openCall(over, 'FetchBlocks').on('response', take).on('trailers', take).end(request);
      });
    expect(await Promise.all(Array.from({ length: 40 }, () => statusOf(http2)))).toEqual(Array(40).fill(status.RESOURCE_EXHAUSTED));
    expect([pages, victim.channel.stats().refused]).toEqual([channelLimits.fetchesMax, { busy: 40 }]);
    // Its share is its own again once it lets go.
    client.close();
    await until(() => expect(victim.channel.stats().inboundConnections).toBe(0));
    expect(await statusOf((await session()).session)).toBe(status.OK);
  });

  it('of answers to announcements that were never made changes nothing', async () => {
    const { stream } = await exchange();
    for (let at = 0; at < 1_000; at += 1) stream.write(encode({ kind: 'heard', heard: { route, height: at, refusal: at % 2 === 0 ? '' : 'unknown-chain' } }));
    stream.write(encode(part({})));
    await until(() => expect(ofHostile()).toHaveLength(1));
    expect(victim.channel.stats().remotes.find(({ hostId }) => hostId === 'host_hostile')?.unheard).toBe(0);
  });
});

describe('a host that is called', () => {
  /** A server with a valid certificate that answers as it likes. */
  type Respond = (respond: (error: Partial<ServiceError> | null, bytes?: Buffer) => void) => void;
  async function openImpostor(answer: { exchange?: (stream: ServerDuplexStream<unknown, Buffer>) => void } & Partial<Record<'fetchBlocks' | 'askSnapshot' | 'fetchRange' | 'askPeer' | 'runTask', Respond>>): Promise<string> {
    const { chainPem, privateKeyPem } = await authority.issue('host_hostile');
    const server = new Server({ 'grpc.max_send_message_length': -1 });
    servers.push(server);
    const raw = (bytes: Buffer) => bytes;
    server.register(wire.exchange.path, (stream: ServerDuplexStream<unknown, Buffer>) => (stream.on('error', () => undefined), stream.sendMetadata(new Metadata()), answer.exchange?.(stream)), raw, raw, 'bidi');
    for (const name of ['fetchBlocks', 'askSnapshot', 'fetchRange', 'askPeer', 'runTask'] as const) server.register(wire[name].path, (_: unknown, respond: Parameters<Respond>[0]) => answer[name]?.(respond), raw, raw, 'unary');
    const credentials = ServerCredentials.createSsl(Buffer.from(authority.rootPem), [{ private_key: Buffer.from(privateKeyPem), cert_chain: Buffer.from(chainPem) }], true);
    const port = await new Promise<number>((resolve, reject) => server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))));
    return `127.0.0.1:${port}`;
  }
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.forceShutdown();
  });
  const fetchRequest = { chain: 'tide-1', cityNode: 'PAR', from: 0, limit: 1 };

  it.each<[string, RefusalReason, () => Buffer[]]>([
    ['frames that cannot be read', 'malformed', () => [Buffer.from('ffff', 'hex')]],
    ['pieces that are too large', 'oversized', () => [wire.exchange.encodeAnswer(part({ opening: { route, sizeBytes: 2 * partBytesMax }, bytes: new Uint8Array(partBytesMax + 1) }))]],
    ['an end without goodbye', 'truncated', () => []],
  ])('and answers with %s is left, and met again only after a pause', async (_, reason, make) => {
    let streams = 0;
    const address = await openImpostor({
      exchange: (stream) => {
        streams += 1;
        for (const bytes of make()) stream.write(bytes);
        if (make().length === 0) stream.end();
      },
    });
    honest.channel.announce({ hostId: 'host_hostile', address }, route, 1);
    await until(() => expect(honest.channel.stats().refused[reason]).toBeGreaterThan(1));
    expect(streams).toBeLessThan(20);
    expect(honest.channel.stats().remotes.find(({ hostId }) => hostId === 'host_hostile')?.unheard).toBe(1);
  });

  it('and never takes a frame is not waited for without end', async () => {
    const address = await openImpostor({ exchange: () => undefined });
    for (let at = 0; at < 100; at += 1) honest.channel.send({ hostId: 'host_hostile', address }, route, new Uint8Array(messageBytesMax));
    expect(honest.channel.stats().remotes.find(({ hostId }) => hostId === 'host_hostile')?.queuedBytes).toBeLessThanOrEqual(channelLimits.queueBytesMax);
  });

  it('and answers calls with what is no answer, or too much of it, is not believed', async () => {
    const answers = [Buffer.from('ffff', 'hex'), wire.fetchBlocks.encodeAnswer({ records: [new Uint8Array(23 * 1024 * 1024)] }), wire.fetchBlocks.encodeAnswer({ records: Array.from({ length: 257 }, () => new Uint8Array(1)) })];
    let at = 0;
    const address = await openImpostor({ fetchBlocks: (respond) => respond(null, answers[at++]) });
    const remote = { hostId: 'host_hostile', address };
    await expect(honest.channel.fetchBlocks(remote, fetchRequest)).rejects.toMatchObject({ reason: 'malformed' });
    await expect(honest.channel.fetchBlocks(remote, fetchRequest)).rejects.toMatchObject({ reason: 'malformed' });
    await expect(honest.channel.fetchBlocks(remote, fetchRequest)).rejects.toMatchObject({ reason: 'malformed' });
  });

  it('and answers a snapshot without end is not believed', async () => {
    const answer = wire.askSnapshot.encodeAnswer({ answer: new Uint8Array(channelLimits.snapshotAnswerBytesMax + 1) });
    const range = wire.fetchRange.encodeAnswer({ range: new Uint8Array(channelLimits.rangeBytesMax + 1) });
    const word = wire.askPeer.encodeAnswer({ answer: new Uint8Array(channelLimits.peerAnswerBytesMax + 1) });
    const address = await openImpostor({ askSnapshot: (respond) => respond(null, answer), fetchRange: (respond) => respond(null, range), askPeer: (respond) => respond(null, word), runTask: (respond) => respond(null, word) });
    const remote = { hostId: 'host_hostile', address };
    await expect(honest.channel.askSnapshot(remote, { chain: 'tide-1', cityNode: 'PAR', height: 4 })).rejects.toMatchObject({ reason: 'malformed' });
    await expect(honest.channel.fetchRange(remote, { chain: 'tide-1', cityNode: 'PAR', height: 4, index: 0 })).rejects.toMatchObject({ reason: 'malformed' });
    await expect(honest.channel.askPeer(remote, { chain: 'tide-1', cityNode: 'PAR', request: new Uint8Array(1) })).rejects.toMatchObject({ reason: 'malformed' });
    await expect(honest.channel.runTask(remote, { chain: 'tide-1', cityNode: 'PAR', task: new Uint8Array(1) })).rejects.toMatchObject({ reason: 'malformed' });
  });
});
