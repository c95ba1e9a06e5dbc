import { generateKeyPairSync, sign } from 'node:crypto';
import { hash, signers } from '@hyperledger/fabric-gateway';
import { describe, expect, it } from 'vitest';
import { withS } from '../testing/test-certificate';
import { createTestAuthority, createTestOrganisation } from '../testing/test-organisation';
import { checkEnvelopeCreator, checkProposalCreator } from './creator';
import { createIdentity } from './create-identity';
import { createMspManager } from './create-msp-manager';
import { derTag, encodeDer, encodeInteger } from './der';
import { toLowS } from './ecdsa-signature';
import { verifySignature } from './verify-signature';

const org = createTestOrganisation('Org1MSP');
const msp = org.createMsp();
const message = Buffer.from('what is signed');

describe('verifySignature', () => {
  const signer = org.issue();
  const identity = createIdentity(msp, signer.pem);

  it('accepts a low-S signature of this identity over these bytes, and nothing else', () => {
    expect(verifySignature(identity, message, signer.sign(message))).toBeUndefined();
    expect(verifySignature(identity, Buffer.from('something else'), signer.sign(message))).toBe('The signature is invalid');
    expect(verifySignature(identity, message, org.issue().sign(message))).toBe('The signature is invalid');
  });

  it('refuses the same signature with high S, which would verify', () => {
    const high = withS(signer.sign(message), true);
    expect(verifySignature(identity, message, high)).toContain('Invalid S. Must be smaller than half the order');
    expect(verifySignature(identity, message, toLowS(high, 'prime256v1'))).toBeUndefined();
  });

  it('refuses a second encoding of a signature, and numbers that are none', () => {
    const good = signer.sign(message);
    for (const bad of [Buffer.concat([good, Buffer.of(0)]), Buffer.of(), Buffer.of(0x30, 0), good.subarray(0, -1), encodeDer(derTag.sequence, encodeInteger(0n), encodeInteger(1n)), encodeDer(derTag.sequence, encodeInteger(1n), encodeInteger(0n)), encodeDer(derTag.sequence, Buffer.from(good).subarray(2), encodeInteger(1n))]) {
      expect(verifySignature(identity, message, bad), Buffer.from(bad).toString('hex')).toContain('could not determine the validity of the signature');
    }
  });

  it('verifies on the other curves and with the hash of the organisation', () => {
    for (const curve of ['secp384r1', 'secp521r1'] as const) {
      const other = org.issue({ curve });
      const signature = toLowS(other.sign(message), curve);
      expect(verifySignature(createIdentity(msp, other.pem), message, signature), curve).toBeUndefined();
    }
    const sha3 = createIdentity(org.createMsp({ signatureHashFamily: 'SHA3' }), signer.pem);
    expect(verifySignature(sha3, message, withS(sign('sha3-256', message, signer.key), false))).toBeUndefined();
    expect(verifySignature(sha3, message, signer.sign(message))).toBe('The signature is invalid');
  });

  it('verifies what the official client signs, on both curves that it knows', async () => {
    for (const curve of ['prime256v1', 'secp384r1']) {
      const other = org.issue({ curve, units: ['client'] });
      const signature = await signers.newPrivateKeySigner(other.key)(hash.sha256(message));
      expect(verifySignature(createIdentity(msp, other.pem), message, signature), curve).toBeUndefined();
    }
  });

  it('takes no signature of an RSA key, though an RSA authority may issue identities', () => {
    const root = createTestAuthority('rsa', { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, units: ['peer'], isAuthority: false });
    const rsa = createIdentity(org.createMsp({ roots: [createTestAuthority('other').pem] }), root.pem);
    expect(verifySignature(rsa, message, sign('sha256', message, root.key))).toContain('an RSA key signs nothing in Fabric');
  });
});

describe('the creator of a proposal', () => {
  const manager = createMspManager([msp]);
  const check = (creator: Uint8Array, signature: Uint8Array) => checkProposalCreator(manager, 'ch', { creator, message, signature });

  it('is told no more than its organisation when it is refused', () => {
    const good = org.issue({ units: ['client'] });
    expect(check(good.serialized, good.sign(message))).toMatchObject({ creator: { msp: { id: 'Org1MSP' } } });
    const denied = { reason: 'access denied: channel [ch] creator org [Org1MSP]' };
    expect(check(good.serialized, withS(good.sign(message), true))).toEqual(denied);
    const roleless = org.issue({ units: [] });
    expect(check(roleless.serialized, roleless.sign(message))).toEqual(denied);
    const stranger = createTestOrganisation('Org1MSP').issue();
    for (const creator of [stranger.serialized, Buffer.from('no identity')]) {
      expect(check(creator, stranger.sign(message))).toEqual({ reason: 'access denied: channel [ch] creator org unknown, creator is malformed' });
    }
  });

  it('is named with its reason where a block is validated', () => {
    const good = org.issue({ units: ['client'] });
    const checkInBlock = (creator: Uint8Array, signature: Uint8Array) => checkEnvelopeCreator(manager, { creator, message, signature });
    expect(checkInBlock(good.serialized, good.sign(message))).toMatchObject({ creator: { msp: { id: 'Org1MSP' } } });
    expect(checkInBlock(good.serialized, Buffer.of(1))).toMatchObject({ reason: expect.stringContaining('creator\'s signature over the proposal is not valid') });
    expect(checkInBlock(org.issue({ units: [] }).serialized, good.sign(message))).toMatchObject({ reason: expect.stringContaining('creator certificate is not valid') });
    expect(checkInBlock(Buffer.of(1), good.sign(message))).toMatchObject({ reason: expect.stringContaining('MSP error') });
  });
});
