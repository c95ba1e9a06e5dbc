import { msp as protos } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { encodePem, withS } from '../testing/test-certificate';
import { createTestAuthority, createTestOrganisation, issueTestRevocations, serializeIdentity } from '../testing/test-organisation';
import { readCertificate } from './certificate';
import { checkPrincipal } from './check-principal';
import { createIdentity } from './create-identity';
import { derTag, encodeDer } from './der';
import type { Identity } from './msp';
import { classification, decodePrincipal, mspRoles, readPrincipal, type MspRole, type Principal } from './principal';
import { unitsOf } from './validate-identity';

const org = createTestOrganisation('Org1MSP');
const msp = org.createMsp();
const signers = Object.fromEntries(['client', 'peer', 'admin', 'orderer'].map((role) => [role, org.issue({ units: [role] })]));
const identityOf = (role: string): Identity => createIdentity(msp, signers[role]?.pem ?? new Uint8Array());

function encodePrincipal(kind: number, principal: Uint8Array): Uint8Array {
  const message = new protos.MSPPrincipal();
  message.setPrincipalClassification(kind as never);
  message.setPrincipal(principal);
  return message.serializeBinary();
}

const decodeBytes = (bytes: Uint8Array): Principal => decodePrincipal(readPrincipal(bytes));

function role(of: MspRole, mspId = 'Org1MSP'): Principal {
  const message = new protos.MSPRole();
  message.setMspIdentifier(mspId);
  message.setRole(mspRoles.indexOf(of) as never);
  return decodeBytes(encodePrincipal(classification.role, message.serializeBinary()));
}

function combined(...parts: Uint8Array[]): Uint8Array {
  const message = new protos.CombinedPrincipal();
  message.setPrincipalsList(parts.map((part) => protos.MSPPrincipal.deserializeBinary(part)));
  return encodePrincipal(classification.combined, message.serializeBinary());
}

describe('checkPrincipal', () => {
  it('tells the roles apart: each is a member and itself, nothing else', () => {
    for (const own of ['client', 'peer', 'admin', 'orderer'] as const) {
      const satisfied = mspRoles.filter((one) => checkPrincipal(identityOf(own), role(one)) === undefined);
      expect(satisfied, own).toEqual(mspRoles.filter((one) => one === 'member' || one === own));
    }
  });

  it('refuses a role of another organisation', () => {
    expect(checkPrincipal(identityOf('peer'), role('member', 'Org2MSP'))).toBe('the identity is a member of a different MSP (expected Org2MSP, got Org1MSP)');
  });

  it('refuses a member that is revoked, whatever the role', () => {
    const peer = org.issue();
    const revoking = org.createMsp({ revocationLists: [issueTestRevocations(org.root, [peer.serial])] });
    for (const one of mspRoles) expect(checkPrincipal(createIdentity(revoking, peer.pem), role(one)), one).toContain('revoked');
  });

  it('knows an administrator by its certificate, whatever its units', () => {
    const [named, other] = [org.issue({ units: ['client'] }), org.issue({ units: ['client'] })];
    const withAdmin = org.createMsp({ admins: [named.pem] });
    expect(checkPrincipal(createIdentity(withAdmin, named.pem), role('admin'))).toBeUndefined();
    expect(checkPrincipal(createIdentity(withAdmin, other.pem), role('admin'))).toContain('The identity is not an admin under this MSP [Org1MSP]: The identity does not contain OU [ADMIN]');
    const plain = org.createMsp({ admins: [named.pem], nodeUnits: null });
    expect(checkPrincipal(createIdentity(plain, named.pem), role('admin'))).toBeUndefined();
    expect(checkPrincipal(createIdentity(plain, other.pem), role('admin'))).toBe('This identity is not an admin');
  });

  it('cannot tell a client from a peer when the organisation does not', () => {
    const plain = org.createMsp({ admins: [signers.admin?.pem ?? new Uint8Array()], nodeUnits: null });
    const peer = createIdentity(plain, signers.peer?.pem ?? new Uint8Array());
    expect(checkPrincipal(peer, role('member'))).toBeUndefined();
    expect(checkPrincipal(peer, role('peer'))).toContain('NodeOUs not activated. Cannot tell apart identities.');
    expect(checkPrincipal(peer, role('orderer'))).toBe('invalid MSP role type 4');
  });

  it('matches a unit together with its path of authorities', () => {
    const identity = createIdentity(msp, org.issue({ units: ['peer', 'department1'] }).pem);
    const unit = (name: string, certifiers: string, mspId = 'Org1MSP') => {
      const message = new protos.OrganizationUnit();
      message.setMspIdentifier(mspId);
      message.setOrganizationalUnitIdentifier(name);
      message.setCertifiersIdentifier(Buffer.from(certifiers, 'hex'));
      return decodeBytes(encodePrincipal(classification.organizationUnit, message.serializeBinary()));
    };
    const certifiers = unitsOf(identity)[0]?.certifiers ?? '';
    expect(checkPrincipal(identity, unit('department1', certifiers))).toBeUndefined();
    expect(checkPrincipal(identity, unit('department2', certifiers))).toBe('The identities do not match');
    expect(checkPrincipal(identity, unit('department1', '00'.repeat(32)))).toBe('The identities do not match');
    expect(checkPrincipal(identity, unit('department1', certifiers, 'Org2MSP'))).toContain('different MSP');
  });

  it('matches one identity by its certificate', () => {
    const named = (serialized: Uint8Array) => decodeBytes(encodePrincipal(classification.identity, serialized));
    const peer = signers.peer as NonNullable<typeof signers.peer>;
    expect(checkPrincipal(identityOf('peer'), named(peer.serialized))).toBeUndefined();
    expect(checkPrincipal(identityOf('client'), named(peer.serialized))).toBe('The identities do not match');
    expect(checkPrincipal(identityOf('peer'), named(serializeIdentity('Org2MSP', peer.pem)))).toContain('expected MSP ID Org1MSP, received Org2MSP');
    expect(checkPrincipal(identityOf('peer'), named(Buffer.of(1)))).toContain('invalid identity principal, not a certificate');
    const stranger = createTestAuthority(`ca.${org.mspId}`);
    expect(checkPrincipal(identityOf('peer'), named(serializeIdentity('Org1MSP', org.issue({ by: stranger }).pem)))).toBe('The identities do not match');
    const { toBeSigned, algorithm, signature } = readCertificate(peer.der).signed;
    const withSignature = (bytes: Uint8Array) => serializeIdentity('Org1MSP', encodePem('CERTIFICATE', encodeDer(derTag.sequence, toBeSigned.whole, algorithm.whole, encodeDer(derTag.bitString, Buffer.of(0), bytes))));
    expect(checkPrincipal(identityOf('peer'), named(withSignature(withS(signature, true))))).toBeUndefined();
    for (const other of [signers.client?.sign(peer.der) ?? new Uint8Array(), Buffer.of(1)]) expect(checkPrincipal(identityOf('peer'), named(withSignature(other)))).toBe('The identities do not match');
    const revoking = org.createMsp({ revocationLists: [issueTestRevocations(org.root, [peer.serial])] });
    expect(checkPrincipal(createIdentity(revoking, peer.pem), named(peer.serialized))).toContain('The certificate has been revoked');
  });

  it('asks all parts of a combination, nested ones too', () => {
    const encodeRole = (number: number) => {
      const message = new protos.MSPRole();
      message.setMspIdentifier('Org1MSP');
      message.setRole(number as never);
      return encodePrincipal(classification.role, message.serializeBinary());
    };
    expect(checkPrincipal(identityOf('peer'), decodeBytes(combined(encodeRole(0), encodeRole(3))))).toBeUndefined();
    expect(checkPrincipal(identityOf('peer'), decodeBytes(combined(encodeRole(0), combined(encodeRole(3), encodeRole(2)))))).toContain('not a [CLIENT]');
    expect(checkPrincipal(identityOf('peer'), decodeBytes(combined()))).toBe('No principals in CombinedPrincipal');
    let deep = encodeRole(0);
    for (let depth = 0; depth < 9; depth += 1) deep = combined(deep);
    expect(checkPrincipal(identityOf('peer'), decodeBytes(deep))).toContain('deeper than 8');
    expect(checkPrincipal(identityOf('peer'), decodeBytes(combined(...Array.from({ length: 64 }, () => encodeRole(0)))))).toContain('combines more than 64');
  });

  it('refuses to be anonymous, and principals that mean nothing', () => {
    const anonymity = (type: number) => {
      const message = new protos.MSPIdentityAnonymity();
      message.setAnonymityType(type as never);
      return decodeBytes(encodePrincipal(classification.anonymity, message.serializeBinary()));
    };
    expect(checkPrincipal(identityOf('peer'), anonymity(0))).toBeUndefined();
    expect(checkPrincipal(identityOf('peer'), anonymity(1))).toContain('X.509 MSP does not support anonymous identities');
    expect(checkPrincipal(identityOf('peer'), anonymity(2))).toBe('Unknown principal anonymity type: 2');
    expect(checkPrincipal(identityOf('peer'), decodeBytes(encodePrincipal(9, new Uint8Array())))).toBe('invalid principal type 9');
    expect(checkPrincipal(identityOf('peer'), decodePrincipal({ classification: 0, principal: Buffer.of(0xff) }))).toContain('MSPRole is malformed');
  });
});
