import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bundledProgram } from '@/lib/gateway/testing';
import { createScratchDatabase } from '@/lib/identity/testing';
import type * as PlatformRoom from '@/lib/platform';
import { startChild } from '@/lib/sub-chains/testing';
import { createPrivateKey256, createRequest, hashPublicKey, publicKeyOf, readRevocationLists, verifyChain } from '@/lib/x509';
import { openssl } from '@/lib/x509/testing';
import type * as CertificatesRoom from '.';

const dayMs = 24 * 60 * 60 * 1_000;
const yearMs = 365 * dayMs;
const nowMs = Date.parse('2027-01-10T08:00:00.250Z');
const addresses = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };

let scratch: Awaited<ReturnType<typeof createScratchDatabase>>;
let platform: typeof PlatformRoom;
let room: typeof CertificatesRoom;

// There is one root, and these tests live in several years: they need a database of their own.
beforeAll(async () => {
  scratch = await createScratchDatabase();
  vi.stubEnv('DATABASE_URL', scratch.url);
  vi.resetModules();
  platform = await import('@/lib/platform');
  room = await import('.');
});
afterAll(async () => {
  await platform.getDb().$disconnect();
  await scratch.drop();
});
beforeEach(async () => {
  await platform.getDb().certificate.deleteMany();
  await platform.getDb().certificateAuthority.deleteMany({ where: { kind: 'INTERMEDIATE' } });
  await platform.getDb().certificateAuthority.deleteMany();
});

const requestOf = (key: KeyObject) => createRequest(key, 'wish');
const issue = (subjectId: string, key: KeyObject, at = nowMs) => room.issueCertificate({ profile: 'HOST', subjectId, key: { request: requestOf(key) }, addresses }, { nowMs: at });
const audit = (action: string, subjectId: string) => platform.getDb().auditEvent.count({ where: { action, subjectId } });

/** What a host would say of this chain now. */
async function judge(chain: string, at = nowMs): Promise<string> {
  const [{ rootPem }, { pem }] = [await room.getAuthority({ nowMs: at }), await room.getRevocations({ nowMs: at })];
  try {
    return verifyChain({ chain, root: rootPem, revocations: pem, nowMs: at }).commonName;
  } catch (error) {
    return (error as { reason: string }).reason;
  }
}

/** What openssl says of it. */
async function ask(chain: string, at = nowMs): Promise<string> {
  const [{ rootPem }, { pem }] = [await room.getAuthority({ nowMs: at }), await room.getRevocations({ nowMs: at })];
  const [end = '', ...rest] = chain.split(/(?<=-----END CERTIFICATE-----\n)/);
  const files = { 'end.pem': end, 'rest.pem': rest.join(''), 'root.pem': rootPem, 'lists.pem': pem };
  return openssl(['verify', '-x509_strict', '-attime', String(Math.floor(at / 1_000)), '-crl_check', '-crl_check_all', '-purpose', 'sslserver', '-CAfile', 'root.pem', '-untrusted', 'rest.pem', '-CRLfile', 'lists.pem', 'end.pem'], files).output;
}

describe('the certificate authority', () => {
  it('is made once, also when several set-ups run at once', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => room.ensureAuthority({ nowMs })));
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(made.map(({ intermediateId }) => intermediateId)).size).toBe(1);
    const rows = await platform.getDb().certificateAuthority.findMany();
    expect(rows.map(({ kind }) => kind).toSorted()).toEqual(['INTERMEDIATE', 'ROOT']);
    for (const { id } of rows) expect(await audit('authority.create', id)).toBe(1);
  });

  it('is made once by several processes that start at once', { timeout: 60_000 }, async () => {
    await mkdir(platform.dataPath(), { recursive: true });
    await writeFile(platform.dataPath('admin-password'), 'kelp turbine harbour 4711\n');
    const program = await bundledProgram('seed');
    const seeds = Array.from({ length: 3 }, () => startChild(program, [], { DATABASE_URL: scratch.url }));
    const codes = await Promise.all(seeds.map(({ ended }) => ended));
    expect(codes, seeds.map((seed) => seed.output()).join('\n')).toEqual([0, 0, 0]);
    expect(seeds.filter((seed) => seed.output().includes('certificate authority: made'))).toHaveLength(1);
    expect(await platform.getDb().certificateAuthority.count()).toBe(2);
  });

  it('cannot have a second root, whoever writes it', async () => {
    await room.ensureAuthority({ nowMs });
    const root = await platform.getDb().certificateAuthority.findFirstOrThrow({ where: { kind: 'ROOT' } });
    await expect(platform.getDb().certificateAuthority.create({ data: { ...root, id: 'ca_second', keyIdentifier: 'second' } })).rejects.toMatchObject({ code: 'P2002' });
  });

  it('keeps its private keys encrypted, each for its own row', async () => {
    await room.ensureAuthority({ nowMs });
    const rows = await platform.getDb().certificateAuthority.findMany();
    for (const { privateKeyCiphertext } of rows) expect(Buffer.from(privateKeyCiphertext).includes(Buffer.from('2a8648ce3d030107', 'hex')), 'the name of the curve, which every key in the clear carries').toBe(false);
    const [first, second] = rows;
    const { openIssuer } = await import('./authority-key');
    if (!first || !second) throw new Error('there are two');
    expect(createPublicKey(openIssuer('certificate-authority', first).privateKey).asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(() => openIssuer('certificate-authority', { ...first, privateKeyCiphertext: second.privateKeyCiphertext })).toThrow(/put back the secrets\.json/);
  });

  it('renews the intermediate a year before its end, under the same root; what the old one issued stays good', async () => {
    const before = await room.ensureAuthority({ nowMs });
    const { rootPem } = await room.getAuthority({ nowMs });
    const fourYears = nowMs + 4 * yearMs - dayMs;
    expect((await room.ensureAuthority({ nowMs: fourYears })).intermediateId).toBe(before.intermediateId);
    const old = await issue('host_old', createPrivateKey256(), fourYears);
    const late = nowMs + 4 * yearMs + dayMs;
    const after = await room.ensureAuthority({ nowMs: late });
    expect(after).toMatchObject({ created: false });
    expect(after.intermediateId).not.toBe(before.intermediateId);
    expect(after.lists).toHaveLength(3);
    expect((await room.getAuthority({ nowMs: late })).rootPem).toBe(rootPem);
    const young = await issue('host_young', createPrivateKey256(), late);
    expect([await judge(old.chainPem, late), await judge(young.chainPem, late)]).toEqual(['host_old', 'host_young']);
    expect([await ask(old.chainPem, late), await ask(young.chainPem, late)]).toEqual(['end.pem: OK\n', 'end.pem: OK\n']);
    // A host that holds the old one is due, so that all have moved on before the old intermediate ends.
    const { intermediateId } = after;
    expect(await room.isRenewalDue({ serial: old.serial, subjectId: 'host_old', addresses, intermediateId }, { nowMs: late })).toBe(true);
    expect(await room.isRenewalDue({ serial: young.serial, subjectId: 'host_young', addresses, intermediateId }, { nowMs: late })).toBe(false);
    const muchLater = nowMs + 5 * yearMs + dayMs;
    expect((await room.ensureAuthority({ nowMs: muchLater })).lists).toHaveLength(2);
  });

  it('never lets anything outlive the root', async () => {
    await room.ensureAuthority({ nowMs });
    const late = nowMs + 30 * yearMs - 10 * dayMs;
    const { intermediateId } = await room.ensureAuthority({ nowMs: late });
    expect((await room.ensureAuthority({ nowMs: late })).intermediateId).toBe(intermediateId);
    const { chainPem, notAfter } = await issue('host_last', createPrivateKey256(), late);
    expect(notAfter.getTime()).toBeLessThanOrEqual(nowMs + 30 * yearMs);
    expect(await ask(chainPem, late)).toBe('end.pem: OK\n');
  });

  it('says that it is not made yet, as something that heals', async () => {
    await expect(issue('host_one', createPrivateKey256())).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    await expect(room.getAuthority({ nowMs })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(room.getRevocations({ nowMs })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('issuing', () => {
  beforeEach(async () => {
    await room.ensureAuthority({ nowMs });
  });

  it('gives a chain that openssl and a host take, for 90 days, under names that the portal decides', async () => {
    const { chainPem, notAfter, id, serial } = await issue('host_one', createPrivateKey256());
    expect([await judge(chainPem), await ask(chainPem)]).toEqual(['host_one', 'end.pem: OK\n']);
    expect(notAfter.getTime()).toBe(Math.floor((nowMs + 90 * dayMs) / 1_000) * 1_000);
    expect(await audit('certificate.issue', id)).toBe(1);
    const text = openssl(['x509', '-in', 'end.pem', '-noout', '-text'], { 'end.pem': chainPem }).output;
    expect(text).toMatch(/Subject: O = Chainworks, CN = host_one\n/);
    expect(text).toMatch(/URI:chainworks:host:host_one, DNS:localhost, IP Address:127\.0\.0\.1\n/);
    expect(text).toMatch(/URI:http:\/\/\S+\/api\/certificates\/revocations\?authority=ca_\w{26}/);
    expect(await room.listCertificates({ subjectId: 'host_one' })).toMatchObject([{ id, serial, revokedAt: null }]);
  });

  it('takes a public key in place of a request', async () => {
    const key = createPrivateKey256();
    const { chainPem } = await room.issueCertificate({ profile: 'HOST', subjectId: 'host_two', key: { publicKey: publicKeyOf(key) }, addresses }, { nowMs });
    expect(await judge(chainPem)).toBe('host_two');
    const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey.export({ format: 'der', type: 'spki' });
    await expect(room.issueCertificate({ profile: 'HOST', subjectId: 'host_two', key: { publicKey: p384 }, addresses }, { nowMs })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('gives what is there when it is asked again, also by several workers at once', async () => {
    const key = createPrivateKey256();
    const answers = await Promise.all(Array.from({ length: 6 }, () => issue('host_one', key)));
    expect(new Set(answers.map(({ serial }) => serial)).size).toBe(1);
    expect(await platform.getDb().certificate.count()).toBe(1);
    expect((await issue('host_one', key, nowMs + 59 * dayMs)).serial).toBe(answers[0]?.serial);
    const renewed = await issue('host_one', key, nowMs + 61 * dayMs);
    expect(renewed.serial).not.toBe(answers[0]?.serial);
    // The one before it is not revoked: it may be in use until the new one has arrived.
    await room.ensureAuthority({ nowMs: nowMs + 61 * dayMs });
    expect([await judge(answers[0]?.chainPem ?? '', nowMs + 61 * dayMs), await judge(renewed.chainPem, nowMs + 61 * dayMs)]).toEqual(['host_one', 'host_one']);
  });

  it('makes a new one when the addresses have changed', async () => {
    const key = createPrivateKey256();
    const { serial } = await issue('host_one', key);
    const moved = await room.issueCertificate({ profile: 'HOST', subjectId: 'host_one', key: { request: requestOf(key) }, addresses: { dnsNames: ['node.example'], ipAddresses: [] } }, { nowMs });
    expect(moved.serial).not.toBe(serial);
    const { intermediateId } = await room.ensureAuthority({ nowMs });
    expect(await room.isRenewalDue({ serial, subjectId: 'host_one', addresses: { dnsNames: ['node.example'], ipAddresses: [] }, intermediateId }, { nowMs })).toBe(true);
    expect(await room.isRenewalDue({ serial, subjectId: 'host_two', addresses, intermediateId }, { nowMs })).toBe(true);
    expect(await room.isRenewalDue({ serial, subjectId: 'host_one', addresses, intermediateId }, { nowMs })).toBe(false);
  });

  it('revokes what a subject held under another key: a host has one', async () => {
    const first = await issue('host_one', createPrivateKey256());
    const neighbour = await issue('host_two', createPrivateKey256());
    const second = await issue('host_one', createPrivateKey256());
    expect([await judge(first.chainPem), await judge(second.chainPem), await judge(neighbour.chainPem)]).toEqual(['revoked', 'host_one', 'host_two']);
    expect(await audit('certificate.revoke', first.id)).toBe(1);
  });

  it('holds for many subjects that change their keys at once', async () => {
    const hosts = Array.from({ length: 8 }, (_, index) => `host_${index}`);
    const first = await Promise.all(hosts.map((host) => issue(host, createPrivateKey256())));
    const second = await Promise.all(hosts.map((host) => issue(host, createPrivateKey256())));
    for (const { chainPem } of first) expect(await judge(chainPem)).toBe('revoked');
    for (const [index, { chainPem }] of second.entries()) expect(await judge(chainPem)).toBe(hosts[index]);
    expect(readRevocationLists((await room.getRevocations({ nowMs })).pem).flatMap(({ revoked }) => [...revoked])).toHaveLength(8);
  });

  it('tries again with another serial when one is taken, and gives up when the source of chance is broken', async () => {
    const { serial } = await issue('host_one', createPrivateKey256());
    const taken = new Uint8Array(Buffer.from(serial, 'hex'));
    const free = new Uint8Array(20).fill(0x41);
    const serials = [taken, free];
    const input = (subjectId: string) => ({ profile: 'HOST' as const, subjectId, key: { request: requestOf(createPrivateKey256()) }, addresses });
    expect((await room.issueCertificate(input('host_two'), { nowMs, createSerial: () => serials.shift() ?? free })).serial).toBe('41'.repeat(20));
    await expect(room.issueCertificate(input('host_three'), { nowMs, createSerial: () => taken })).rejects.toMatchObject({ code: 'P2002' });
    expect(await room.listCertificates({ subjectId: 'host_three' })).toEqual([]);
  });

  it.each([
    ['no request', 'hello'],
    ['a request without end', requestOf(createPrivateKey256()).slice(0, 200)],
    ['a huge request', `-----BEGIN CERTIFICATE REQUEST-----\n${'A'.repeat(100_000)}\n-----END CERTIFICATE REQUEST-----\n`],
  ])('refuses %s in words for its sender', async (_, request) => {
    await expect(room.issueCertificate({ profile: 'HOST', subjectId: 'host_one', key: { request }, addresses }, { nowMs })).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { fields: { key: expect.any(String) as string } } });
    expect(await platform.getDb().certificate.count()).toBe(0);
  });
});

describe('revoking', () => {
  beforeEach(async () => {
    await room.ensureAuthority({ nowMs });
  });
  const byAdmin = { kind: 'USER', userId: 'usr_admin' } as const;
  const revoke = (certificateId: string, reason: 'SUPERSEDED' | 'KEY_COMPROMISE', at = nowMs + 1_000) => room.revokeCertificate({ certificateId, reason, actor: byAdmin }, { nowMs: at });

  it('is seen by hosts and by openssl in the very next list', async () => {
    const { id, chainPem } = await issue('host_one', createPrivateKey256());
    const before = new Map((await room.getRevocations({ nowMs })).lists.map(({ authority, number }) => [authority, number]));
    expect(await revoke(id, 'SUPERSEDED')).toMatchObject({ revokedAt: new Date(nowMs + 1_000).toISOString(), revocationReason: 'SUPERSEDED' });
    expect(await judge(chainPem, nowMs + 1_000)).toBe('revoked');
    expect(await ask(chainPem, nowMs + 1_000)).toMatch(/certificate revoked/);
    expect((await room.getRevocations({ nowMs })).lists.filter(({ authority, number }) => number > (before.get(authority) ?? Infinity))).toHaveLength(1);
    expect(await audit('certificate.revoke', id)).toBe(1);
  });

  it('twice changes nothing, and makes no second list', async () => {
    const { id } = await issue('host_one', createPrivateKey256());
    const first = await revoke(id, 'KEY_COMPROMISE');
    const lists = await room.getRevocations({ nowMs });
    expect(await revoke(id, 'KEY_COMPROMISE', nowMs + 9_000)).toEqual(first);
    expect(await revoke(id, 'SUPERSEDED', nowMs + 9_000)).toEqual(first);
    expect(await room.getRevocations({ nowMs })).toEqual(lists);
    expect(await audit('certificate.revoke', id)).toBe(1);
  });

  it('for a compromised key takes all of its certificates along, and no further one is issued for it', async () => {
    const key = createPrivateKey256();
    const old = await issue('host_one', key);
    const young = await issue('host_one', key, nowMs + 61 * dayMs);
    await revoke(young.id, 'SUPERSEDED', nowMs + 61 * dayMs);
    const at = nowMs + 62 * dayMs;
    expect(await revoke(young.id, 'KEY_COMPROMISE', at)).toMatchObject({ revocationReason: 'KEY_COMPROMISE', revokedAt: new Date(nowMs + 61 * dayMs).toISOString() });
    await room.ensureAuthority({ nowMs: at });
    expect([await judge(old.chainPem, at), await judge(young.chainPem, at)]).toEqual(['revoked', 'revoked']);
    expect(await room.isKeyCompromised(hashPublicKey(publicKeyOf(key)))).toBe(true);
    await expect(issue('host_one', key, at)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(issue('host_two', key, at)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await judge((await issue('host_one', createPrivateKey256(), at)).chainPem, at)).toBe('host_one');
  });

  it('of a superseded one lets its key go on', async () => {
    const key = createPrivateKey256();
    const { id } = await issue('host_one', key);
    await revoke(id, 'SUPERSEDED');
    expect(await judge((await issue('host_one', key, nowMs + 2_000)).chainPem, nowMs + 2_000)).toBe('host_one');
  });

  it('of an unknown certificate, or one that has ended, is refused in words', async () => {
    await expect(revoke('crt_none', 'SUPERSEDED')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { id } = await issue('host_one', createPrivateKey256());
    await expect(revoke(id, 'SUPERSEDED', nowMs + 91 * dayMs)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('revocation lists', () => {
  it('are renewed long before they end, and never lose a number', async () => {
    const { lists } = await room.ensureAuthority({ nowMs });
    expect((await room.ensureAuthority({ nowMs: nowMs + 9 * dayMs })).lists).toEqual(lists);
    const renewed = (await room.ensureAuthority({ nowMs: nowMs + 11 * dayMs })).lists;
    for (const { authority, number } of renewed) expect(number).toBeGreaterThan(lists.find((list) => list.authority === authority)?.number ?? Infinity);
    // Two in one second, or with a clock that was set back.
    const { id } = await issue('host_one', createPrivateKey256(), nowMs + 11 * dayMs);
    await room.revokeCertificate({ certificateId: id, reason: 'SUPERSEDED', actor: { kind: 'SYSTEM' } }, { nowMs });
    const after = (await room.getRevocations({ nowMs })).lists;
    expect(after.filter(({ authority, number }) => number > (renewed.find((list) => list.authority === authority)?.number ?? Infinity))).toHaveLength(1);
  });

  it('keep an entry until one list was made after its certificate ended, then drop it', async () => {
    await room.ensureAuthority({ nowMs });
    const { id, serial } = await issue('host_one', createPrivateKey256());
    await room.revokeCertificate({ certificateId: id, reason: 'SUPERSEDED', actor: { kind: 'SYSTEM' } }, { nowMs });
    const entries = async (at: number) => {
      await room.ensureAuthority({ nowMs: at });
      return readRevocationLists((await room.getRevocations({ nowMs: at })).pem).flatMap(({ revoked }) => [...revoked]);
    };
    expect(await entries(nowMs + 89 * dayMs)).toEqual([serial]);
    expect(await entries(nowMs + 100 * dayMs)).toEqual([serial]);
    expect(await entries(nowMs + 111 * dayMs)).toEqual([]);
  });
});
