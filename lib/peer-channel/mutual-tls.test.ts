import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RefusalReason } from './index';
import { openTestChannel, TestAuthority, TestIdentity, type IssueOptions, type TestChannel, type TestChannelOptions } from './testing';

/** Machines are shared: slow is not wrong. */
vi.setConfig({ testTimeout: 120_000 });
const until = <T>(task: () => T | Promise<T>): Promise<T> => vi.waitFor(task, { timeout: 25_000, interval: 10 });

const dayMs = 24 * 60 * 60 * 1_000;
const route = { chain: 'tide-1', from: 'SIN', to: 'PAR' };
const hello = Uint8Array.of(1);

let authority: TestAuthority;
let foreign: TestAuthority;
beforeAll(async () => {
  [authority, foreign] = await Promise.all([TestAuthority.create(), TestAuthority.create()]);
});
const opened: TestChannel[] = [];
const sockets: TLSSocket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(opened.splice(0).map(({ channel }) => channel.close(0)));
});

async function open(hostId: string, options: Partial<TestChannelOptions> = {}): Promise<TestChannel> {
  const one = await openTestChannel({ limits: { pauseMsMin: 10, pauseMsMax: 20 }, hostId, identity: options.identity ?? (await authority.identityOf(hostId)), ...options });
  opened.push(one);
  return one;
}

/** Certificates that stand in the place of those of host_x. */
const impostures: [string, RefusalReason, (name: string) => Promise<TestIdentity>][] = [
  ['signed by a foreign root', 'foreign-root', async (name) => new TestIdentity({ ...(await foreign.certificatesOf(name)), rootPem: authority.rootPem, crlPem: await authority.listRevocations() })],
  ['expired', 'expired', (name) => authority.identityOf(name, { notBeforeMs: Date.now() - 2 * dayMs, notAfterMs: Date.now() - 1_000 })],
  ['not yet valid', 'not-yet-valid', (name) => authority.identityOf(name, { notBeforeMs: Date.now() + dayMs, notAfterMs: Date.now() + 2 * dayMs })],
  [
    'revoked',
    'revoked',
    async (name) => {
      const issued = await authority.issue(name);
      authority.revoke(issued);
      return new TestIdentity({ ...issued, rootPem: authority.rootPem, crlPem: await authority.listRevocations() });
    },
  ],
];

/** Certificates that our own process would not even use, so a stranger's TLS client brings them. */
const strange: [string, RefusalReason, IssueOptions['names']][] = [
  ['that names no host', 'no-host-name', [{ type: 'dns', value: 'host-a.example' }]],
  ['that names a host in another way', 'no-host-name', [{ type: 'url', value: 'https://chainworks:host:host_a' }]],
  ['that names two hosts', 'no-host-name', [{ type: 'url', value: 'chainworks:host:host_a' }, { type: 'url', value: 'chainworks:host:host_c' }]],
  ['with a name that hides another', 'no-host-name', [{ type: 'dns', value: 'x.example, URI:chainworks:host:host_a, y.example' }]],
  ['that names the host it calls', 'own-name', [{ type: 'url', value: 'chainworks:host:host_b' }]],
];

async function dial(port: number, options: ConnectionOptions): Promise<{ closed: Promise<void>; socket: TLSSocket }> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'], ...options });
  sockets.push(socket);
  socket.on('error', () => undefined).resume();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { closed, socket };
}

describe('who calls', () => {
  it.each(impostures)('is refused with a certificate that is %s', async (_, reason, imposture) => {
    const b = await open('host_b', { identity: new TestIdentity({ ...(await authority.certificatesOf('host_b')) }) });
    const a = await open('host_a', { identity: await imposture('host_a') });
    b.identity.set({ ...(await authority.certificatesOf('host_b')) }); // with the newest revocation list
    a.channel.send(b.remote, route, hello);
    await until(() => expect(b.channel.stats().refused[reason]).toBeGreaterThan(0));
    // A caller may hang up before it is told.
    const reasons = Object.keys(b.channel.stats().refused).filter((one) => one !== 'handshake');
    expect([b.received, b.channel.stats().inboundConnections, reasons]).toEqual([[], 0, [reason]]);
  });

  it.each(strange)('is refused with a certificate %s', async (_, reason, names) => {
    const b = await open('host_b');
    const issued = await authority.issue('host_a', names ? { names } : {});
    const { closed } = await dial(b.channel.port, { cert: issued.chainPem, key: issued.privateKeyPem });
    await closed;
    expect([b.channel.stats().inboundConnections, b.channel.stats().refused]).toEqual([0, { [reason]: 1 }]);
  });

  it('is refused without a certificate, with an old TLS, without HTTP/2, and without TLS', async () => {
    const b = await open('host_b');
    const issued = await authority.issue('host_a');
    const proof = { cert: issued.chainPem, key: issued.privateKeyPem };
    await (await dial(b.channel.port, {})).closed;
    expect(b.channel.stats().refused).toEqual({ 'no-certificate': 1 });
    await (await dial(b.channel.port, { ...proof, maxVersion: 'TLSv1.2' })).closed;
    expect(b.channel.stats().refused).toEqual({ 'no-certificate': 1, handshake: 1 });
    await (await dial(b.channel.port, { ...proof, ALPNProtocols: ['http/1.1'] })).closed;
    const plain = await fetch(`http://127.0.0.1:${b.channel.port}/`).catch((error: unknown) => error);
    expect(plain).toBeInstanceOf(Error);
    await until(() => expect(b.channel.stats().refused.handshake).toBe(3));
    expect(b.channel.stats().inboundConnections).toBe(0);
  });

  it('is refused when it sends an authority of the same name that it made itself', async () => {
    const b = await open('host_b');
    const ours = await authority.issue('host_a');
    const theirs = await foreign.issue('host_a');
    const blocks = (pem: string) => pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
    const [leaf = ''] = blocks(ours.chainPem);
    const [, falseAuthority = ''] = blocks(theirs.chainPem);
    await (await dial(b.channel.port, { cert: `${leaf}\n${falseAuthority}`, key: ours.privateKeyPem })).closed;
    expect([b.channel.stats().inboundConnections, b.channel.stats().refused]).toEqual([0, { 'foreign-root': 1 }]);
  });
});

describe('a session that is taken up again', () => {
  it('is refused: it would spare the certificate its check', async () => {
    const b = await open('host_b');
    const issued = await authority.issue('host_a');
    const proof = { cert: issued.chainPem, key: issued.privateKeyPem };
    const { socket } = await dial(b.channel.port, proof);
    const session = await new Promise<Buffer>((resolve) => socket.once('session', resolve));
    const { socket: again, closed } = await dial(b.channel.port, { ...proof, session });
    const wasReused = new Promise<boolean>((resolve) => again.once('secureConnect', () => resolve(again.isSessionReused())));
    await closed;
    expect([await wasReused, b.channel.stats().refused]).toEqual([true, { handshake: 1 }]);
  });
});

describe('who is called', () => {
  it.each(impostures)('is refused with a certificate that is %s', async (_, reason, imposture) => {
    const b = await open('host_b', { identity: await imposture('host_b') });
    const a = await open('host_a');
    await expect(a.channel.fetchBlocks(b.remote, { chain: 'tide-1', cityNode: 'PAR', from: 0, limit: 1 })).rejects.toMatchObject({ reason: 'unreachable' });
    a.channel.send(b.remote, route, hello);
    await until(() => expect(a.channel.stats().refused[reason]).toBeGreaterThan(1));
    expect([b.received, a.channel.stats().messagesSent]).toEqual([[], 0]);
  });

  it('must be exactly the host that was meant, also when another host of the installation answers at its address', async () => {
    const [a, c] = [await open('host_a'), await open('host_c')];
    a.channel.send({ ...c.remote, hostId: 'host_b' }, route, hello);
    await until(() => expect(a.channel.stats().refused['wrong-host']).toBeGreaterThan(0));
    expect([c.received, a.channel.stats().messagesSent]).toEqual([[], 0]);
  });
});

describe('a revocation list', () => {
  it('that is past its next update lets nobody in, also on a connection that is open, until a newer one comes', async () => {
    let nowMs = Date.now();
    const limits = { sweepMs: 10, pauseMsMin: 10, pauseMsMax: 20 };
    const [a, b] = [await open('host_a'), await open('host_b', { now: () => nowMs, limits })];
    const before = b.identity.current();
    if (!before) throw new Error('host_b has certificates');
    b.identity.set({ ...before, crlPem: await authority.listRevocations({ nextUpdateMs: nowMs + 60_000 }) });
    a.channel.send(b.remote, route, hello);
    await until(() => expect(b.received).toHaveLength(1));
    expect(b.channel.stats().revocationsUpToMs).toBeLessThan(nowMs + 61_000);
    nowMs += 120_000;
    await until(() => expect(b.channel.stats()).toMatchObject({ inboundConnections: 0, refused: { 'unknown-status': 1 } }));
    a.channel.send(b.remote, route, Uint8Array.of(2));
    await until(() => expect(b.channel.stats().refused['unknown-status']).toBeGreaterThan(1));
    b.identity.set(before);
    a.channel.send(b.remote, route, Uint8Array.of(3));
    await until(() => expect(b.received.map(({ bytes }) => bytes[0])).toContain(3));
  });

  it('of another authority is none: who may have been taken back is not let in', async () => {
    const [a, b] = [await open('host_a'), await open('host_b', { identity: new TestIdentity({ ...(await authority.certificatesOf('host_b')), crlPem: await foreign.listRevocations() }) })];
    a.channel.send(b.remote, route, hello);
    await until(() => expect(b.channel.stats().refused['unknown-status']).toBeGreaterThan(0));
    expect(b.received).toEqual([]);
  });

  it('ends the open connections of a host that it names as soon as it comes, on both sides, and no others', async () => {
    const issued = await authority.issue('host_a');
    const [a, b, c] = [await open('host_a', { identity: new TestIdentity({ ...issued, rootPem: authority.rootPem, crlPem: await authority.listRevocations() }) }), await open('host_b'), await open('host_c')];
    a.channel.send(b.remote, route, hello);
    c.channel.send(b.remote, route, hello);
    c.channel.send(a.remote, route, hello);
    await until(() => expect([b.received.length, a.received.length]).toEqual([2, 1]));
    authority.revoke(issued);
    const crlPem = await authority.listRevocations();
    for (const { identity } of [b, c]) {
      const before = identity.current();
      if (before) identity.set({ ...before, crlPem });
    }
    await until(() => expect([b.channel.stats().inboundConnections, a.channel.stats().inboundConnections]).toEqual([1, 0]));
    expect([b.channel.stats().refused, c.channel.stats().refused]).toEqual([{ revoked: 1 }, { revoked: 1 }]);
    a.channel.send(b.remote, route, hello);
    c.channel.send(a.remote, route, hello);
    await until(() => expect([b.channel.stats().refused.revoked, c.channel.stats().refused.revoked].every((count) => (count ?? 0) > 1)).toBe(true));
    c.channel.send(b.remote, route, Uint8Array.of(2));
    await until(() => expect(b.received.map(({ hostId, bytes }) => `${hostId} ${bytes[0]}`)).toContain('host_c 2'));
    expect(b.received).toHaveLength(3);
  });
});

describe('certificates', () => {
  it('may come late: until then nothing is sent and nobody is let in, and then what was announced is told', async () => {
    const [a, b] = [await open('host_a', { identity: new TestIdentity() }), await open('host_b', { identity: new TestIdentity() })];
    a.channel.send(b.remote, route, hello);
    a.channel.announce(b.remote, route, 4);
    await expect(a.channel.submit(b.remote, { chain: 'tide-1', cityNode: 'PAR', transaction: hello })).rejects.toMatchObject({ reason: 'no-identity' });
    expect(a.channel.stats().dropped).toEqual({ 'no-identity': 1 });
    await (await dial(b.channel.port, {})).closed;
    expect(b.channel.stats().refused).toEqual({ 'no-identity': 1 });
    b.identity.set(await authority.certificatesOf('host_b'));
    a.identity.set(await authority.certificatesOf('host_a'));
    await until(() => expect(b.announced.map(({ height }) => height)).toEqual([4]));
    a.channel.send(b.remote, route, hello);
    await until(() => expect(b.received).toHaveLength(1));
  });

  it('are renewed under traffic without losing a message or a call', async () => {
    const submit = async () => ({ state: 'held', id: '7' }) as const;
    const [a, b] = [await open('host_a', { handlers: { submit } }), await open('host_b', { handlers: { submit } })];
    const calls: Promise<unknown>[] = [];
    let sent = 0;
    const talk = async (count: number) => {
      for (const end = sent + count; sent < end; sent += 1) {
        a.channel.send(b.remote, route, Uint8Array.of(sent >> 8, sent & 0xff));
        b.channel.send(a.remote, { ...route, from: 'PAR', to: 'SIN' }, Uint8Array.of(sent >> 8, sent & 0xff));
        calls.push(a.channel.submit(b.remote, { chain: 'tide-1', cityNode: 'PAR', transaction: hello }));
        if (sent % 4 === 3) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await talk(40);
    const serials = [a.channel.stats().certificateExpiresAtMs];
    for (let round = 0; round < 3; round += 1) {
      for (const [channel, hostId] of [[a, 'host_a'], [b, 'host_b']] as const) {
        channel.identity.set(await authority.certificatesOf(hostId, { notAfterMs: Date.now() + (round + 2) * dayMs }));
        await talk(40);
      }
      serials.push(a.channel.stats().certificateExpiresAtMs);
    }
    expect(new Set(serials).size).toBe(4);
    await Promise.all(calls);
    const numbers = Array.from({ length: sent }, (_, at) => at);
    for (const one of [a, b]) {
      await until(() => expect(one.received).toHaveLength(sent));
      expect(one.received.map(({ bytes }) => (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)).toSorted((x, y) => x - y)).toEqual(numbers);
      expect([one.channel.stats().dropped, one.channel.stats().refused]).toEqual([{}, {}]);
    }
  });

  it('that cannot be used leave the former ones in force, and the log says why without their text', async () => {
    const [a, b] = [await open('host_a'), await open('host_b')];
    const good = a.identity.current();
    if (!good) throw new Error('host_a has certificates');
    const others = await authority.issue('host_c');
    a.identity.set({ ...good, privateKeyPem: others.privateKeyPem });
    a.identity.set({ ...good, chainPem: 'nonsense' });
    a.identity.set({ ...good, crlPem: '' });
    a.identity.set({ ...good, ...others });
    expect(a.lines.filter((line) => line.includes('cannot be used'))).toHaveLength(4);
    expect(a.lines.join('\n')).not.toContain('PRIVATE KEY');
    a.channel.send(b.remote, route, hello);
    await until(() => expect(b.received).toHaveLength(1));
  });

  it('that end while a connection is open end the connection, on both sides', async () => {
    let nowMs = Date.now();
    const now = () => nowMs;
    const limits = { sweepMs: 10, pauseMsMin: 10, pauseMsMax: 20 };
    const short = await authority.identityOf('host_a', { notAfterMs: nowMs + 60_000 });
    const [a, b, c] = [await open('host_a', { identity: short, limits }), await open('host_b', { now, limits }), await open('host_c', { now, limits })];
    a.channel.send(b.remote, route, hello);
    c.channel.send(a.remote, route, hello);
    await until(() => expect([b.received.length, a.received.length]).toEqual([1, 1]));
    nowMs += 120_000;
    await until(() => expect([b.channel.stats().refused.expired, c.channel.stats().refused.expired]).toEqual([1, 1]));
    await until(() => expect([b.channel.stats().inboundConnections, a.channel.stats().inboundConnections]).toEqual([0, 0]));
  });

  it('are withdrawn: every connection ends, and nothing is sent any more', async () => {
    const [a, b] = [await open('host_a'), await open('host_b')];
    a.channel.send(b.remote, route, hello);
    await until(() => expect(b.received).toHaveLength(1));
    a.identity.set(undefined);
    await until(() => expect(b.channel.stats().inboundConnections).toBe(0));
    a.channel.send(b.remote, route, hello);
    expect(a.channel.stats().dropped).toEqual({ 'no-identity': 1 });
  });
});

describe('connections', () => {
  it('of one host are limited: one that comes anew takes the place of its oldest', async () => {
    const b = await open('host_b', { limits: { connectionsPerHostMax: 2 } });
    const issued = await authority.issue('host_a');
    const all: { closed: Promise<void>; socket: TLSSocket }[] = [];
    for (let at = 1; at <= 4; at += 1) {
      all.push(await dial(b.channel.port, { cert: issued.chainPem, key: issued.privateKeyPem }));
      await until(() => expect(b.channel.stats().inboundConnections + (b.channel.stats().refused['too-many-connections'] ?? 0)).toBe(at));
    }
    await Promise.all(all.slice(0, 2).map(({ closed }) => closed));
    expect(all.slice(2).every(({ socket }) => !socket.destroyed)).toBe(true);
    expect(b.channel.stats()).toMatchObject({ inboundConnections: 2, refused: { 'too-many-connections': 2 } });
  });

  it('of strangers that never prove who they are cannot keep a host out', async () => {
    const [a, b] = [await open('host_a'), await open('host_b', { limits: { handshakesMax: 5 } })];
    const { connect: connectPlain } = await import('node:net');
    const strangers = Array.from({ length: 20 }, () => connectPlain(b.channel.port, '127.0.0.1').on('error', () => undefined));
    await until(() => expect(b.channel.stats().refused['too-many-connections']).toBe(15));
    a.channel.send(b.remote, route, hello);
    await until(() => expect(b.received).toHaveLength(1));
    for (const stranger of strangers) stranger.destroy();
  });
});
