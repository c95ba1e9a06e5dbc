import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkRequest, createPrivateKey256, createRequest, isX509Refusal, publicKeyOf } from '.';
import { openssl } from './testing';

const reasonOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (isX509Refusal(error)) return error.reason;
    throw error;
  }
  return 'accepted';
};
const derOf = (pem: string) => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
const pemOf = (der: Uint8Array) => `-----BEGIN CERTIFICATE REQUEST-----\n${(Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;

describe('a certificate request', () => {
  const key = createPrivateKey256();
  const request = createRequest(key, 'host_one');

  it('gives the key that signed it', () => {
    expect(Buffer.from(checkRequest(request))).toEqual(Buffer.from(publicKeyOf(createPublicKey(key))));
  });

  it('is one that openssl reads and finds signed', () => {
    const { status, output } = openssl(['req', '-in', 'request.pem', '-verify', '-noout', '-subject'], { 'request.pem': request });
    expect(output).toMatch(/verify OK/);
    expect(output).toMatch(/O = Chainworks, CN = host_one/);
    expect(status).toBe(0);
  });

  it('of openssl is taken, whatever names it wishes for', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const pem = openssl(['req', '-new', '-key', 'key.pem', '-subj', '/CN=evil', '-addext', 'subjectAltName=URI:chainworks:host:other,DNS:portal.example', '-addext', 'basicConstraints=critical,CA:TRUE'], {
      'key.pem': privateKey.export({ format: 'pem', type: 'pkcs8' }),
    });
    expect(Buffer.from(checkRequest(pem.output))).toEqual(Buffer.from(publicKeyOf(privateKey)));
  });

  it.each(['secp384r1', 'secp256k1'])('for a key on %s is refused', (namedCurve) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve });
    const { output } = openssl(['req', '-new', '-key', 'key.pem', '-subj', '/CN=x'], { 'key.pem': privateKey.export({ format: 'pem', type: 'pkcs8' }) });
    expect(reasonOf(() => checkRequest(output))).toBe('algorithm');
  });

  it('for an RSA key is refused', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { output } = openssl(['req', '-new', '-key', 'key.pem', '-subj', '/CN=x'], { 'key.pem': privateKey.export({ format: 'pem', type: 'pkcs8' }) });
    expect(reasonOf(() => checkRequest(output))).toBe('algorithm');
  });

  it('signed over another hash is refused', () => {
    const { output } = openssl(['req', '-new', '-sha384', '-key', 'key.pem', '-subj', '/CN=x'], { 'key.pem': key.export({ format: 'pem', type: 'pkcs8' }) });
    expect(reasonOf(() => checkRequest(output))).toBe('algorithm');
  });

  it('for somebody else’s key is refused: nobody gets a certificate for a key that they do not hold', () => {
    const victim = derOf(createRequest(createPrivateKey256(), 'host_one'));
    const own = derOf(request);
    // Same structure, same length but for the signature: the victim's key under the own signature.
    const foreign = Buffer.from(own);
    const at = own.indexOf(publicKeyOf(createPublicKey(key)));
    victim.copy(foreign, at, victim.indexOf(Buffer.from([0x30, 0x59])), victim.indexOf(Buffer.from([0x30, 0x59])) + 91);
    expect(reasonOf(() => checkRequest(pemOf(foreign)))).toBe('signature');
  });

  it('that was changed in any byte is refused, and never breaks the reader', () => {
    const der = derOf(request);
    for (let index = 0; index < der.length; index++) {
      const changed = Buffer.from(der);
      changed[index] = (changed[index] ?? 0) ^ (1 + (randomBytes(1)[0] ?? 0) % 255);
      expect(reasonOf(() => checkRequest(pemOf(changed))), `byte ${index}`).not.toBe('accepted');
    }
  });

  it('that was cut off, or that something follows, is refused', () => {
    const der = derOf(request);
    for (let length = 0; length < der.length; length += 7) expect(reasonOf(() => checkRequest(pemOf(der.subarray(0, length)))), String(length)).toBe('malformed');
    expect(reasonOf(() => checkRequest(pemOf(Buffer.concat([der, Buffer.from([0])]))))).toBe('malformed');
  });

  it.each([
    ['nothing', ''],
    ['no PEM', 'hello'],
    ['another label', request.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE')],
    ['a second block', request + request],
    ['text before it', `Subject: you\n${request}`],
    ['text behind it', `${request}more`],
    ['a broken base64', request.replace(/\n(....)/, '\n$1*')],
    ['too many bytes', `-----BEGIN CERTIFICATE REQUEST-----\n${'QUFB'.repeat(4_000)}\n-----END CERTIFICATE REQUEST-----\n`],
    ['no end', request.slice(0, 200)],
    ['random bytes', pemOf(randomBytes(300))],
    ['nesting without end', pemOf(Buffer.from('3080'.repeat(1_000), 'hex'))],
  ])('that is %s is refused as malformed', (_, text) => {
    expect(reasonOf(() => checkRequest(text))).toBe('malformed');
  });

  it('with a compressed point, or a point beside the curve, is refused: one key has one form', () => {
    const der = derOf(request);
    const offCurve = Buffer.from(der);
    const at = der.indexOf(publicKeyOf(createPublicKey(key))) + 91 - 1;
    offCurve[at] = (offCurve[at] ?? 0) ^ 1;
    expect(reasonOf(() => checkRequest(pemOf(offCurve)))).toBe('malformed');
    const compressed = openssl(['req', '-new', '-key', 'key.pem', '-subj', '/CN=x'], { 'key.pem': openssl(['ec', '-in', 'key.pem', '-conv_form', 'compressed'], { 'key.pem': key.export({ format: 'pem', type: 'pkcs8' }) }).output.replace(/^(read|writing) EC key\n/gm, '') });
    expect(reasonOf(() => checkRequest(compressed.output))).toBe('malformed');
  });
});
