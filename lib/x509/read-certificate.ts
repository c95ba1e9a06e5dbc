import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  KeyUsage,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import { isOurSignatureAlgorithm, isSignedDer, parseDer, serializeDer, toHex } from './der';
import { commonNameOf } from './distinguished-name';
import { parsePublicKey } from './keys';
import { X509Refusal } from './refusal';

/** What a certificate says. Nothing of it is believed before its chain is verified. */
export interface CertificateFacts {
  readonly der: Uint8Array;
  /** Hexadecimal digits. */
  readonly serial: string;
  readonly commonName: string;
  /** DER of the names, hexadecimal digits, for comparison. */
  readonly subject: string;
  readonly issuer: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Hexadecimal digits. */
  readonly keyIdentifier: string | undefined;
  readonly authorityKeyIdentifier: string | undefined;
  readonly isAuthority: boolean;
  /** How many authorities may stand between it and an end. */
  readonly pathLength: number | undefined;
  readonly keyUsage: ReturnType<KeyUsage['toJSON']>;
  /** Object identifiers; empty when the extension is absent. */
  readonly extendedKeyUsage: readonly string[];
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

const certificateBytesMax = 16 * 1024;

/** Extensions that are understood here; a critical one beside them makes the certificate unusable (RFC 5280 section 4.2). */
const understood = new Set<string>([id_ce_basicConstraints, id_ce_keyUsage, id_ce_extKeyUsage, id_ce_subjectAltName, id_ce_subjectKeyIdentifier, id_ce_authorityKeyIdentifier]);

/**
 * Reads a certificate (DER). Says nothing about who signed it.
 * @throws X509Refusal malformed, algorithm, usage
 */
export function readCertificate(der: Uint8Array): CertificateFacts {
  const { tbsCertificate: tbs } = parseCertificate(der);
  const publicKey = serializeDer(tbs.subjectPublicKeyInfo);
  parsePublicKey(publicKey);
  const extensions = tbs.extensions ?? [];
  const unknown = extensions.find(({ critical, extnID }) => critical && !understood.has(extnID));
  if (unknown) throw new X509Refusal('usage', `The certificate demands an extension that is not understood here (${unknown.extnID}).`);
  if (new Set(extensions.map(({ extnID }) => extnID)).size !== extensions.length) throw new X509Refusal('malformed', 'The certificate holds an extension twice.');
  const find = <T>(oid: string, type: new () => T): T | undefined => {
    const found = extensions.find(({ extnID }) => extnID === oid);
    return found && parseDer(new Uint8Array(found.extnValue.buffer), type, 'An extension of the certificate');
  };
  const constraints = find(id_ce_basicConstraints, BasicConstraints);
  const names = [...(find(id_ce_subjectAltName, SubjectAlternativeName) ?? [])];
  const keyIdentifier = find(id_ce_subjectKeyIdentifier, SubjectKeyIdentifier);
  const authority = find(id_ce_authorityKeyIdentifier, AuthorityKeyIdentifier)?.keyIdentifier;
  return {
    der,
    serial: toHex(tbs.serialNumber),
    commonName: commonNameOf(tbs.subject),
    subject: toHex(serializeDer(tbs.subject)),
    issuer: toHex(serializeDer(tbs.issuer)),
    notBeforeMs: tbs.validity.notBefore.getTime().getTime(),
    notAfterMs: tbs.validity.notAfter.getTime().getTime(),
    publicKey,
    keyIdentifier: keyIdentifier && toHex(keyIdentifier.buffer),
    authorityKeyIdentifier: authority && toHex(authority.buffer),
    isAuthority: constraints?.cA ?? false,
    pathLength: constraints?.pathLenConstraint,
    keyUsage: find(id_ce_keyUsage, KeyUsage)?.toJSON() ?? [],
    extendedKeyUsage: [...(find(id_ce_extKeyUsage, ExtendedKeyUsage) ?? [])],
    uris: names.flatMap((name) => name.uniformResourceIdentifier ?? []),
    dnsNames: names.flatMap((name) => name.dNSName ?? []),
    ipAddresses: names.flatMap((name) => name.iPAddress ?? []),
  };
}

/** True when this authority's key signed the certificate. */
export function isSignedBy(certificate: CertificateFacts, authority: CertificateFacts): boolean {
  const { tbsCertificateRaw: tbs, tbsCertificate, signatureValue: signature } = parseCertificate(certificate.der);
  return isOurSignatureAlgorithm(tbsCertificate.signature) && isSignedDer(certificate.der, { tbs, signature, key: parsePublicKey(authority.publicKey) });
}

function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > certificateBytesMax) throw new X509Refusal('malformed', `The certificate is larger than ${certificateBytesMax} bytes.`);
  return parseDer(der, Certificate, 'The certificate');
}
