import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodePem, extension, withS } from '../testing/test-certificate';
import { createTestAuthority, createTestOrganisation, issueTestRevocations, serializeIdentity, testStartMs, type TestMspChanges, type TestOrganisation } from '../testing/test-organisation';
import { readCertificate } from './certificate';
import { checkExpiry } from './check-expiry';
import { createIdentity } from './create-identity';
import { createMspManager } from './create-msp-manager';
import { derTag, encodeDer, encodeInteger, readDer, readDerList } from './der';
import type { Identity } from './msp';
import { readPem } from './pem';
import { FabricRefusal } from './refusal';
import { readSigned } from './signed-structure';
import { unitsOf, validateIdentity } from './validate-identity';

const org = createTestOrganisation('Org1MSP');
const other = createTestOrganisation('Org2MSP');

const identityOf = (pem: Uint8Array, changes?: TestMspChanges, of: TestOrganisation = org): Identity => createIdentity(of.createMsp(changes), pem);
const validate = (pem: Uint8Array, changes?: TestMspChanges) => validateIdentity(identityOf(pem, changes));

describe('validateIdentity', () => {
  it('accepts a member of each role, and the system agrees about who signed it', () => {
    for (const units of [['client'], ['peer'], ['admin'], ['orderer'], ['client', 'department1']]) {
      const { pem, der } = org.issue({ units });
      expect(validate(pem), units.join()).toBeUndefined();
      expect(new X509Certificate(der).verify(new X509Certificate(org.root.der).publicKey)).toBe(true);
    }
  });

  it('refuses a certificate of another organisation\'s root, or of a root that only has the same name', () => {
    const namesake = createTestAuthority(`ca.${org.mspId}`);
    for (const signer of [other.issue(), org.issue({ by: namesake })]) {
      expect(() => identityOf(signer.pem)).toThrow('x509: certificate signed by unknown authority');
    }
  });

  it('refuses a certificate that was changed after it was signed', () => {
    const { der } = org.issue({ units: ['client'] });
    const changed = Buffer.from(der);
    changed.write('peer00', changed.indexOf('client'));
    expect(() => identityOf(encodePem('CERTIFICATE', changed))).toThrow('unknown authority');
  });

  it('refuses what has no role, or two', () => {
    expect(validate(org.issue({ units: [] }).pem)).toBe(
      'could not validate identity\'s OUs: the identity does not have an OU that resolves to client, peer, orderer, or admin role. OUs: [], MSP: [Org1MSP]',
    );
    expect(validate(org.issue({ units: ['peer', 'admin'] }).pem)).toContain('not a combination of them');
  });

  it('asks for no role when roles are not told apart', () => {
    const admin = org.issue({ units: [] });
    expect(validate(org.issue({ units: [] }).pem, { nodeUnits: null, admins: [admin.pem] })).toBeUndefined();
    expect(validate(org.issue({ units: [] }).pem, { nodeUnits: { isEnabled: false }, admins: [admin.pem] })).toBeUndefined();
  });

  it('refuses a role under a path of authorities other than the one it is bound to', () => {
    const intermediate = createTestAuthority('intermediate', { by: org.root });
    const second = createTestAuthority('second', { by: org.root });
    const changes = { intermediates: [intermediate.pem, second.pem], nodeUnits: { certificate: intermediate.pem } };
    expect(validate(org.issue({ by: intermediate }).pem, changes)).toBeUndefined();
    expect(validate(org.issue({ by: second }).pem, changes)).toContain('certifiersIdentifier does not match');
  });

  it('refuses an authority as a member, and a member below a root that has intermediates', () => {
    const intermediate = createTestAuthority('intermediate', { by: org.root });
    const changes = { intermediates: [intermediate.pem] };
    expect(validate(org.issue({ isAuthority: true }).pem)).toContain('cannot be used as an identity');
    expect(validate(org.issue().pem, changes)).toContain('Parent certificate should be a leaf of the certification tree');
    expect(validate(org.issue({ by: intermediate }).pem, changes)).toBeUndefined();
  });

  it('refuses a chain through something that is no authority, or longer than an authority allows', () => {
    const member = org.issue();
    const forger = { ...createTestAuthority('forger', { by: org.root, isAuthority: false }), key: member.key };
    expect(() => org.createMsp({ intermediates: [forger.pem] })).toThrow(FabricRefusal);
    const short = createTestAuthority('short', { pathLength: 0 });
    const below = createTestAuthority('below', { by: short });
    expect(() => identityOf(org.issue({ by: below }).pem, { roots: [short.pem], intermediates: [below.pem] })).toThrow('too many intermediates');
  });

  it('refuses what an authority without the right to sign certificates has signed', () => {
    const silent = createTestAuthority('silent', { by: org.root, keyUsageBits: 0x02 });
    expect(() => identityOf(org.issue({ by: silent }).pem, { intermediates: [silent.pem] })).toThrow('parent certificate cannot sign this kind of certificate');
  });

  it('refuses a serial number that its issuer revoked, and that alone', () => {
    const [revoked, good] = [org.issue(), org.issue()];
    const changes = { revocationLists: [issueTestRevocations(org.root, [revoked.serial])] };
    expect(validate(revoked.pem, changes)).toBe('could not validate identity against certification chain: The certificate has been revoked');
    expect(validate(good.pem, changes)).toBeUndefined();
    expect(validate(revoked.pem, { revocationLists: [issueTestRevocations(org.root, [])] })).toBeUndefined();
  });

  it('believes no revocation list that another key signed', () => {
    const { pem, serial } = org.issue();
    expect(validate(pem, { revocationLists: [issueTestRevocations(org.root, [serial], other.root.key)] })).toBeUndefined();
  });

  it('believes a revocation list whose signature has something behind it, and takes none whose signature is none', () => {
    const { pem, serial } = org.issue();
    const list = readPem(issueTestRevocations(org.root, [serial]), 10_000, 'list')?.der ?? new Uint8Array();
    const { toBeSigned, algorithm, signature } = readSigned(list, 'list');
    const [r, s] = readDerList(readDer(signature, derTag.sequence, 'signature').content, 'signature').map(({ whole }) => whole) as [Uint8Array, Uint8Array];
    const withSignature = (bytes: Uint8Array) => encodeDer(derTag.sequence, toBeSigned.whole, algorithm.whole, encodeDer(derTag.bitString, Buffer.of(0), bytes));
    expect(validate(pem, { revocationLists: [withSignature(encodeDer(derTag.sequence, r, s, encodeInteger(7n)))] })).toContain('The certificate has been revoked');
    expect(() => org.createMsp({ revocationLists: [withSignature(encodeDer(derTag.sequence, r))] })).toThrow('could not parse RevocationList');
  });

  it('refuses units outside of those that the organisation recognises', () => {
    const units = [{ unit: 'department1', certificate: org.root.pem }];
    expect(validate(org.issue({ units: ['peer', 'department1'] }).pem, { units })).toBeUndefined();
    expect(validate(org.issue({ units: ['peer', 'department2'] }).pem, { units })).toContain('none of the identity\'s organizational units [peer(');
    expect(validate(org.issue({ units: [] }).pem, { units })).toContain('does not contain an Organizational Unit');
    const [right, wrong] = [createTestAuthority('right', { by: org.root }), createTestAuthority('wrong', { by: org.root })];
    const bound = { intermediates: [right.pem, wrong.pem], units: [{ unit: 'department1', certificate: right.pem }] };
    expect(validate(org.issue({ units: ['peer', 'department1'], by: right }).pem, bound)).toBeUndefined();
    expect(validate(org.issue({ units: ['peer', 'department1'], by: wrong }).pem, bound)).toContain('none of the identity\'s organizational units');
  });

  it('names the path of authorities as Fabric hashes it', () => {
    const intermediate = createTestAuthority('intermediate', { by: org.root });
    const identity = identityOf(org.issue({ by: intermediate }).pem, { intermediates: [intermediate.pem] });
    const certifiers = createHash('sha256').update(intermediate.der).update(org.root.der).digest('hex');
    expect(unitsOf(identity)).toEqual([{ unit: 'peer', certifiers }]);
  });

  it('refuses a critical extension that it does not understand, and uses other than a server\'s', () => {
    const critical = [extension('1.2.3.4.5.6.7.8.1', Buffer.of(0x05, 0), true)];
    expect(() => identityOf(org.issue({ extraExtensions: critical }).pem)).toThrow('x509: unhandled critical extension');
    const attributes = [extension('1.2.3.4.5.6.7.8.1', Buffer.from('{"attrs":{}}'))];
    expect(validate(org.issue({ extraExtensions: attributes }).pem)).toBeUndefined();
    expect(() => identityOf(org.issue({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.4'] }).pem)).toThrow('incompatible key usage');
    expect(validate(org.issue({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] }).pem)).toBeUndefined();
  });

  it('gives the two signature forms of one certificate one identity', () => {
    const low = org.issue();
    const { toBeSigned, algorithm, signature } = readCertificate(low.der).signed;
    const high = encodeDer(derTag.sequence, toBeSigned.whole, algorithm.whole, encodeDer(derTag.bitString, Buffer.of(0), withS(signature, true)));
    expect(new X509Certificate(high).verify(new X509Certificate(org.root.der).publicKey)).toBe(true);
    const [one, two] = [low.pem, encodePem('CERTIFICATE', high)].map((pem) => identityOf(pem)) as [Identity, Identity];
    expect(Buffer.from(high).equals(low.der)).toBe(false);
    expect(two.id).toBe(one.id);
    expect(one.id).toBe(createHash('sha256').update(low.der).digest('hex'));
    expect(validateIdentity(two)).toBeUndefined();
  });

  it('gives a root its low-S form too, so that paths hash alike', () => {
    const root = createTestAuthority('high root', { hasHighS: true });
    expect(org.createMsp({ roots: [root.pem] }).roots[0]?.der).not.toEqual(root.der);
    expect(validate(org.issue({ by: root }).pem, { roots: [root.pem] })).toBeUndefined();
  });

  it('takes identities on the other curves of Fabric and authorities with RSA keys', () => {
    for (const curve of ['secp224r1', 'secp384r1', 'secp521r1']) expect(validate(org.issue({ curve }).pem), curve).toBeUndefined();
    expect(() => identityOf(org.issue({ curve: 'secp256k1' }).pem)).toThrow('on a curve that Fabric does not know');
    const root = createTestAuthority('rsa', { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey });
    expect(validate(org.issue({ by: root }).pem, { roots: [root.pem] })).toBeUndefined();
  });

  it('answers the same whatever the time: a certificate is judged by its beginning, and must begin while its authority lives', () => {
    const expired = org.issue({ notBeforeMs: testStartMs, notAfterMs: testStartMs + 1_000 });
    expect(validate(expired.pem)).toBeUndefined();
    expect(() => identityOf(org.issue({ notBeforeMs: testStartMs - 400 * 86_400_000, notAfterMs: testStartMs }).pem)).toThrow('is not yet valid');
    const ended = createTestAuthority('ended', { notAfterMs: testStartMs - 1_000 });
    expect(() => identityOf(org.issue({ by: ended }).pem, { roots: [ended.pem] })).toThrow('has expired or is not yet valid');
    expect(validate(org.issue({ by: ended, notBeforeMs: testStartMs - 10_000 }).pem, { roots: [ended.pem] })).toBeUndefined();
  });
});

describe('checkExpiry', () => {
  it('refuses an identity after its end, at the time that the caller names', () => {
    const identity = identityOf(org.issue({ notAfterMs: testStartMs + 5_000 }).pem);
    expect(checkExpiry(identity, testStartMs + 5_000)).toBeUndefined();
    expect(checkExpiry(identity, testStartMs + 5_001)).toBe('client identity expired');
  });
});

describe('createMspManager', () => {
  const manager = createMspManager([org.createMsp(), other.createMsp()], 2);

  it('looks for the chain under the organisation that is named, and no other', () => {
    expect(manager.deserializeIdentity(org.issue().serialized).msp.id).toBe('Org1MSP');
    expect(() => manager.deserializeIdentity(serializeIdentity('Org2MSP', org.issue().pem))).toThrow('unknown authority');
    expect(() => manager.deserializeIdentity(serializeIdentity('Org3MSP', org.issue().pem))).toThrow('MSP Org3MSP is not defined on channel');
  });

  it('remembers no more identities than it may, and those it used last', () => {
    const [first, second, third] = [org.issue(), org.issue(), org.issue()].map(({ serialized }) => serialized) as [Uint8Array, Uint8Array, Uint8Array];
    const [one, two] = [manager.deserializeIdentity(first), manager.deserializeIdentity(second)];
    expect(manager.deserializeIdentity(first)).toBe(one);
    manager.deserializeIdentity(third);
    expect(manager.deserializeIdentity(first)).toBe(one);
    expect(manager.deserializeIdentity(second)).not.toBe(two);
  });

  it('refuses two organisations of one name', () => {
    expect(() => createMspManager([org.createMsp(), org.createMsp()])).toThrow('Two MSPs of the channel have one name');
  });
});
