import { sign, type KeyObject } from 'node:crypto';
import { derTag, encodeDer, encodeInteger, readDer, readDerList, readInteger } from '../msp/der';

/** What a certificate of tests says. Everything may be wrong on purpose. */
export interface TestCertificate {
  readonly commonName: string;
  readonly units?: readonly string[];
  readonly serial: bigint;
  readonly issuerName: Uint8Array;
  readonly issuerKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly isAuthority: boolean;
  readonly pathLength?: number;
  readonly keyIdentifier?: Uint8Array;
  readonly extendedKeyUsage?: readonly string[];
  readonly extraExtensions?: readonly Uint8Array[];
  /** High S, which is as valid in X.509. */
  readonly hasHighS?: boolean;
  readonly keyUsageBits?: number;
}

const order256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((part) => {
    const digits = [part & 0x7f];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left & 0x7f));
    return digits;
  });
  return encodeDer(derTag.oid, Uint8Array.from(bytes));
}

export function encodeName(commonName: string, units: readonly string[] = []): Uint8Array {
  const part = (type: string, text: string) => encodeDer(derTag.set, encodeDer(derTag.sequence, oid(type), encodeDer(derTag.utf8, Buffer.from(text))));
  return encodeDer(derTag.sequence, ...units.map((unit) => part('2.5.4.11', unit)), part('2.5.4.3', commonName));
}

export function extension(id: string, value: Uint8Array, isCritical = false): Uint8Array {
  return encodeDer(derTag.sequence, oid(id), ...(isCritical ? [encodeDer(derTag.boolean, Buffer.of(0xff))] : []), encodeDer(derTag.octetString, value));
}

export const encodeTime = (ms: number): Uint8Array => encodeDer(derTag.generalizedTime, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]|\.\d+Z/g, '')}Z`));

const ecdsaWithSha256 = encodeDer(derTag.sequence, oid('1.2.840.10045.4.3.2'));
const rsaWithSha256 = encodeDer(derTag.sequence, oid('1.2.840.113549.1.1.11'), Buffer.of(0x05, 0));

/** The algorithm that fits the key, as the structures that are signed name it. */
export const signatureAlgorithm = (key: KeyObject): Uint8Array => (key.asymmetricKeyType === 'rsa' ? rsaWithSha256 : ecdsaWithSha256);

/** `SEQUENCE { toBeSigned, algorithm, signature }`. */
export function signStructure(toBeSigned: Uint8Array, key: KeyObject, hasHighS = false): Uint8Array {
  const signature = sign('sha256', toBeSigned, key);
  const form = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? withS(signature, hasHighS) : signature;
  return encodeDer(derTag.sequence, toBeSigned, signatureAlgorithm(key), encodeDer(derTag.bitString, Buffer.of(0), form));
}

/** A P-256 signature (DER) with its S above or below half of the order. Both verify. */
export function withS(signature: Uint8Array, isHigh: boolean): Uint8Array {
  const [r, s] = readDerList(readDer(signature, derTag.sequence, 'signature').content, 'signature').map((node) => readInteger(node, 'signature'));
  if (r === undefined || s === undefined) throw new TypeError('no signature');
  const other = s > order256 >> 1n === isHigh ? s : order256 - s;
  return encodeDer(derTag.sequence, encodeInteger(r), encodeInteger(other));
}

export function issueCertificate(input: TestCertificate): Uint8Array {
  const usage = input.keyUsageBits ?? (input.isAuthority ? 0x06 : 0x80);
  const extensions = [
    extension('2.5.29.15', encodeDer(derTag.bitString, Buffer.of(1, usage)), true),
    extension('2.5.29.19', encodeDer(derTag.sequence, ...(input.isAuthority ? [encodeDer(derTag.boolean, Buffer.of(0xff))] : []), ...(input.pathLength === undefined ? [] : [encodeInteger(BigInt(input.pathLength))])), true),
    ...(input.keyIdentifier ? [extension('2.5.29.14', encodeDer(derTag.octetString, input.keyIdentifier))] : []),
    ...(input.extendedKeyUsage ? [extension('2.5.29.37', encodeDer(derTag.sequence, ...input.extendedKeyUsage.map(oid)))] : []),
    ...(input.extraExtensions ?? []),
  ];
  const toBeSigned = encodeDer(
    derTag.sequence,
    encodeDer(0xa0, encodeInteger(2n)),
    encodeInteger(input.serial),
    signatureAlgorithm(input.issuerKey),
    input.issuerName,
    encodeDer(derTag.sequence, encodeTime(input.notBeforeMs), encodeTime(input.notAfterMs)),
    encodeName(input.commonName, input.units),
    input.publicKey.export({ format: 'der', type: 'spki' }),
    encodeDer(0xa3, encodeDer(derTag.sequence, ...extensions)),
  );
  return signStructure(toBeSigned, input.issuerKey, input.hasHighS);
}

export function encodePem(label: string, der: Uint8Array): Uint8Array {
  const lines = Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? [];
  return Buffer.from(`-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`);
}
