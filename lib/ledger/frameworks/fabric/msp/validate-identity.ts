import { createHash } from 'node:crypto';
import { bytesToHex } from '@/lib/platform/pure/bytes';
import type { Certificate } from './certificate';
import { findChain, type AuthorityPool } from './find-chain';
import type { Identity, KnownUnit, Msp } from './msp';
import type { RevocationList } from './revocation-list';
import { isSignedWith } from './signed-structure';

interface Verdict {
  /** Why it is not valid. */
  readonly reason: string | undefined;
  /** Hash of the path of authorities above it, hexadecimal digits; undefined when there is none. */
  readonly certifiers: string | undefined;
  /** The authority that issued it; undefined when there is no chain. */
  readonly parent: Certificate | undefined;
}

/** Neither an identity nor its MSP changes, so that one look is enough. */
const verdicts = new WeakMap<Identity, Verdict>();

/**
 * Is the identity valid under its MSP? Undefined when it is, else the reason in Fabric's words. Expiry is not looked at:
 * Fabric validates as of one second after the certificate begins, so that every peer comes to the same result at any time
 * (msp/mspimplvalidate.go); `checkExpiry` is asked where a clock or the block's time may speak.
 */
export function validateIdentity(identity: Identity): string | undefined {
  return judge(identity).reason;
}

/** The units of an identity, each with the path of authorities that stand behind it. Empty when there is no such path. */
export function unitsOf(identity: Identity): readonly KnownUnit[] {
  const { certifiers } = judge(identity);
  return certifiers === undefined ? [] : identity.certificate.organizationalUnits.map((unit) => ({ unit, certifiers }));
}

/** The authority that issued the identity's certificate; undefined when it leads to no root. */
export function issuerOf(identity: Identity): Certificate | undefined {
  return judge(identity).parent;
}

function judge(identity: Identity): Verdict {
  const known = verdicts.get(identity);
  if (known) return known;
  const verdict = judgeAnew(identity);
  verdicts.set(identity, verdict);
  return verdict;
}

function judgeAnew({ msp, certificate }: Identity): Verdict {
  const result = certificationChain(msp, certificate);
  if ('reason' in result) return { reason: `could not obtain certification chain: ${result.reason}`, certifiers: undefined, parent: undefined };
  const { parent } = result;
  const certifiers = hashOfPath(msp, result.chain.slice(1));
  const revoked = checkRevocation(certificate, parent, msp.revocationLists);
  if (revoked !== undefined) return { reason: `could not validate identity against certification chain: ${revoked}`, certifiers, parent };
  const units = checkRequiredUnits(msp, certificate, certifiers) ?? checkNodeUnits(msp, certificate, certifiers);
  return { reason: units && `could not validate identity's OUs: ${units}`, certifiers, parent };
}

type Certification = { readonly chain: readonly Certificate[]; readonly parent: Certificate } | { readonly reason: string };

function certificationChain(msp: Msp, certificate: Certificate): Certification {
  // An authority that acts as a member would speak for everybody below it.
  if (certificate.isAuthority) return { reason: 'An X509 certificate with Basic Constraint: Certificate Authority equals true cannot be used as an identity' };
  const result = findChain(certificate, msp);
  if ('reason' in result) return { reason: `failed getting validation chain: ${result.reason}` };
  const [, parent] = result.chain;
  if (!parent) return { reason: 'expected a chain of length at least 2, got 1' };
  if (msp.innerAuthorities.has(bytesToHex(parent.der))) return { reason: 'invalid validation chain. Parent certificate should be a leaf of the certification tree' };
  return { chain: result.chain, parent };
}

/** Hash of the certificates of a path, hexadecimal digits (getCertificationChainIdentifierFromChain). */
export function hashOfPath({ identityHash }: Pick<Msp, 'identityHash'>, path: readonly Certificate[]): string {
  const hash = createHash(identityHash);
  for (const { der } of path) hash.update(der);
  return hash.digest('hex');
}

/** A list counts when the authority that issued the certificate signed it. */
function checkRevocation({ serial }: Certificate, parent: Certificate, lists: readonly RevocationList[]): string | undefined {
  if (parent.keyIdentifier === undefined) return 'could not obtain Subject Key Identifier for signer cert: subjectKeyIdentifier not found in certificate';
  const isRevoked = lists.some((list) => list.authority === parent.keyIdentifier && list.serials.has(serial) && isSignedWith(list.signed, parent.publicKey));
  return isRevoked ? 'The certificate has been revoked' : undefined;
}

function checkRequiredUnits({ id, requiredUnits }: Msp, { organizationalUnits: units }: Certificate, certifiers: string): string | undefined {
  if (requiredUnits.size === 0 || units.some((unit) => requiredUnits.get(unit)?.has(certifiers))) return undefined;
  if (units.length === 0) return 'the identity certificate does not contain an Organizational Unit (OU)';
  return `none of the identity's organizational units ${list(units, certifiers)} are in MSP ${id}`;
}

/** Exactly one role. */
function checkNodeUnits({ id, nodeUnits }: Msp, { organizationalUnits: units }: Certificate, certifiers: string): string | undefined {
  if (!nodeUnits) return undefined;
  const known = new Map([...nodeUnits.values()].map((unit) => [unit.unit, unit]));
  let roles = 0;
  for (const unit of units) {
    const role = known.get(unit);
    if (!role) continue;
    if (role.certifiers !== undefined && role.certifiers !== certifiers) return `certifiersIdentifier does not match: ${list(units, certifiers)}, MSP: [${id}]`;
    roles += 1;
  }
  if (roles === 1) return undefined;
  if (roles === 0) return `the identity does not have an OU that resolves to client, peer, orderer, or admin role. OUs: ${list(units, certifiers)}, MSP: [${id}]`;
  return `the identity must have a client, a peer, an orderer, or an admin OU role to be valid, not a combination of them. OUs: ${list(units, certifiers)}, MSP: [${id}]`;
}

const list = (units: readonly string[], certifiers: string): string => `[${units.map((unit) => `${unit}(${certifiers.slice(0, 16).toUpperCase()})`).join(' ')}]`;

/** An authority of the MSP itself: its chain, and that nobody above revoked it. Undefined when it is in order. */
export function validateAuthority(certificate: Certificate, pool: AuthorityPool, lists: readonly RevocationList[]): string | undefined {
  const result = findChain(certificate, pool);
  if ('reason' in result) return `could not obtain certification chain: ${result.reason}`;
  const [, parent] = result.chain;
  return parent && checkRevocation(certificate, parent, lists);
}
