import { findAuthorityKeyIdentifier } from './certificate';
import { childrenOf, derTag, expectTag, readInteger, type DerNode } from './der';
import { toCanonical } from './ecdsa-signature';
import { readPem } from './pem';
import { FabricRefusal } from './refusal';
import { isEcdsaSigned, readSigned, type SignedStructure } from './signed-structure';

export interface RevocationList {
  readonly signed: SignedStructure;
  /** Key identifier of the authority that says it, hexadecimal digits. */
  readonly authority: string;
  /** Serial numbers. Dates are not read: revocation holds from the configuration on (msp/mspimplvalidate.go). */
  readonly serials: ReadonlySet<bigint>;
}

const revocationListBytesMax = 4 * 1024 * 1024;

const what = 'The revocation list';

/** A list as PEM or DER. @throws FabricRefusal malformed, limit */
export function readRevocationList(bytes: Uint8Array): RevocationList {
  const signed = readSigned(toDer(bytes), what);
  const rest = childrenOf(signed.toBeSigned, what);
  if (rest[0]?.tag === derTag.integer) rest.shift();
  const [, issuer, thisUpdate, ...optional] = rest;
  expectTag(issuer, derTag.sequence, what);
  if (!isTime(thisUpdate)) throw new FabricRefusal('malformed', `${what} has no time`);
  const revoked = optional.find(({ tag }) => tag === derTag.sequence);
  const holder = optional.find(({ tag }) => tag === 0xa0);
  const extensions = holder ? childrenOf(expectTag(childrenOf(holder, what)[0], derTag.sequence, what), what) : [];
  const authority = findAuthorityKeyIdentifier(extensions, what);
  // Fabric takes the list and then refuses every identity of the organisation: better to hear it here.
  if (authority === undefined) throw new FabricRefusal('not-allowed', 'could not obtain Authority Key Identifier for crl: issue the list with that extension');
  const entries = revoked ? childrenOf(revoked, what) : [];
  const signature = isEcdsaSigned(signed) ? toCanonical(signed.signature) : signed.signature;
  return { signed: { ...signed, signature }, authority, serials: new Set(entries.map((entry) => readInteger(childrenOf(expectTag(entry, derTag.sequence, what), what)[0], what))) };
}

function toDer(bytes: Uint8Array): Uint8Array {
  if (bytes.length > revocationListBytesMax) throw new FabricRefusal('limit', `${what} is larger than ${revocationListBytesMax} bytes`);
  if (!Buffer.from(bytes.subarray(0, 11)).equals(Buffer.from('-----BEGIN '))) return bytes;
  const block = readPem(bytes, revocationListBytesMax, what);
  if (block?.label !== 'X509 CRL') throw new FabricRefusal('malformed', `${what} is no PEM of an X509 CRL`);
  return block.der;
}

const isTime = (node: DerNode | undefined): boolean => node?.tag === derTag.utcTime || node?.tag === derTag.generalizedTime;
