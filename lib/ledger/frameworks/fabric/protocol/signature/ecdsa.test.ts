import { signers } from '@hyperledger/fabric-gateway';
import { createHash, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../testing/random';
import { signEcdsa, verifyEcdsa } from './ecdsa';
import { decodeEcdsaDer, encodeEcdsaDer } from './ecdsa-der';
import { isLowS, toLowS } from './low-s';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const message = Buffer.from('what is signed');
const curves = ['secp224r1', 'prime256v1', 'secp384r1', 'secp521r1'];
const keys = new Map(curves.map((namedCurve) => [namedCurve, generateKeyPairSync('ec', { namedCurve })]));
const keyOf = (curve: string) => keys.get(curve) as { publicKey: KeyObject; privateKey: KeyObject };

/** One of the two halves, as OpenSSL makes them. */
function signWith(curve: string, isLow: boolean): Buffer {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const signature = sign('sha256', message, keyOf(curve).privateKey);
    if (isLowS(curve, signature) === isLow) return signature;
  }
  throw new Error(`${curve}: 200 signatures, and all of one half`);
}

describe('signatures', () => {
  it.each(curves)('%s: the higher s is refused, its lower twin is the same signature', (curve) => {
    const { publicKey } = keyOf(curve);
    const high = signWith(curve, false);
    expect(verify('sha256', message, publicKey, high)).toBe(true);
    expect(verifyEcdsa(publicKey, message, high)).toBe(false);
    const low = toLowS(curve, high);
    expect(Buffer.from(low).equals(high)).toBe(false);
    // Only with the true order of the curve is the twin a signature at all.
    expect(verify('sha256', message, publicKey, low)).toBe(true);
    expect(verifyEcdsa(publicKey, message, low)).toBe(true);
    expect(toLowS(curve, low)).toBe(low);
  });

  it.each(curves)('%s: signs with the lower s, always', (curve) => {
    const { publicKey, privateKey } = keyOf(curve);
    for (let run = 0; run < 16; run += 1) expect(verifyEcdsa(publicKey, message, signEcdsa(privateKey, message))).toBe(true);
  });

  it('holds for these bytes, this key and this signature alone', () => {
    const { publicKey, privateKey } = keyOf('prime256v1');
    const signature = signEcdsa(privateKey, message);
    expect(verifyEcdsa(publicKey, Buffer.from('what is signe'), signature)).toBe(false);
    expect(verifyEcdsa(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey, message, signature)).toBe(false);
    const random = createRandom(5);
    for (let run = 0; run < 200; run += 1) {
      const damaged = Buffer.from(signature);
      const at = random.below(damaged.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 + random.below(255));
      expect(verifyEcdsa(publicKey, message, damaged), damaged.toString('hex')).toBe(false);
    }
  });

  it('takes what the official client signs', async () => {
    const { publicKey, privateKey } = keyOf('prime256v1');
    const signer = signers.newPrivateKeySigner(privateKey);
    for (let run = 0; run < 8; run += 1) expect(verifyEcdsa(publicKey, message, await signer(createHash('sha256').update(message).digest()))).toBe(true);
  });

  it('refuses keys that no identity of Fabric has', () => {
    const ed25519 = generateKeyPairSync('ed25519');
    expect(verifyEcdsa(ed25519.publicKey, message, hex('3006 020101 020101'))).toBe(false);
    expect(() => signEcdsa(ed25519.privateKey, message)).toThrow(TypeError);
    const foreign = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    expect(verifyEcdsa(foreign.publicKey, message, sign('sha256', message, foreign.privateKey))).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['a head alone', '30'],
    ['no sequence', '3106 020101 020101'],
    ['bytes after the end', '3006 020101 020101 00'],
    ['bytes after s within', '3009 020101 020101 020101'],
    ['a length that is too long', '3007 020101 020101'],
    ['a length in the longer form', '308106 020101 020101'],
    ['a length without end', '3080 020101 020101 0000'],
    ['one number', '3003 020101'],
    ['no number', '3006 040101 020101'],
    ['a number of zero', '3006 020100 020101'],
    ['a negative number', '3006 020101 0201ff'],
    ['a number with a needless zero', '3007 02020001 020101'],
    ['a number without bytes', '3005 0200 020101'],
    ['a number that ends too late', '3006 020101 020201'],
  ])('refuses a signature of %s', (_name, der) => {
    expect(decodeEcdsaDer(hex(der))).toBeUndefined();
    expect(isLowS('prime256v1', hex(der))).toBe(false);
    expect(() => toLowS('prime256v1', hex(der))).toThrow(TypeError);
  });

  it('writes numbers of every length as it reads them', () => {
    const random = createRandom(9);
    for (let run = 0; run < 300; run += 1) {
      const number = () => 1n + BigInt(`0x00${Buffer.from(random.bytes(random.below(66))).toString('hex')}`);
      const numbers = { r: number(), s: number() };
      expect(decodeEcdsaDer(encodeEcdsaDer(numbers))).toEqual(numbers);
    }
  });
});
