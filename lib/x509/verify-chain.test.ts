import { createPublicKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createPrivateKey256, createSerial, encodePem, hostIdOf, isX509Refusal, publicKeyOf, readCertificate, readRevocationLists, signCertificate, signRevocationList, verifyChain, type VerifyChain } from '.';
import { createTestAuthority, openssl } from './testing';

const nowMs = Date.parse('2027-03-01T12:00:00Z');
const dayMs = 24 * 60 * 60 * 1_000;
const authority = createTestAuthority(nowMs);
const key = createPrivateKey256();
const publicKey = publicKeyOf(createPublicKey(key));
const issued = authority.issueHost({ hostId: 'host_one', publicKey, addresses: { dnsNames: ['node.example'], ipAddresses: ['10.0.0.7', '2001:db8::1'] } });
const good: VerifyChain = { chain: issued.chainPem, root: authority.rootPem, revocations: authority.revocationsPem(), nowMs, hostId: 'host_one' };

const reasonOf = (change: Partial<VerifyChain>): string => {
  try {
    verifyChain({ ...good, ...change });
  } catch (error) {
    if (isX509Refusal(error)) return error.reason;
    throw error;
  }
  return 'accepted';
};
const pem = (der: Uint8Array) => encodePem('CERTIFICATE', der);
const list = (der: Uint8Array) => encodePem('X509 CRL', der);
/** The chain of an end that the intermediate signed as it is told here. */
const chainOf = (change: Partial<Parameters<typeof signCertificate>[0]>) =>
  pem(
    signCertificate({
      profile: { kind: 'host', hostId: 'host_one', dnsNames: [], ipAddresses: [] },
      subject: 'host_one',
      publicKey,
      issuer: authority.intermediate,
      serial: createSerial(),
      notBeforeMs: nowMs - dayMs,
      notAfterMs: nowMs + dayMs,
      ...change,
    }),
  ) + pem(authority.intermediate.certificate);

describe('a host’s certificate', () => {
  it('says whose it is and where it may be reached', () => {
    const facts = verifyChain(good);
    expect(facts).toMatchObject({ commonName: 'host_one', serial: issued.serial, dnsNames: ['node.example'], ipAddresses: ['10.0.0.7', '2001:db8::1'], isAuthority: false });
    expect(hostIdOf(facts)).toBe('host_one');
    expect(facts.serial).toMatch(/^[4-7][0-9a-f]{39}$/);
    expect(facts.notAfterMs - facts.notBeforeMs).toBe(90 * dayMs);
  });

  it('is found good by openssl, with revocation of every link checked', () => {
    const [end = '', intermediate = ''] = issued.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/);
    const files = { 'end.pem': end, 'intermediate.pem': intermediate, 'root.pem': authority.rootPem, 'lists.pem': good.revocations };
    const check = (lists: string, ...more: string[]) =>
      openssl(['verify', '-x509_strict', '-attime', String(nowMs / 1_000), '-crl_check', '-crl_check_all', '-CAfile', 'root.pem', '-untrusted', 'intermediate.pem', '-CRLfile', 'lists.pem', ...more, 'end.pem'], { ...files, 'lists.pem': lists });
    expect(check(good.revocations, '-purpose', 'sslserver').output).toBe('end.pem: OK\n');
    expect(check(good.revocations, '-purpose', 'sslclient').output).toBe('end.pem: OK\n');
    expect(check(authority.revocationsPem({ revoked: [{ serial: issued.serial, reason: 'keyCompromise' }] })).output).toMatch(/certificate revoked/);
  });

  it('carries the extensions of RFC 5280 as openssl reads them', () => {
    const files = { 'end.pem': issued.chainPem, 'intermediate.pem': pem(authority.intermediate.certificate), 'root.pem': authority.rootPem };
    const text = (file: string) => openssl(['x509', '-in', file, '-noout', '-text'], files).output;
    expect(text('end.pem')).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(text('end.pem')).toMatch(/Key Usage: critical\s+Digital Signature\n/);
    expect(text('end.pem')).toMatch(/Extended Key Usage: \s+TLS Web Server Authentication, TLS Web Client Authentication/);
    expect(text('end.pem')).toMatch(/Subject Alternative Name: \s+URI:chainworks:host:host_one, DNS:node.example, IP Address:10.0.0.7, IP Address:2001:DB8:0:0:0:0:0:1/);
    expect(text('intermediate.pem')).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(text('root.pem')).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:1/);
    for (const file of ['intermediate.pem', 'root.pem']) expect(text(file)).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    // Node's own reader is a third opinion.
    const parsed = new X509Certificate(issued.der);
    expect(parsed.verify(createPublicKey(authority.intermediate.privateKey))).toBe(true);
    expect(parsed.ca).toBe(false);
  });

  it('names where its revocation list lies when that is known', () => {
    const [end = ''] = chainOf({ revocationsUrl: 'http://portal.example/api/certificates/revocations?authority=x' }).split(/(?<=-----END CERTIFICATE-----\n)/);
    expect(openssl(['x509', '-in', 'end.pem', '-noout', '-text'], { 'end.pem': end }).output).toMatch(/CRL Distribution Points: \s+Full Name:\s+URI:http:\/\/portal\.example\/api\/certificates\/revocations\?authority=x/);
  });

  it('encodes every way of writing an address', () => {
    const ipAddresses = ['::1', '::ffff:10.0.0.1', 'FD00::1', '1:2:3:4:5:6:7:8', '203.0.113.9'];
    const { der } = authority.issueHost({ hostId: 'host_one', publicKey, addresses: { ipAddresses } });
    expect(readCertificate(der).ipAddresses).toEqual(['::1', '::ffff:a00:1', 'fd00::1', '1:2:3:4:5:6:7:8', '203.0.113.9']);
  });

  it('that ends after 2049 is written as RFC 5280 wants it', () => {
    const [end = ''] = chainOf({ notAfterMs: Date.parse('2056-01-01T00:00:00Z') }).split(/(?<=-----END CERTIFICATE-----\n)/);
    expect(openssl(['asn1parse', '-in', 'end.pem'], { 'end.pem': end }).output).toMatch(/GENERALIZEDTIME\s+:20560101000000Z/);
    expect(readCertificate(new X509Certificate(end).raw).notAfterMs).toBe(Date.parse('2056-01-01T00:00:00Z'));
  });
});

describe('verifying a chain', () => {
  it('takes the chain with and without the root at its end', () => {
    expect([reasonOf({}), reasonOf({ chain: issued.chainPem + authority.rootPem })]).toEqual(['accepted', 'accepted']);
  });

  it('knows no other root than the pinned one, also of the same name', () => {
    const stranger = createTestAuthority(nowMs);
    const theirs = stranger.issueHost({ hostId: 'host_one', publicKey });
    expect(reasonOf({ chain: theirs.chainPem, revocations: stranger.revocationsPem() })).toBe('foreign');
    expect(reasonOf({ root: stranger.rootPem })).toBe('foreign');
    expect(reasonOf({ chain: theirs.chainPem + stranger.rootPem, revocations: stranger.revocationsPem() })).toBe('foreign');
  });

  it('does not believe a signature of another key under the right names', () => {
    const forged = { certificate: authority.intermediate.certificate, privateKey: createPrivateKey256() };
    // Its authority key identifier is the forger's; with the true one the signature gives it away.
    expect(reasonOf({ chain: chainOf({ issuer: forged }) })).toBe('foreign');
    const der = Buffer.from(issued.der);
    der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1;
    expect(['signature', 'malformed']).toContain(reasonOf({ chain: pem(der) + pem(authority.intermediate.certificate) }));
  });

  it('refuses what has not begun or has ended, for every link', () => {
    expect(reasonOf({ nowMs: nowMs - dayMs })).toBe('not-yet-valid');
    expect(reasonOf({ nowMs: nowMs + 91 * dayMs, revocations: authority.revocationsPem({ atMs: nowMs + 91 * dayMs }) })).toBe('expired');
    const old = createTestAuthority(nowMs - 4_000 * dayMs);
    const late = old.issueHost({ hostId: 'host_one', publicKey, notBeforeMs: nowMs - dayMs });
    expect(reasonOf({ chain: late.chainPem, root: old.rootPem, revocations: old.revocationsPem({ atMs: nowMs }) })).toBe('expired');
  });

  it('refuses another host’s certificate, one that names two hosts, and one that names none', () => {
    expect(reasonOf({ hostId: 'host_two' })).toBe('name');
    expect(hostIdOf({ uris: ['chainworks:host:a', 'chainworks:host:b'] })).toBeUndefined();
    expect(hostIdOf({ uris: [] })).toBeUndefined();
    expect(hostIdOf({ uris: ['chainworks:host:a b'] })).toBeUndefined();
    expect(hostIdOf({ uris: ['xchainworks:host:a'] })).toBeUndefined();
  });

  it('refuses an authority as an end, and an end as an authority', () => {
    expect(reasonOf({ chain: pem(authority.intermediate.certificate) })).toBe('usage');
    expect(reasonOf({ chain: authority.rootPem })).toBe('usage');
    const below = pem(signCertificate({ profile: { kind: 'host', hostId: 'host_one', dnsNames: [], ipAddresses: [] }, subject: 'host_one', publicKey, issuer: { certificate: issued.der, privateKey: key }, serial: createSerial(), notBeforeMs: nowMs - dayMs, notAfterMs: nowMs + dayMs }));
    const revocations = good.revocations + list(signRevocationList({ issuer: { certificate: issued.der, privateKey: key }, number: 1, thisUpdateMs: nowMs - 1_000, nextUpdateMs: nowMs + dayMs, revoked: [] }));
    expect(reasonOf({ chain: below + issued.chainPem, revocations })).toBe('usage');
  });

  it('refuses a further authority below the intermediate: its path length is 0', () => {
    const subKey = createPrivateKey256();
    const sub = signCertificate({ profile: { kind: 'intermediate' }, subject: 'sub', publicKey: publicKeyOf(createPublicKey(subKey)), issuer: authority.intermediate, serial: createSerial(), notBeforeMs: nowMs - dayMs, notAfterMs: nowMs + dayMs });
    const issuer = { certificate: sub, privateKey: subKey };
    const [end = ''] = chainOf({ issuer }).split(/(?<=-----END CERTIFICATE-----\n)/);
    const revocations = good.revocations + list(signRevocationList({ issuer, number: 1, thisUpdateMs: nowMs - 1_000, nextUpdateMs: nowMs + dayMs, revoked: [] }));
    expect(reasonOf({ chain: end + pem(sub) + pem(authority.intermediate.certificate), revocations })).toBe('usage');
  });

  it.each<[string, (number: number) => string, string]>([
    ['revoked', () => authority.revocationsPem({ revoked: [{ serial: issued.serial }] }), 'revoked'],
    ['revoked in one list and not in an older one', () => authority.revocationsPem({ number: 2, revoked: [{ serial: issued.serial }] }) + authority.revocationsPem({ number: 1 }), 'revoked'],
    ['of a neighbour’s revocation', () => authority.revocationsPem({ revoked: [{ serial: '41'.repeat(20) }] }), 'accepted'],
    ['under an ended list', () => authority.revocationsPem({ atMs: nowMs - 31 * dayMs }), 'unknown-status'],
    ['under a list from the future', () => authority.revocationsPem({ atMs: nowMs + dayMs }), 'unknown-status'],
    ['under another authority’s lists', () => createTestAuthority(nowMs).revocationsPem(), 'unknown-status'],
    ['without the root’s list', () => good.revocations.split(/(?<=-----END X509 CRL-----\n)/)[0] ?? '', 'unknown-status'],
    ['without any list', () => '', 'unknown-status'],
    ['under what is no list', () => 'hello', 'malformed'],
  ])('judges a certificate that is %s', (_, revocations, reason) => {
    expect(reasonOf({ revocations: revocations(1) })).toBe(reason);
  });

  it('refuses a revoked intermediate with everything below it', () => {
    const { serial } = readCertificate(authority.intermediate.certificate);
    const times = { number: 2, thisUpdateMs: nowMs - 1_000, nextUpdateMs: nowMs + dayMs };
    const revocations = list(signRevocationList({ ...times, issuer: authority.intermediate, revoked: [] })) + list(signRevocationList({ ...times, issuer: authority.root, revoked: [{ serial, atMs: nowMs, reason: 'keyCompromise' }] }));
    expect(reasonOf({ revocations })).toBe('revoked');
  });

  it('does not believe a list that an end signed, or that was changed', () => {
    const forged = list(signRevocationList({ issuer: { certificate: authority.intermediate.certificate, privateKey: key }, number: 9, thisUpdateMs: nowMs - 1_000, nextUpdateMs: nowMs + dayMs, revoked: [] }));
    const [, rootList = ''] = good.revocations.split(/(?<=-----END X509 CRL-----\n)/);
    expect(reasonOf({ revocations: forged + rootList })).toBe('unknown-status');
  });

  it('never breaks on a certificate or list that was changed in any byte', () => {
    const lists = readRevocationLists(good.revocations);
    for (let index = 0; index < issued.der.length; index++) {
      const der = Buffer.from(issued.der);
      der[index] = (der[index] ?? 0) ^ 0x55;
      expect(reasonOf({ chain: pem(der) + pem(authority.intermediate.certificate) }), `certificate, byte ${index}`).not.toBe('accepted');
    }
    const [first, second] = lists;
    for (let index = 0; index < (first?.der.length ?? 0); index++) {
      const der = Buffer.from(first?.der ?? []);
      der[index] = (der[index] ?? 0) ^ 0x55;
      expect(reasonOf({ revocations: list(der) + list(second?.der ?? new Uint8Array()) }), `list, byte ${index}`).not.toBe('accepted');
    }
  });
});

describe('a revocation list', () => {
  it('holds thousands of serials, reasons and its number, as openssl reads them', () => {
    const revoked = Array.from({ length: 5_000 }, (_, index) => ({ serial: Buffer.from(createSerial()).toString('hex'), reason: index === 0 ? ('keyCompromise' as const) : ('superseded' as const) }));
    const lists = authority.revocationsPem({ number: 1_900_000_000, revoked });
    const [own] = readRevocationLists(lists);
    expect(own?.number).toBe(1_900_000_000);
    expect(own?.revoked.size).toBe(5_000);
    const { output } = openssl(['crl', '-in', 'lists.pem', '-noout', '-text'], { 'lists.pem': lists });
    expect(output).toMatch(/X509v3 CRL Number: \s+1900000000/);
    expect(output).toMatch(/X509v3 Authority Key Identifier/);
    expect(output).toMatch(/Key Compromise/);
    expect(output.match(/Serial Number:/g)).toHaveLength(5_000);
  });
});

describe('signing', () => {
  it('refuses names, times and serials that make no good certificate', () => {
    const profile = { kind: 'host', hostId: 'host_one', dnsNames: [], ipAddresses: [] } as const;
    expect(() => chainOf({ notAfterMs: nowMs - 2 * dayMs })).toThrow(TypeError);
    expect(() => chainOf({ serial: new Uint8Array(20) })).toThrow(TypeError);
    expect(() => chainOf({ serial: new Uint8Array(20).fill(0x80) })).toThrow(TypeError);
    expect(() => chainOf({ subject: '' })).toThrow(TypeError);
    expect(() => chainOf({ subject: 'x'.repeat(65) })).toThrow(TypeError);
    expect(() => chainOf({ profile: { ...profile, hostId: 'a:b' } })).toThrow(TypeError);
    for (const name of ['*.example', 'a..b', '-a', 'A', '127.0.0.1', 'x'.repeat(64), '']) expect(() => chainOf({ profile: { ...profile, dnsNames: [name] } }), name).toThrow(TypeError);
    for (const address of ['localhost', '1.2.3', '']) expect(() => chainOf({ profile: { ...profile, ipAddresses: [address] } }), address).toThrow(TypeError);
    expect(() => chainOf({ profile: { ...profile, dnsNames: Array.from({ length: 17 }, (_, index) => `n${index}`) } })).toThrow(TypeError);
  });
});
