import { msp as protos } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../testing/random';
import { encodePem } from '../testing/test-certificate';
import { createTestAuthority, createTestOrganisation, issueTestRevocations, testStartMs } from '../testing/test-organisation';
import { readCertificate } from './certificate';
import { createMsp } from './create-msp';
import { createMspManager } from './create-msp-manager';
import { decodeMspConfig } from './decode-msp-config';
import { derTag, encodeDer, readDer, readDerList } from './der';
import { decodePrincipal, readPrincipal } from './principal';
import { FabricRefusal } from './refusal';
import { readRevocationList } from './revocation-list';
import { readWire } from './wire';

const org = createTestOrganisation('Org1MSP');
const other = createTestOrganisation('Org2MSP');

function encodeChanged(change: (config: InstanceType<typeof protos.FabricMSPConfig>) => void): Uint8Array {
  const outer = protos.MSPConfig.deserializeBinary(org.encodeConfig());
  const config = protos.FabricMSPConfig.deserializeBinary(outer.getConfig_asU8());
  change(config);
  outer.setConfig(config.serializeBinary());
  return outer.serializeBinary();
}

describe('an MSP configuration', () => {
  it('is read as it was written', () => {
    const admin = org.issue({ units: ['admin'] });
    const list = issueTestRevocations(org.root, [7n]);
    const config = decodeMspConfig(org.encodeConfig({ admins: [admin.pem], revocationLists: [list], signatureHashFamily: 'SHA3' }));
    expect(config.name).toBe('Org1MSP');
    expect(Buffer.from(config.admins[0] ?? []).equals(admin.pem)).toBe(true);
    expect(config.signatureHashFamily).toBe('SHA3');
    expect(config.nodeUnits).toMatchObject({ isEnabled: true, peer: { unit: 'peer' }, orderer: { unit: 'orderer' } });
    const msp = createMsp(config);
    expect(msp).toMatchObject({ id: 'Org1MSP', signatureHash: 'sha3-256', identityHash: 'sha256' });
    expect([...(msp.revocationLists[0]?.serials ?? [])]).toEqual([7n]);
  });

  it('tells what is wrong with it', () => {
    const refusal = (bytes: Uint8Array) => () => createMsp(decodeMspConfig(bytes));
    expect(refusal(org.encodeConfig({ roots: [] }))).toThrow('MSP Org1MSP: expected at least one CA certificate');
    expect(refusal(org.encodeConfig({ roots: [Buffer.from('nothing')] }))).toThrow('could not decode the PEM structure');
    expect(refusal(org.encodeConfig({ roots: [org.issue().pem] }))).toThrow('failed to traverse certificate verification chain');
    expect(refusal(org.encodeConfig({ roots: [createTestAuthority('no key identifier', { keyIdentifier: undefined }).pem] }))).toThrow('subjectKeyIdentifier not found in certificate');
    expect(refusal(org.encodeConfig({ intermediates: [createTestAuthority('lone', { by: other.root }).pem] }))).toThrow('unknown authority');
    expect(refusal(org.encodeConfig({ admins: [other.issue({ units: ['admin'] }).pem] }))).toThrow('admin 0 is invalid');
    expect(refusal(org.encodeConfig({ admins: [org.issue({ units: ['peer'] }).pem] }))).toThrow('admin 0 is invalid [The identity does not contain OU [CLIENT], MSP: [Org1MSP],The identity does not contain OU [ADMIN], MSP: [Org1MSP]]');
    expect(refusal(org.encodeConfig({ admins: [org.issue({ units: ['peer'] }).pem], nodeUnits: { roles: ['peer', 'admin'] } }))).toThrow('admin 0 is invalid [cannot test for classification, node ou for type [CLIENT], not defined, msp: [Org1MSP],');
    expect(refusal(org.encodeConfig({ nodeUnits: null }))).toThrow('administrators must be declared when no admin ou classification is set');
    expect(refusal(org.encodeConfig({ nodeUnits: { roles: ['client', 'peer'] } }))).toThrow('administrators must be declared');
    expect(refusal(org.encodeConfig({ units: [{ unit: 'department1', certificate: other.root.pem }] }))).toThrow('Failed adding OU. Certificate not in root or intermediate certs.');
    expect(refusal(org.encodeConfig({ revocationLists: [Buffer.from('nothing')] }))).toThrow('could not parse RevocationList');
    expect(refusal(org.encodeConfig({ signatureHashFamily: 'MD5' }))).toThrow('hash family not recognized [MD5]');
    expect(refusal(org.encodeConfig({ identityHash: 'MD5' }))).toThrow('hash function not recognized [MD5]');
    expect(refusal(encodeChanged((config) => config.setName('')))).toThrow('An MSP has a name');
    expect(refusal(encodeChanged((config) => config.setSigningIdentity(new protos.SigningIdentityInfo())))).toThrow('leave the private key out');
    expect(refusal(encodeChanged((config) => config.setTlsRootCertsList([org.issue().pem])))).toThrow('CA Certificate did not have the CA attribute');
    expect(refusal(encodeChanged((config) => config.setAdminsList(Array.from({ length: 501 }, () => Buffer.of(1)))))).toThrow('more than 500 administrators');
    const idemix = protos.MSPConfig.deserializeBinary(org.encodeConfig());
    idemix.setType(1);
    expect(refusal(idemix.serializeBinary())).toThrow('MSP type 1 is not supported');
  });

  it('refuses an intermediate that its root revoked', () => {
    const intermediate = createTestAuthority('intermediate', { by: org.root });
    const { serial } = readCertificate(intermediate.der);
    expect(() => org.createMsp({ intermediates: [intermediate.pem], revocationLists: [issueTestRevocations(org.root, [serial])] })).toThrow('The certificate has been revoked');
  });

  it('is set up the same long after its certificates ended', () => {
    const old = createTestAuthority('old', { notBeforeMs: testStartMs - 9e11, notAfterMs: testStartMs - 8e11 });
    expect(org.createMsp({ roots: [old.pem] }).roots).toHaveLength(1);
  });
});

/** Bytes from outside, each with how it is read. */
const readers: readonly { name: string; good: Uint8Array; read: (bytes: Uint8Array) => unknown }[] = [
  { name: 'a certificate', good: org.root.der, read: readCertificate },
  { name: 'a member\'s certificate', good: org.issue({ units: ['peer', 'department1'], extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] }).der, read: readCertificate },
  { name: 'a revocation list', good: issueTestRevocations(org.root, [1n, 2n, 300n]), read: readRevocationList },
  { name: 'an MSP configuration', good: org.encodeConfig({ admins: [org.issue({ units: ['admin'] }).pem] }), read: (bytes) => createMsp(decodeMspConfig(bytes)) },
  { name: 'an identity', good: org.issue().serialized, read: (bytes) => createMspManager([org.createMsp()]).deserializeIdentity(bytes) },
  { name: 'a principal', good: Buffer.from('0801121208041204060708', 'hex'), read: (bytes) => decodePrincipal(readPrincipal(bytes)) },
];

describe('bytes from outside', () => {
  const seed = Number(process.env.SEED ?? 20_260_131);
  for (const { name, good, read } of readers) {
    it(`never end in anything but a value or a refusal: ${name} (SEED=${seed})`, () => {
      const random = createRandom(seed);
      for (let run = 0; run < 300; run += 1) {
        const bytes = Buffer.from(good);
        for (let flips = random.below(4); flips >= 0; flips -= 1) bytes[random.below(bytes.length)] = random.below(256);
        const cut = random.chance(0.2) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
        const grown = random.chance(0.1) ? Buffer.concat([cut, random.bytes(random.below(20))]) : cut;
        try {
          read(grown);
        } catch (error) {
          expect(error, `run ${run}: ${grown.toString('hex')}`).toBeInstanceOf(FabricRefusal);
        }
      }
    });
  }

  it('are refused when they are larger than what is read', () => {
    expect(() => readCertificate(new Uint8Array(17 * 1024))).toThrow('larger than');
    expect(() => decodeMspConfig(new Uint8Array(9 * 1024 * 1024))).toThrow('larger than');
    expect(() => readPrincipal(new Uint8Array(65 * 1024))).toThrow('larger than');
    expect(() => createMspManager([]).deserializeIdentity(new Uint8Array(26 * 1024))).toThrow('larger than');
  });

  it('are refused where two readers of protocol buffers may differ', () => {
    const refused = (hex: string) => () => readWire(Buffer.from(hex, 'hex'), 'X').text(1);
    expect(refused('0a0161')()).toBe('a');
    expect(refused('0a01610a0162')()).toBe('b');
    for (const hex of ['0a0261', '0a', '0801', '0a01ff', '000161', `0a${'ff'.repeat(10)}`, `08${'ff'.repeat(9)}02`]) expect(refused(hex), hex).toThrow(FabricRefusal);
    expect(() => readWire(Buffer.from('0a000a00', 'hex'), 'X').message(1)).toThrow('comes twice');
  });

  it('are a certificate only in DER: one certificate has one encoding', () => {
    const { der } = org.issue();
    const long = Buffer.concat([Buffer.of(0x30, 0x83, 0), Buffer.from(der).subarray(2)]);
    expect(() => readCertificate(long)).toThrow('not in its shortest form');
    expect(() => readCertificate(Buffer.concat([der, Buffer.of(0)]))).toThrow('something follows it');
    const { toBeSigned, algorithm, signature } = readCertificate(der).signed;
    const [oid] = readDerList(readDer(algorithm.whole, derTag.sequence, 'algorithm').content, 'algorithm');
    const otherAlgorithm = encodeDer(derTag.sequence, oid?.whole ?? Buffer.of(), Buffer.of(0x05, 0));
    expect(() => readCertificate(encodeDer(derTag.sequence, toBeSigned.whole, otherAlgorithm, encodeDer(derTag.bitString, Buffer.of(0), signature)))).toThrow('inner and outer signature algorithm identifiers don\'t match');
    expect(() => org.createMsp({ roots: [encodePem('CERTIFICATE', Buffer.of(1, 2, 3))] })).toThrow(FabricRefusal);
  });
});
