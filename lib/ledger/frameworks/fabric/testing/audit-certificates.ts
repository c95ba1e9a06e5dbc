import { verify, type KeyObject, type X509Certificate } from 'node:crypto';

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const DEPTH_MAX = 8;

interface Node {
  readonly tag: number;
  /** With its head. */
  readonly whole: Buffer;
  readonly content: Buffer;
}

/** The values one after another in DER. */
function listNodes(bytes: Buffer): Node[] {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.length; ) {
    const short = bytes.readUInt8(at + 1);
    const long = short & 0x80 ? short & 0x7f : 0;
    const length = long > 0 ? bytes.readUIntBE(at + 2, long) : short;
    const from = at + 2 + long;
    if (from + length > bytes.length) throw new Error('a structure is cut off');
    nodes.push({ tag: bytes.readUInt8(at), whole: bytes.subarray(at, from + length), content: bytes.subarray(from, from + length) });
    at = from + length;
  }
  return nodes;
}

function numberOf({ content }: Node): bigint {
  return BigInt(`0x${content.toString('hex')}`);
}

/** Subject of a certificate, as it stands in it. */
function subjectOf(certificate: X509Certificate): Buffer {
  const parts = listNodes(listNodes(listNodes(certificate.raw)[0]?.content ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0));
  // A version stands before the serial number, the algorithm, the issuer and the validity.
  const first = parts[0]?.tag === INTEGER ? 0 : 1;
  return parts[first + 4]?.whole ?? Buffer.alloc(0);
}

/** A certificate that an authority took back. */
interface RevocationList {
  readonly issuer: Buffer;
  readonly serials: ReadonlySet<bigint>;
  isSignedBy(key: KeyObject): boolean;
}

/** Signed with ECDSA over SHA-256, as fabric-ca does. */
export function readRevocationList(pem: Buffer): RevocationList {
  const base64 = pem.toString('latin1').replaceAll(/-----[^-]+-----|\s/g, '');
  const [signed, , signature] = listNodes(listNodes(Buffer.from(base64, 'base64'))[0]?.content ?? Buffer.alloc(0));
  const parts = listNodes(signed?.content ?? Buffer.alloc(0));
  const first = parts[0]?.tag === INTEGER ? 1 : 0;
  // The algorithm, the issuer and one or two times come before the list.
  const revoked = parts.slice(first + 2).find(({ tag }) => tag === SEQUENCE);
  const serials = listNodes(revoked?.content ?? Buffer.alloc(0)).map(({ content }) => listNodes(content)[0]);
  return {
    issuer: parts[first + 1]?.whole ?? Buffer.alloc(0),
    serials: new Set(serials.map((one) => (one === undefined ? -1n : numberOf(one)))),
    isSignedBy: (key) => verify('sha256', signed?.whole ?? Buffer.alloc(0), key, (signature?.content ?? Buffer.alloc(0)).subarray(1)),
  };
}

export interface Authorities {
  readonly roots: readonly X509Certificate[];
  readonly intermediates: readonly X509Certificate[];
  readonly revocationLists: readonly RevocationList[];
}

/** Whether a certificate leads to a root of these authorities, and none on the way is taken back. When it ends is not asked: that is for a clock. */
export function isTrusted(certificate: X509Certificate, authorities: Authorities, depth = 0): boolean {
  if (depth === DEPTH_MAX) return false;
  return [...authorities.roots, ...authorities.intermediates].some((issuer) => {
    if (!issuer.ca || certificate.issuer !== issuer.subject || !certificate.verify(issuer.publicKey)) return false;
    if (isRevoked(certificate, issuer, authorities)) return false;
    return authorities.roots.includes(issuer) || isTrusted(issuer, authorities, depth + 1);
  });
}

function isRevoked(certificate: X509Certificate, issuer: X509Certificate, { revocationLists }: Authorities): boolean {
  const serial = BigInt(`0x${certificate.serialNumber}`);
  return revocationLists.some((list) => list.serials.has(serial) && list.issuer.equals(subjectOf(issuer)) && list.isSignedBy(issuer.publicKey));
}
