import { bytesEqual, bytesToHex } from '@/lib/platform/pure/bytes';
import { childrenOf, derTag, expectTag, readDer, readInteger, readOid, readTime, type DerNode } from './der';
import { readName } from './distinguished-name';
import { readPem } from './pem';
import { readPublicKey, type PublicKey } from './public-key';
import { FabricRefusal } from './refusal';
import { readSigned, type SignedStructure } from './signed-structure';

/** What a certificate says. Nothing of it is believed before its chain is verified. */
export interface Certificate {
  readonly signed: SignedStructure;
  /** DER of the whole certificate. */
  readonly der: Uint8Array;
  readonly serial: bigint;
  /** DER of the names, hexadecimal digits, for comparison. */
  readonly subject: string;
  readonly issuer: string;
  readonly commonName: string;
  readonly organizationalUnits: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly publicKey: PublicKey;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKeyDer: Uint8Array;
  readonly hasConstraints: boolean;
  readonly isAuthority: boolean;
  /** How many authorities may stand between it and an end. */
  readonly pathLength: number | undefined;
  /** False when the extension stands there without this bit. */
  readonly maySignCertificates: boolean;
  /** Object identifiers; empty when the extension is absent. */
  readonly extendedKeyUsage: readonly string[];
  /** Hexadecimal digits. */
  readonly keyIdentifier: string | undefined;
  /** A critical extension that is not understood. */
  readonly unhandledCritical: string | undefined;
}

const certificateBytesMax = 16 * 1024;
export const certificatePemBytesMax = 24 * 1024;
const extensionsMax = 64;

const extensionOid = { keyIdentifier: '2.5.29.14', keyUsage: '2.5.29.15', basicConstraints: '2.5.29.19', nameConstraints: '2.5.29.30', extendedKeyUsage: '2.5.29.37' } as const;
/** Those that Go's reader handles when they are critical, without those that do not occur or are refused below. */
const understood = new Set<string>([extensionOid.keyUsage, extensionOid.basicConstraints, extensionOid.extendedKeyUsage, '2.5.29.17', '2.5.29.31', '2.5.29.32', '2.5.29.35']);

const what = 'The certificate';

/** The certificate of a PEM text. @throws FabricRefusal */
export function readPemCertificate(pem: Uint8Array): Certificate {
  const block = readPem(pem, certificatePemBytesMax, what);
  if (!block) throw new FabricRefusal('malformed', 'could not decode the PEM structure');
  return readCertificate(block.der);
}

/**
 * Reads a certificate (DER), as strictly as Go's crypto/x509. Says nothing about who signed it.
 * @throws FabricRefusal malformed, limit, not-allowed
 */
export function readCertificate(der: Uint8Array): Certificate {
  if (der.length > certificateBytesMax) throw new FabricRefusal('limit', `${what} is larger than ${certificateBytesMax} bytes`);
  const signed = readSigned(der, what);
  const rest = childrenOf(signed.toBeSigned, what);
  const version = rest[0]?.tag === 0xa0 ? readInteger(childrenOf(rest.shift() as DerNode, what)[0], what) : 0n;
  const [serial, algorithm, issuer, validity, subject, publicKey, ...optional] = rest;
  if (!bytesEqual(expectTag(algorithm, derTag.sequence, what).whole, signed.algorithm.whole)) {
    throw new FabricRefusal('malformed', 'x509: inner and outer signature algorithm identifiers don\'t match');
  }
  const serialNumber = readInteger(serial, what);
  if (serialNumber < 0n) throw new FabricRefusal('malformed', 'x509: negative serial number');
  const times = childrenOf(expectTag(validity, derTag.sequence, what), what);
  const subjectNode = expectTag(subject, derTag.sequence, what);
  const keyNode = expectTag(publicKey, derTag.sequence, what);
  return {
    signed,
    der,
    serial: serialNumber,
    subject: bytesToHex(subjectNode.whole),
    issuer: bytesToHex(expectTag(issuer, derTag.sequence, what).whole),
    ...readName(subjectNode, what),
    notBeforeMs: readTime(times[0], what),
    notAfterMs: readTime(times[1], what),
    publicKey: readPublicKey(keyNode, what),
    publicKeyDer: keyNode.whole,
    ...readExtensions(version, optional),
  };
}

type Extensions = Pick<Certificate, 'hasConstraints' | 'isAuthority' | 'pathLength' | 'maySignCertificates' | 'extendedKeyUsage' | 'keyIdentifier' | 'unhandledCritical'>;

function readExtensions(version: bigint, optional: readonly DerNode[]): Extensions {
  const holder = optional.find(({ tag }) => tag === 0xa3);
  if (holder && version !== 2n) throw new FabricRefusal('malformed', `${what} has extensions and is not of version 3`);
  const nodes = holder ? childrenOf(expectTag(childrenOf(holder, what)[0], derTag.sequence, what), what) : [];
  if (nodes.length > extensionsMax) throw new FabricRefusal('limit', `${what} has more than ${extensionsMax} extensions`);
  const values = new Map<string, Uint8Array>();
  let unhandledCritical: string | undefined;
  for (const node of nodes) {
    const parts = childrenOf(expectTag(node, derTag.sequence, what), what);
    const oid = readOid(parts[0], what);
    const isCritical = parts.length === 3 && expectTag(parts[1], derTag.boolean, what).content[0] === 0xff;
    if (values.has(oid)) throw new FabricRefusal('malformed', 'x509: certificate contains duplicate extensions');
    values.set(oid, expectTag(parts.at(-1), derTag.octetString, what).content);
    if (isCritical && !understood.has(oid)) unhandledCritical ??= oid;
  }
  // Rather none than a rule that is not kept: Fabric's own authorities set no name constraints.
  if (values.has(extensionOid.nameConstraints)) throw new FabricRefusal('not-allowed', `${what} sets name constraints, which are not supported: issue it without them`);
  return { unhandledCritical, ...readConstraints(values.get(extensionOid.basicConstraints)), ...readUsage(values) };
}

function readConstraints(value: Uint8Array | undefined): Pick<Certificate, 'hasConstraints' | 'isAuthority' | 'pathLength'> {
  if (!value) return { hasConstraints: false, isAuthority: false, pathLength: undefined };
  const parts = childrenOf(readDer(value, derTag.sequence, what), what);
  const isAuthority = parts[0]?.tag === derTag.boolean && parts[0].content[0] === 0xff;
  const length = parts.find(({ tag }) => tag === derTag.integer);
  const pathLength = length && readInteger(length, what);
  if (pathLength !== undefined && (pathLength < 0n || pathLength > 255n)) throw new FabricRefusal('malformed', `${what} has a path length out of range`);
  return { hasConstraints: true, isAuthority, pathLength: pathLength === undefined ? undefined : Number(pathLength) };
}

function readUsage(values: ReadonlyMap<string, Uint8Array>): Pick<Certificate, 'maySignCertificates' | 'extendedKeyUsage' | 'keyIdentifier'> {
  const usage = values.get(extensionOid.keyUsage);
  const extended = values.get(extensionOid.extendedKeyUsage);
  const identifier = values.get(extensionOid.keyIdentifier);
  return {
    maySignCertificates: usage === undefined || readSignBit(usage),
    extendedKeyUsage: extended ? childrenOf(readDer(extended, derTag.sequence, what), what).map((node) => readOid(node, what)) : [],
    keyIdentifier: identifier && bytesToHex(readDer(identifier, derTag.octetString, what).content),
  };
}

/** keyCertSign is bit 5, counted from the left (RFC 5280 section 4.2.1.3). A usage without any bit says nothing, as with Go. */
function readSignBit(usage: Uint8Array): boolean {
  const [, first = 0, second = 0] = readDer(usage, derTag.bitString, what).content;
  return (first & 0x04) !== 0 || (first === 0 && second === 0);
}

/** The key identifier of an authority's extension, hexadecimal digits. Extensions as a list of nodes, for revocation lists. */
export function findAuthorityKeyIdentifier(extensions: readonly DerNode[], of: string): string | undefined {
  for (const node of extensions) {
    const parts = childrenOf(expectTag(node, derTag.sequence, of), of);
    if (readOid(parts[0], of) !== '2.5.29.35') continue;
    const value = readDer(expectTag(parts.at(-1), derTag.octetString, of).content, derTag.sequence, of);
    const identifier = childrenOf(value, of).find(({ tag }) => tag === 0x80);
    return identifier && bytesToHex(identifier.content);
  }
  return undefined;
}
