import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findCertificateFault, type CertifiedBlock } from './find-certificate-fault';
import type { ChainId, Height } from '@/lib/ledger';

const hash = 'ab'.repeat(32);
const peers = Array.from({ length: 5 }, () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })) };
});
const validators = peers.slice(0, 4).map(({ publicKey }) => Buffer.from(publicKey).toString('base64'));
const signers = { quorum: 3, publicKeys: validators };

/** By hand, byte for byte: 21 and 6 are the lengths of the two texts, then height 258 in 6 bytes, round 1 in 4. */
const statement = Buffer.concat([Buffer.from('00000015', 'hex'), Buffer.from('chainworks/finality/1'), Buffer.from('00000006', 'hex'), Buffer.from('tide-1'), Buffer.from('00000000010200000001', 'hex'), Buffer.from(hash, 'hex')]);
const signatureOf = (key: KeyObject | undefined, bytes: Uint8Array = statement) => new Uint8Array(sign('sha256', bytes, { key: key as KeyObject, dsaEncoding: 'ieee-p1363' }));
const signedBy = (...indexes: number[]): CertifiedBlock['certificate'] => ({
  round: 1,
  signatures: indexes.map((index) => ({ publicKey: peers[index]?.publicKey ?? new Uint8Array(), signature: signatureOf(peers[index]?.privateKey) })),
});
const faultOf = (certificate: CertifiedBlock['certificate'], change: Partial<CertifiedBlock> = {}) =>
  findCertificateFault({ header: { chain: 'tide-1' as ChainId, height: 258 as Height }, hash, certificate, ...change }, signers);

describe('a finality certificate', () => {
  it('is good when a quorum of the validators signed chain, height, round and hash', () => {
    expect(faultOf(signedBy(0, 1, 2))).toBeUndefined();
    expect(faultOf(signedBy(3, 1, 0, 2))).toBeUndefined();
  });

  it('is none with too few signers, however often one of them signed', () => {
    expect(faultOf(signedBy(0, 1))).toBe('2 signatures of validators where 3 are needed');
    expect(faultOf(signedBy(0, 1, 1, 1))).toBe('2 signatures of validators where 3 are needed');
    expect(faultOf(signedBy())).toBe('0 signatures of validators where 3 are needed');
  });

  it('is none when somebody else signed', () => {
    expect(faultOf(signedBy(0, 1, 4))).toBe('somebody signed who is no validator');
  });

  it.each([
    ['hash', { hash: 'cd'.repeat(32) }],
    ['height', { header: { chain: 'tide-1' as ChainId, height: 259 as Height } }],
    ['chain', { header: { chain: 'tide-2' as ChainId, height: 258 as Height } }],
  ])('is none of another %s', (_, change) => {
    expect(faultOf(signedBy(0, 1, 2), change)).toBe('a signature does not fit');
  });

  it('is none of another round', () => {
    expect(faultOf({ ...signedBy(0, 1, 2), round: 0 })).toBe('a signature does not fit');
  });
});
