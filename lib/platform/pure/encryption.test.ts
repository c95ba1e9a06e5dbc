import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decryptSecret, encryptSecret } from './encryption';

const key = randomBytes(32);
const secret = new TextEncoder().encode('a control secret');

describe('encryptSecret', () => {
  it('gives back exactly what went in, for any length', () => {
    for (const length of [0, 1, 15, 16, 17, 4_096]) {
      const plain = new Uint8Array(randomBytes(length));
      expect(decryptSecret(key, encryptSecret(key, plain, 'host:1'), 'host:1')).toEqual(plain);
    }
  });

  it('never gives the same ciphertext twice', () => {
    expect(encryptSecret(key, secret, 'host:1')).not.toEqual(encryptSecret(key, secret, 'host:1'));
  });

  it('does not decrypt in another row, so that ciphertexts cannot be swapped', () => {
    const sealed = encryptSecret(key, secret, 'host:1');
    expect(() => decryptSecret(key, sealed, 'host:2')).toThrow();
  });

  it('does not decrypt under another key', () => {
    expect(() => decryptSecret(randomBytes(32), encryptSecret(key, secret, 'host:1'), 'host:1')).toThrow();
  });

  it('notices each changed bit', () => {
    const sealed = encryptSecret(key, secret, 'host:1');
    for (let byte = 0; byte < sealed.length; byte++) {
      const changed = Uint8Array.from(sealed);
      changed[byte]! ^= 1 << (byte % 8);
      expect(() => decryptSecret(key, changed, 'host:1')).toThrow();
    }
  });

  it('refuses a truncated or foreign record instead of reading past its end', () => {
    const sealed = encryptSecret(key, secret, 'host:1');
    for (let length = 0; length < sealed.length; length++) {
      expect(() => decryptSecret(key, sealed.subarray(0, length), 'host:1')).toThrow();
    }
    expect(() => decryptSecret(key, Uint8Array.from([2, ...sealed.subarray(1)]), 'host:1')).toThrow(/known version/);
  });
});
