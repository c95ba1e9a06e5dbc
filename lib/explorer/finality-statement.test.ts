import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { finalityStatement, isFinalitySignature } from './finality-statement';

const block = { height: 7, round: 1, hash: 'ab'.repeat(32) };
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keyText = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const signed = (statement: Buffer) => sign('sha256', statement, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64');

describe('finality statement', () => {
  it('has the published bytes, so that certificates of city nodes can be checked anywhere', () => {
    const texts = [`00000015${Buffer.from('chainworks/finality/1').toString('hex')}`, `00000006${Buffer.from('tide-1').toString('hex')}`];
    expect(finalityStatement('tide-1', block).toString('hex')).toBe(`${texts.join('')}00000000000700000001${'ab'.repeat(32)}`);
  });

  it('binds a signature to its chain, height, round and block', () => {
    const signature = signed(finalityStatement('tide-1', block));
    expect(isFinalitySignature(finalityStatement('tide-1', block), { publicKey: keyText, signature })).toBe(true);
    const others = [['tide-2', block], ['tide-1', { ...block, height: 8 }], ['tide-1', { ...block, round: 0 }], ['tide-1', { ...block, hash: 'cd'.repeat(32) }]] as const;
    for (const [chain, other] of others) expect(isFinalitySignature(finalityStatement(chain, other), { publicKey: keyText, signature })).toBe(false);
  });

  it('takes no key of another kind, no nonsense and nobody else’s signature', () => {
    const statement = finalityStatement('tide-1', block);
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const wrongCurve = { publicKey: other.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), signature: sign('sha256', statement, { key: other.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64') };
    for (const one of [{ publicKey: foreign, signature: signed(statement) }, wrongCurve, { publicKey: 'AAAA', signature: signed(statement) }, { publicKey: keyText, signature: '' }]) {
      expect(isFinalitySignature(statement, one)).toBe(false);
    }
  });
});
