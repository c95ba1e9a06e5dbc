import { verify, type KeyObject } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { signLowS } from './ecdsa-signature';
import { X509Refusal } from './refusal';

const ecdsaWithSha256 = '1.2.840.10045.4.3.2';

export function signatureAlgorithm(): AlgorithmIdentifier {
  // RFC 5758 section 3.2: without parameters, not with NULL.
  return new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
}

export function isOurSignatureAlgorithm({ algorithm, parameters }: AlgorithmIdentifier): boolean {
  return algorithm === ecdsaWithSha256 && parameters === undefined;
}

/** ECDSA over SHA-256, as the DER sequence that X.509 carries. */
export function signDer(tbs: Uint8Array, key: KeyObject): ArrayBuffer {
  return signLowS(tbs, key).buffer;
}

/**
 * True when `der` is the one encoding of what stands signed in it, our algorithm and this signature, and the signature
 * holds. The parser is lenient with what lies outside of the signed part; here nothing is.
 */
export function isSignedDer(der: Uint8Array, parts: { tbs: ArrayBuffer | undefined; signature: ArrayBuffer; key: KeyObject }): boolean {
  if (!parts.tbs) return false;
  const tbs = new Uint8Array(parts.tbs);
  const signature = new Uint8Array(parts.signature);
  const whole = tagged(0x30, Buffer.concat([tbs, serializeDer(signatureAlgorithm()), tagged(0x03, Buffer.concat([Buffer.of(0), signature]))]));
  return Buffer.compare(whole, der) === 0 && verify('sha256', tbs, parts.key, signature);
}

function tagged(tag: number, content: Buffer): Buffer {
  const size = content.length.toString(16);
  const length = content.length < 0x80 ? Buffer.of(content.length) : Buffer.from(size.padStart(size.length + (size.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.of(tag), content.length < 0x80 ? Buffer.alloc(0) : Buffer.of(0x80 | length.length), length, content]);
}

export function serializeDer(value: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(AsnConvert.serialize(value));
}

/**
 * Parses bytes that hold exactly this one structure.
 * @throws X509Refusal malformed
 */
export function parseDer<T>(bytes: Uint8Array, type: new () => T, what: string, nodesMax = 2_000): T {
  if (wholeLength(bytes) !== bytes.length) throw new X509Refusal('malformed', `${what} is cut off, or something follows it.`);
  try {
    return AsnConvert.parse(toArrayBuffer(bytes), type, { berOptions: { maxDepth: 24, maxNodes: nodesMax, maxContentLength: bytes.length } });
  } catch (error) {
    throw new X509Refusal('malformed', `${what} is not the structure that it should be.`, { cause: error });
  }
}

/** Length of the outermost structure with its head, by its own account; -1 when it says none in DER. The parser reads its content alone. */
function wholeLength(bytes: Uint8Array): number {
  const [, first = 0x80] = bytes;
  if (first < 0x80) return 2 + first;
  const size = first & 0x7f;
  if (size === 0 || size > 4 || bytes.length < 2 + size) return -1;
  return 2 + size + Number(`0x${Buffer.from(bytes.subarray(2, 2 + size)).toString('hex')}`);
}

export function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

export function toHex(bytes: ArrayBuffer | Uint8Array): string {
  return Buffer.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)).toString('hex');
}
