import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BlockCertificate } from '@/lib/control';
import { checkCertificate } from './check-certificate';
import { finalityStatement } from './finality-statement';

const chain = 'tide-1';
const block = { height: 7, round: 0, hash: 'ab'.repeat(32) };
const keys = new Map(['SIN', 'PAR', 'JNB', 'HKG'].map((name) => [name, generateKeyPairSync('ec', { namedCurve: 'P-256' })] as const));
const publicKeys = new Map([...keys].map(([name, { publicKey }]) => [name, publicKey.export({ format: 'der', type: 'spki' }).toString('base64')] as const));
const signedBy = (names: readonly string[]) =>
  names.map((name) => {
    const key = keys.get(name)?.privateKey ?? expect.fail('a peer of the sub-chain');
    return { name, publicKey: publicKeys.get(name) ?? '', signature: sign('sha256', finalityStatement(chain, block), { key, dsaEncoding: 'ieee-p1363' }).toString('base64') };
  });
const check = (names: readonly string[], change: Partial<BlockCertificate> = {}) =>
  checkCertificate({ ...block, finality: 'byzantine', quorum: 3, validators: 4, proposer: 'SIN', signatures: signedBy(names), ...change }, { chain, publicKeys });

describe('checkCertificate', () => {
  it('finds enough where a quorum of different peers signed, one of them perhaps in vain', () => {
    expect(check(['SIN', 'PAR', 'JNB'])).toMatchObject({ chain, enough: true });
    const signatures = signedBy(['SIN', 'PAR', 'JNB', 'HKG']).map((one) => (one.name === 'PAR' ? { ...one, signature: '' } : one));
    expect(check([], { signatures })).toMatchObject({ enough: true, signatures: [{ valid: true }, { valid: false }, { valid: true }, { valid: true }] });
    expect(check(['SIN'], { finality: 'solo', quorum: 1, validators: 1 })).toMatchObject({ enough: true });
  });

  it('is not taken in by a host that has one signature alone: shown again and again, as if fewer were needed, or under other names', () => {
    expect(check(['HKG'])).toMatchObject({ enough: false });
    const again = check(['HKG', 'HKG', 'HKG']);
    expect([again.enough, again.signatures.map(({ valid }) => valid)]).toEqual([false, [true, true, true]]);
    expect(check(['HKG'], { quorum: 1 })).toMatchObject({ enough: false });
    expect(check(['HKG'], { quorum: 1, validators: 1 })).toMatchObject({ enough: false });
    const [own] = signedBy(['HKG']);
    expect(check([], { signatures: ['SIN', 'PAR', 'JNB'].map((name) => ({ ...(own ?? expect.fail('signed')), name })) })).toMatchObject({ enough: false });
  });
});
