import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { msp as protos } from '@hyperledger/fabric-protos';
import { createMsp } from '../msp/create-msp';
import { decodeMspConfig } from '../msp/decode-msp-config';
import { derTag, encodeDer, encodeInteger } from '../msp/der';
import type { Msp } from '../msp/msp';
import { encodeName, encodePem, encodeTime, extension, issueCertificate, signatureAlgorithm, signStructure, withS, type TestCertificate } from './test-certificate';

const dayMs = 24 * 60 * 60 * 1_000;
/** When the certificates of tests begin, unless a test says otherwise. */
export const testStartMs = Date.UTC(2026, 0, 1);

export interface TestAuthority {
  readonly name: Uint8Array;
  readonly key: KeyObject;
  readonly keyIdentifier: Uint8Array;
  readonly der: Uint8Array;
  readonly pem: Uint8Array;
}

export interface TestSigner {
  readonly pem: Uint8Array;
  readonly der: Uint8Array;
  readonly serial: bigint;
  readonly key: KeyObject;
  /** Serialised msp.SerializedIdentity. */
  readonly serialized: Uint8Array;
  /** ECDSA over SHA-256, low S. */
  sign(message: Uint8Array): Uint8Array;
}

export type IssueTestSigner = Partial<Omit<TestCertificate, 'issuerName' | 'issuerKey' | 'publicKey'>> & { readonly by?: TestAuthority; readonly curve?: string };

let serials = 1_000n;
const nextSerial = (): bigint => {
  serials += 1n;
  return serials;
};

/** A key pair; the private key. */
export function createTestKey(curve = 'prime256v1'): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: curve }).privateKey;
}

/** A root, or an authority below another. */
export function createTestAuthority(commonName: string, { by, key = createTestKey(), ...changes }: Partial<TestCertificate> & { by?: TestAuthority; key?: KeyObject } = {}): TestAuthority {
  const publicKey = createPublicKey(key);
  const keyIdentifier = createHash('sha256').update(publicKey.export({ format: 'der', type: 'spki' })).digest();
  const name = encodeName(commonName);
  const der = issueCertificate({
    commonName,
    serial: nextSerial(),
    issuerName: by?.name ?? name,
    issuerKey: by?.key ?? key,
    publicKey,
    notBeforeMs: testStartMs - dayMs,
    notAfterMs: testStartMs + 3_650 * dayMs,
    isAuthority: true,
    keyIdentifier,
    ...changes,
  });
  return { name, key, keyIdentifier, der, pem: encodePem('CERTIFICATE', der) };
}

/** A revocation list (PEM) of these serial numbers. */
export function issueTestRevocations(by: TestAuthority, revoked: readonly bigint[], signedBy: KeyObject = by.key): Uint8Array {
  const entries = revoked.map((serial) => encodeDer(derTag.sequence, encodeInteger(serial), encodeTime(testStartMs)));
  const authority = extension('2.5.29.35', encodeDer(derTag.sequence, encodeDer(0x80, by.keyIdentifier)));
  const toBeSigned = encodeDer(
    derTag.sequence,
    encodeInteger(1n),
    signatureAlgorithm(signedBy),
    by.name,
    encodeTime(testStartMs),
    encodeTime(testStartMs + dayMs),
    ...(entries.length > 0 ? [encodeDer(derTag.sequence, ...entries)] : []),
    encodeDer(0xa0, encodeDer(derTag.sequence, authority)),
  );
  return encodePem('X509 CRL', signStructure(toBeSigned, signedBy));
}

export interface TestMspChanges {
  readonly roots?: readonly Uint8Array[];
  readonly intermediates?: readonly Uint8Array[];
  readonly admins?: readonly Uint8Array[];
  readonly revocationLists?: readonly Uint8Array[];
  readonly units?: readonly { unit: string; certificate: Uint8Array }[];
  /** Null for an MSP that does not tell roles apart. */
  readonly nodeUnits?: { readonly isEnabled?: boolean; readonly certificate?: Uint8Array; readonly roles?: readonly ('client' | 'peer' | 'admin' | 'orderer')[] } | null;
  readonly signatureHashFamily?: string;
  readonly identityHash?: string;
}

/** An organisation with its root in memory. Not for production: nothing is kept, and wrong certificates are made on demand. */
export interface TestOrganisation {
  readonly mspId: string;
  readonly root: TestAuthority;
  issue(input?: IssueTestSigner): TestSigner;
  /** The certificate (PEM) of a key that somebody else holds, with that unit. */
  certify(publicKey: KeyObject, unit: string): string;
  /** Bytes of msp.MSPConfig. */
  encodeConfig(changes?: TestMspChanges): Uint8Array;
  createMsp(changes?: TestMspChanges): Msp;
}

export function serializeIdentity(mspId: string, pem: Uint8Array): Uint8Array {
  const identity = new protos.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(pem);
  return identity.serializeBinary();
}

function encodeMspConfig(mspId: string, root: TestAuthority, changes: TestMspChanges): Uint8Array {
  const config = new protos.FabricMSPConfig();
  config.setName(mspId);
  config.setRootCertsList([...(changes.roots ?? [root.pem])]);
  config.setIntermediateCertsList([...(changes.intermediates ?? [])]);
  config.setAdminsList([...(changes.admins ?? [])]);
  config.setRevocationListList([...(changes.revocationLists ?? [])]);
  config.setOrganizationalUnitIdentifiersList((changes.units ?? []).map((unit) => createUnit(unit.unit, unit.certificate)));
  const crypto = new protos.FabricCryptoConfig();
  crypto.setSignatureHashFamily(changes.signatureHashFamily ?? 'SHA2');
  crypto.setIdentityIdentifierHashFunction(changes.identityHash ?? 'SHA256');
  config.setCryptoConfig(crypto);
  if (changes.nodeUnits !== null) {
    const { isEnabled = true, certificate = new Uint8Array(), roles = ['client', 'peer', 'admin', 'orderer'] } = changes.nodeUnits ?? {};
    const units = new protos.FabricNodeOUs();
    units.setEnable(isEnabled);
    if (roles.includes('client')) units.setClientOuIdentifier(createUnit('client', certificate));
    if (roles.includes('peer')) units.setPeerOuIdentifier(createUnit('peer', certificate));
    if (roles.includes('admin')) units.setAdminOuIdentifier(createUnit('admin', certificate));
    if (roles.includes('orderer')) units.setOrdererOuIdentifier(createUnit('orderer', certificate));
    config.setFabricNodeOus(units);
  }
  const outer = new protos.MSPConfig();
  outer.setType(0);
  outer.setConfig(config.serializeBinary());
  return outer.serializeBinary();
}

function createUnit(unit: string, certificate: Uint8Array): InstanceType<typeof protos.FabricOUIdentifier> {
  const identifier = new protos.FabricOUIdentifier();
  identifier.setOrganizationalUnitIdentifier(unit);
  identifier.setCertificate(certificate);
  return identifier;
}

export function createTestOrganisation(mspId: string): TestOrganisation {
  const root = createTestAuthority(`ca.${mspId}`);
  const encodeConfig = (changes: TestMspChanges = {}) => encodeMspConfig(mspId, root, changes);
  return {
    mspId,
    root,
    issue({ by = root, curve = 'prime256v1', ...changes } = {}) {
      const key = createTestKey(curve);
      const serial = changes.serial ?? nextSerial();
      const der = issueCertificate({
        commonName: `somebody ${serial}`,
        units: ['peer'],
        issuerName: by.name,
        issuerKey: by.key,
        publicKey: createPublicKey(key),
        notBeforeMs: testStartMs,
        notAfterMs: testStartMs + 365 * dayMs,
        isAuthority: false,
        ...changes,
        serial,
      });
      const pem = encodePem('CERTIFICATE', der);
      return {
        pem,
        der,
        serial,
        key,
        serialized: serializeIdentity(mspId, pem),
        sign: (message) => (curve === 'prime256v1' ? withS(sign('sha256', message, key), false) : sign('sha256', message, key)),
      };
    },
    certify(publicKey, unit) {
      const serial = nextSerial();
      const validity = { notBeforeMs: testStartMs, notAfterMs: testStartMs + 3_600 * dayMs };
      const der = issueCertificate({ ...validity, commonName: `${unit} ${serial}`, units: [unit], issuerName: root.name, issuerKey: root.key, publicKey, isAuthority: false, serial });
      return Buffer.from(encodePem('CERTIFICATE', der)).toString('utf8');
    },
    encodeConfig,
    createMsp: (changes) => createMsp(decodeMspConfig(encodeConfig(changes))),
  };
}
