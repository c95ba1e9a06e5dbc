import { createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signLowS, verifyLowS } from './ecdsa-signature';
import { createPrivateKey256 } from './keys';

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const message = Buffer.from('who says so');

/** The other S of a signature, in DER as the system writes it. */
function otherS(signature: Uint8Array): Buffer {
  const s = signature.subarray(5 + (signature[3] ?? 0) + 1);
  const value = order - BigInt(`0x${Buffer.from(s).toString('hex')}`);
  const digits = Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
  const content = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits;
  const numbers = Buffer.concat([signature.subarray(2, 4 + (signature[3] ?? 0)), Buffer.of(0x02, content.length), content]);
  return Buffer.concat([Buffer.of(0x30, numbers.length), numbers]);
}

describe('signatures with the lower S', () => {
  it('hold for everybody else, always with the lower S', () => {
    const key = createPrivateKey256();
    const publicKey = createPublicKey(key);
    for (let round = 0; round < 200; round++) {
      const signature = signLowS(message, key);
      expect(verify('sha256', message, publicKey, signature)).toBe(true);
      expect(verifyLowS(message, publicKey, signature)).toBe(true);
    }
  });

  it('have no twin: the one with the other S holds for OpenSSL and is refused', () => {
    const key = createPrivateKey256();
    const publicKey = createPublicKey(key);
    for (let round = 0; round < 50; round++) {
      const twin = otherS(signLowS(message, key));
      expect(verify('sha256', message, publicKey, twin)).toBe(true);
      expect(verifyLowS(message, publicKey, twin)).toBe(false);
    }
  });

  it('are refused with anything before, behind or between, for another message, and by another key', () => {
    const key = createPrivateKey256();
    const publicKey = createPublicKey(key);
    const signature = signLowS(message, key);
    const long = Buffer.concat([Buffer.of(0x30, 0x81, signature.length - 2), signature.subarray(2)]);
    for (const wrong of [Buffer.concat([signature, Buffer.of(0)]), signature.subarray(1), long, Buffer.alloc(0), Buffer.alloc(200, 0x30), Buffer.from([0x30, 6, 2, 1, 0, 2, 1, 0])]) {
      expect(verifyLowS(message, publicKey, wrong)).toBe(false);
    }
    expect(verifyLowS(Buffer.from('somebody else'), publicKey, signature)).toBe(false);
    expect(verifyLowS(message, createPublicKey(createPrivateKey256()), signature)).toBe(false);
    expect(verifyLowS(message, publicKey, sign('sha512', message, key))).toBe(false);
  });
});
