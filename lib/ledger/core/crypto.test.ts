import { execFile } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createKey, isPublicKey, openSigner, PRIVATE_KEY_BYTES, sha256, sha256Hex, sha256Text, verifySignature } from './crypto';

const text = (value: string): Uint8Array => Buffer.from(value, 'utf8');

describe('hashing', () => {
  it('is SHA-256 (FIPS 180-2, appendix B)', () => {
    expect(sha256Hex(text('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256Hex()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('joins its parts', () => {
    expect(sha256Hex(text('a'), text('b'), text('c'))).toBe(sha256Hex(text('abc')));
    expect(Buffer.from(sha256(text('abc'))).toString('hex')).toBe(sha256Hex(text('abc')));
  });

  it('is the same however long the parts are, and in each of its shapes', () => {
    const all = Buffer.alloc(20_000, 'chainworks');
    for (const length of [0, 1, 63, 64, 4_095, 4_096, 4_097, 10_000]) {
      for (const cut of [0, Math.min(1, length), length >> 1, length]) {
        const parts = [all.subarray(7, 7 + cut), all.subarray(7 + cut, 7 + length)];
        const expected = createHash('sha256').update(all.subarray(7, 7 + length)).digest();
        expect(Buffer.from(sha256(...parts))).toEqual(expected);
        expect(sha256Hex(...parts)).toBe(expected.toString('hex'));
        expect(sha256Text(...parts)).toBe(expected.toString('latin1'));
        expect(sha256Hex(all.subarray(7, 7 + length))).toBe(expected.toString('hex'));
      }
    }
  });
});

describe('signatures', () => {
  const signer = createKey().signer;
  const statement = text('block 7');
  const signature = signer.sign(statement);

  it('hold for the key and the statement they were made with', () => {
    expect(signature).toHaveLength(64);
    expect(verifySignature(signer.publicKey, statement, signature)).toBe(true);
  });

  it('do not hold for another statement, another key or a changed signature', () => {
    const other = createKey().signer;
    expect(verifySignature(signer.publicKey, text('block 8'), signature)).toBe(false);
    expect(verifySignature(other.publicKey, statement, signature)).toBe(false);
    for (const at of [0, 31, 32, 63]) {
      const changed = Uint8Array.from(signature);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(verifySignature(signer.publicKey, statement, changed)).toBe(false);
    }
  });

  it('hold also for a key whose number begins with a zero', () => {
    let key = createKey();
    for (let tries = 0; key.privateKey[0] !== 0 && tries < 10_000; tries += 1) key = createKey();
    expect(key.privateKey).toHaveLength(PRIVATE_KEY_BYTES);
    expect(key.privateKey[0]).toBe(0);
    expect(verifySignature(key.signer.publicKey, statement, key.signer.sign(statement))).toBe(true);
  });

  it('answer no, not an exception, for anything malformed', () => {
    for (const wrong of [new Uint8Array(0), new Uint8Array(63), new Uint8Array(65), new Uint8Array(64)]) {
      expect(verifySignature(signer.publicKey, statement, wrong)).toBe(false);
    }
    expect(verifySignature(new Uint8Array(0), statement, signature)).toBe(false);
    expect(verifySignature(text('no key'), statement, signature)).toBe(false);
  });

  it('come back from a stored private key with the same public key', () => {
    for (let key = 0; key < 50; key += 1) {
      const { privateKey, signer: made } = createKey();
      expect(privateKey).toHaveLength(PRIVATE_KEY_BYTES);
      const again = openSigner(privateKey);
      expect(again.publicKey).toEqual(made.publicKey);
      expect(verifySignature(made.publicKey, statement, again.sign(statement))).toBe(true);
    }
  });

  it('come from keys whose making never waits for the garbage collector, which would wait for it', { timeout: 60_000 }, async () => {
    // A small young generation: it is collected in the middle of making a key every few hundred keys.
    const program = `import { createKey } from ${JSON.stringify(new URL('crypto.ts', import.meta.url).href)}; for (let key = 0; key < 3_000; key += 1) createKey(); console.log('made');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--max-semi-space-size=1', '--import', 'tsx', '--input-type=module', '--eval', program], { timeout: 50_000 });
    expect(stdout).toBe('made\n');
  });

  it('name their key as OpenSSL does', () => {
    expect(createPublicKey({ key: Buffer.from(signer.publicKey), format: 'der', type: 'spki' }).export({ format: 'der', type: 'spki' })).toEqual(Buffer.from(signer.publicKey));
  });

  it('take no public key whose point is not on the curve', () => {
    for (const at of [26, 27, 58, 59, 90]) {
      const changed = Uint8Array.from(signer.publicKey);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(isPublicKey(changed)).toBe(false);
    }
    const compressed = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d03010703220002' + '11'.repeat(32), 'hex');
    for (const wrong of [compressed, Buffer.concat([signer.publicKey.subarray(0, 27), new Uint8Array(64)]), Buffer.concat([signer.publicKey.subarray(0, 27), new Uint8Array(64).fill(255)])]) expect(isPublicKey(wrong)).toBe(false);
  });

  it('are of P-256 alone', () => {
    for (const namedCurve of ['P-384', 'secp256k1']) {
      const pair = generateKeyPairSync('ec', { namedCurve });
      expect(isPublicKey(pair.publicKey.export({ format: 'der', type: 'spki' }))).toBe(false);
      expect(() => openSigner(pair.privateKey.export({ format: 'der', type: 'pkcs8' }))).toThrow(/P-256/);
    }
    const { publicKey } = generateKeyPairSync('ed25519');
    expect(isPublicKey(publicKey.export({ format: 'der', type: 'spki' }))).toBe(false);
  });

  it('take a public key in one spelling only: nothing may follow it', () => {
    expect(isPublicKey(signer.publicKey)).toBe(true);
    expect(isPublicKey(Buffer.concat([signer.publicKey, Uint8Array.of(0)]))).toBe(false);
  });
});
