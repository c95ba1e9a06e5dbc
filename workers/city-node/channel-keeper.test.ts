import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { isAppError } from '@/lib/platform/pure/errors';
import { checkRequest, hashPublicKey, publicKeyOf } from '@/lib/x509';
import { createTestAuthority, type TestAuthority } from '@/lib/x509/testing';
import { ChannelKeeper } from './channel-keeper';

const dayMs = 24 * 60 * 60 * 1_000;
const nowMs = Date.parse('2027-03-01T12:00:00Z');
const hostId = 'host_one';
const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

interface World {
  directory: string;
  authority: TestAuthority;
  nodeKey: Uint8Array;
  lines: string[];
  open(change?: Partial<Parameters<typeof ChannelKeeper.open>[0]>): Promise<ChannelKeeper>;
}

function world(): World {
  const directory = mkdtempSync(path.join(tmpdir(), 'channel-'));
  directories.push(directory);
  const authority = createTestAuthority(nowMs);
  const nodeKey = new Uint8Array(randomBytes(32));
  const lines: string[] = [];
  const log = (fields: Record<string, unknown>, event: string) => void lines.push(JSON.stringify({ ...fields, event }));
  const logger = { info: log, warn: log, error: log };
  return { directory, authority, nodeKey, lines, open: (change = {}) => ChannelKeeper.open({ directory, nodeKey, hostId, authority: authority.rootPem, now: () => nowMs, logger, ...change }) };
}

/** A push as the portal makes it; `change` bends it. */
async function push(keeper: ChannelKeeper, authority: TestAuthority, change: { hostId?: string; publicKey?: Uint8Array; days?: number; retire?: string; root?: string; revocations?: string } = {}) {
  const { request } = await keeper.request({ retire: change.retire });
  const issued = authority.issueHost({ hostId: change.hostId ?? hostId, publicKey: change.publicKey ?? checkRequest(request), ...(change.days === undefined ? {} : { days: change.days }) });
  const input = { chain: issued.chainPem, root: change.root ?? authority.rootPem, revocations: change.revocations ?? authority.revocationsPem() };
  return { ...issued, input, put: () => keeper.put(input) };
}

const codeOf = (promise: Promise<unknown>) => promise.then(() => 'accepted', (error: unknown) => (isAppError(error) ? error.code : String(error)));
const stateOf = (promise: Promise<unknown>) => promise.then(() => 'accepted', (error: unknown) => (isAppError(error) ? (error.details as { state?: string }).state : String(error)));

describe('the channel key', () => {
  it('is made at the first request, is the same at every further one and after a restart', async () => {
    const { open } = world();
    const keeper = await open();
    expect([keeper.current(), keeper.holding()]).toEqual([undefined, undefined]);
    const hashes = await Promise.all(Array.from({ length: 5 }, () => keeper.request({})));
    expect(new Set(hashes.map(({ publicKeyHash }) => publicKeyHash)).size).toBe(1);
    expect(hashPublicKey(checkRequest(hashes[0]?.request ?? ''))).toBe(hashes[0]?.publicKeyHash);
    expect((await (await open()).request({})).publicKeyHash).toBe(hashes[0]?.publicKeyHash);
  });

  it('lies on the disk encrypted, for its owner alone, and opens under no other node key', async () => {
    const { open, directory, authority } = world();
    const keeper = await open();
    await (await push(keeper, authority)).put();
    await keeper.request({ retire: keeper.holding()?.publicKeyHash });
    expect(readdirSync(directory).toSorted()).toEqual(['in-use.key', 'revocations.pem', 'waiting.key']);
    const { privateKeyPem = '' } = keeper.current() ?? {};
    const jwk = createPrivateKey(privateKeyPem).export({ format: 'jwk' });
    const secret = Buffer.from(jwk.d ?? '', 'base64url');
    expect(secret).toHaveLength(32);
    for (const file of readdirSync(directory)) {
      const bytes = readFileSync(path.join(directory, file));
      expect(bytes.includes(secret) || bytes.includes(secret.toString('base64')) || bytes.includes('PRIVATE'), file).toBe(false);
      expect(statSync(path.join(directory, file)).mode & 0o077, file).toBe(0);
    }
    await expect(open({ nodeKey: new Uint8Array(32) })).rejects.toThrow(/key/);
  });

  it('that is retired is replaced by another, once, and stays in use until that one has its certificate', async () => {
    const { open, authority } = world();
    const keeper = await open();
    const first = await push(keeper, authority);
    const { publicKeyHash: old } = await first.put();
    const fresh = await keeper.request({ retire: old });
    expect(fresh.publicKeyHash).not.toBe(old);
    expect((await keeper.request({ retire: old })).publicKeyHash).toBe(fresh.publicKeyHash);
    // Also when the portal has forgotten what it asked: the new one goes first.
    expect((await keeper.request({})).publicKeyHash).toBe(fresh.publicKeyHash);
    expect(keeper.holding()).toMatchObject({ serial: first.serial, publicKeyHash: old });
    const restarted = await open();
    expect(restarted.holding()).toMatchObject({ serial: first.serial });
    const second = await push(restarted, authority);
    expect(await second.put()).toMatchObject({ serial: second.serial, publicKeyHash: fresh.publicKeyHash });
    expect((await (await open()).request({})).publicKeyHash).toBe(fresh.publicKeyHash);
    expect(await codeOf(restarted.put(first.input)), 'the retired key is gone').toBe('CONFLICT');
  });

  it('that waits can be retired too', async () => {
    const { open } = world();
    const keeper = await open();
    const { publicKeyHash } = await keeper.request({});
    const other = await keeper.request({ retire: publicKeyHash });
    expect(other.publicKeyHash).not.toBe(publicKeyHash);
    expect((await (await open()).request({})).publicKeyHash).toBe(other.publicKeyHash);
  });
});

describe('a pushed certificate', () => {
  it('is in use at once, is told to who listens, and is there after a restart', async () => {
    const { open, authority } = world();
    const keeper = await open();
    const seen: (string | undefined)[] = [];
    const stop = keeper.onChange(() => seen.push(keeper.current()?.chainPem));
    const first = await push(keeper, authority);
    expect(await first.put()).toEqual({ serial: first.serial, notAfterMs: expect.any(Number) as number, publicKeyHash: expect.any(String) as string, revocations: expect.any(Array) as unknown[] });
    const credentials = keeper.current();
    expect(seen).toEqual([first.chainPem]);
    expect(credentials).toMatchObject({ chainPem: first.chainPem, rootPem: authority.rootPem, crlPem: authority.revocationsPem().length > 0 ? first.input.revocations : '' });
    expect((await open()).current()).toEqual(credentials);
    expect((await open()).holding()).toEqual(keeper.holding());
    stop();
    await (await push(keeper, authority)).put();
    expect(seen).toHaveLength(1);
  });

  it('pushed twice changes nothing and wakes nobody', async () => {
    const { open, authority } = world();
    const keeper = await open();
    let calls = 0;
    keeper.onChange(() => calls++);
    const { put } = await push(keeper, authority);
    expect(await put()).toEqual(await put());
    expect(calls).toBe(1);
  });

  it('does not fail for a listener that fails', async () => {
    const { open, authority, lines } = world();
    const keeper = await open();
    keeper.onChange(() => {
      throw new Error('deaf');
    });
    expect(await (await push(keeper, authority)).put()).toBeDefined();
    expect(lines.join('\n')).toMatch(/deaf/);
  });

  it('of another authority is refused, whatever root comes along: the root was pinned at joining', async () => {
    const { open, authority } = world();
    const keeper = await open();
    await (await push(keeper, authority)).put();
    const before = keeper.current();
    const stranger = createTestAuthority(nowMs);
    expect(await codeOf((await push(keeper, stranger)).put())).toBe('CONFLICT');
    await expect((await push(keeper, authority, { root: stranger.rootPem })).put()).rejects.toMatchObject({ code: 'CONFLICT', publicMessage: expect.stringContaining('Join it anew') as string });
    expect(await stateOf((await push(keeper, stranger, { root: authority.rootPem })).put())).toBe('foreign');
    expect(await stateOf((await push(keeper, stranger, { root: authority.rootPem, revocations: authority.revocationsPem() })).put())).toBe('foreign');
    expect(keeper.current()).toEqual(before);
  });

  it.each<[string, Parameters<typeof push>[2], string]>([
    ['of another host', { hostId: 'host_two' }, 'CONFLICT'],
    ['for another key', { publicKey: publicKeyOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey) }, 'CONFLICT'],
    ['that has ended', { days: 0.001 }, 'CONFLICT'],
    ['without lists', { revocations: '' }, 'INVALID_INPUT'],
    ['with lists that are none', { revocations: 'hello' }, 'INVALID_INPUT'],
    ['with a root that is none', { root: 'hello' }, 'INVALID_INPUT'],
  ])('%s is refused and nothing is kept of it', async (_, change, code) => {
    const { open, authority, directory } = world();
    const keeper = await open();
    expect(await codeOf((await push(keeper, authority, change)).put())).toBe(code);
    expect(keeper.current()).toBeUndefined();
    expect(readdirSync(directory)).toEqual(['waiting.key']);
  });

  it('that is revoked in its own lists is refused', async () => {
    const { open, authority } = world();
    const keeper = await open();
    const { input, serial } = await push(keeper, authority);
    expect(await stateOf(keeper.put({ ...input, revocations: authority.revocationsPem({ number: 2, revoked: [{ serial }] }) }))).toBe('revoked');
  });

  it('brings newer lists, and never older ones: nobody takes a revocation back', async () => {
    const { open, authority } = world();
    const keeper = await open();
    const { input } = await push(keeper, authority);
    const other = '42'.repeat(20);
    await keeper.put({ ...input, revocations: authority.revocationsPem({ number: 7, revoked: [{ serial: other }] }) });
    const held = keeper.holding();
    expect(held?.revocations.map(({ number }) => number)).toEqual([7, 7]);
    expect(await keeper.put({ ...input, revocations: authority.revocationsPem({ number: 6 }) })).toEqual(held);
    expect((await open()).holding()).toEqual(held);
    expect((await keeper.put({ ...input, revocations: authority.revocationsPem({ number: 8 }) })).revocations.map(({ number }) => number)).toEqual([8, 8]);
  });
});

describe('a restart', () => {
  it('keeps an ended certificate in view of the portal, so that it is renewed', async () => {
    const { open, authority } = world();
    const first = await open();
    const { serial } = await push(first, authority).then(async ({ put, serial: made }) => ({ serial: made, held: await put() }));
    expect((await open({ now: () => nowMs + 100 * dayMs })).holding()).toMatchObject({ serial });
  });

  it('with another authority drops the certificate and keeps the key', async () => {
    const { open, authority } = world();
    const keeper = await open();
    const { publicKeyHash } = await (await push(keeper, authority)).put();
    const other = createTestAuthority(nowMs);
    const moved = await open({ authority: other.rootPem });
    expect([moved.current(), moved.holding()]).toEqual([undefined, undefined]);
    expect(await (await push(moved, other)).put()).toMatchObject({ publicKeyHash });
    expect(moved.current()?.rootPem).toBe(other.rootPem);
  });

  it('as another host drops the certificate', async () => {
    const { open, authority } = world();
    await (await push(await open(), authority)).put();
    expect((await open({ hostId: 'host_two' })).current()).toBeUndefined();
  });

  it('with damaged lists goes on and asks for them', async () => {
    const { open, authority, directory, lines } = world();
    const keeper = await open();
    const { put } = await push(keeper, authority);
    await put();
    writeFileSync(path.join(directory, 'revocations.pem'), 'rot');
    const restarted = await open();
    expect(restarted.holding()?.revocations).toEqual([]);
    expect(lines.join('\n')).toMatch(/cannot be read/);
    await (await push(restarted, authority)).put();
    expect((await open()).holding()?.revocations).toHaveLength(2);
  });
});

describe('the identity', () => {
  it('speaks TLS with another host of the same authority, both sides checked, and not with a revoked one', async () => {
    const authority = createTestAuthority();
    const [left, right] = [world(), world()];
    const open = (one: World, id: string) => one.open({ hostId: id, authority: authority.rootPem, now: Date.now });
    const [server, client] = [await open(left, 'host_left'), await open(right, 'host_right')];
    await (await push(server, authority, { hostId: 'host_left' })).put();
    const { serial } = await push(client, authority, { hostId: 'host_right' }).then(async (made) => ({ ...made, held: await made.put() }));
    expect(await shakeHands(server, client)).toEqual(['host_right', 'host_left']);
    await (await push(server, authority, { hostId: 'host_left', revocations: authority.revocationsPem({ number: 2, revoked: [{ serial }] }) })).put();
    await expect(shakeHands(server, client)).rejects.toBe('CERT_REVOKED');
    expect(createPublicKey(server.current()?.privateKeyPem ?? '').asymmetricKeyType).toBe('ec');
  });
});

/** A TLS 1.3 handshake with client certificates; answers whom each side sees, or throws why the server refuses. */
async function shakeHands(server: ChannelKeeper, client: ChannelKeeper): Promise<[string, string]> {
  const optionsOf = (keeper: ChannelKeeper) => {
    const { chainPem, privateKeyPem, rootPem, crlPem } = keeper.current() ?? { chainPem: '', privateKeyPem: '', rootPem: '', crlPem: '' };
    return { cert: chainPem, key: privateKeyPem, ca: rootPem, crl: crlPem.split(/(?<=-----END X509 CRL-----\n)/).filter((text) => text !== ''), minVersion: 'TLSv1.3' as const };
  };
  const nameOf = (socket: TLSSocket) => /chainworks:host:(\w+)/.exec(socket.getPeerCertificate().subjectaltname ?? '')?.[1] ?? '';
  return new Promise((resolve, reject) => {
    let seenByServer = '';
    const listener = createServer({ ...optionsOf(server), requestCert: true, rejectUnauthorized: false }, (socket) => {
      // With rejectUnauthorized the server hangs up at this place, without saying why.
      if (!socket.authorized) reject(socket.authorizationError ?? new Error('not authorised'));
      seenByServer = nameOf(socket);
      socket.end('hello');
    });
    listener.on('tlsClientError', (error) => reject(error));
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as { port: number };
      const socket = connect({ ...optionsOf(client), host: '127.0.0.1', port });
      socket.once('data', () => resolve([seenByServer, nameOf(socket)]));
      socket.once('error', () => listener.close());
      socket.once('close', () => listener.close());
    });
  });
}
