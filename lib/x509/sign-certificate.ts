import { createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import { Certificate, Extensions, SubjectPublicKeyInfo, TBSCertificate, Validity, Version } from '@peculiar/asn1-x509';
import { parseDer, serializeDer, signatureAlgorithm, signDer, toArrayBuffer } from './der';
import { toName, type Subject } from './distinguished-name';
import { keyIdentifierOf, parsePublicKey, publicKeyOf } from './keys';
import { extensionsOf, type CertificateProfile } from './profiles';

/** Who signs: an authority with its certificate. */
export interface Issuer {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
}

export interface SignCertificate {
  readonly profile: CertificateProfile;
  /** A text is a common name under `O=Chainworks`. */
  readonly subject: string | Subject;
  /** DER SubjectPublicKeyInfo of whom the certificate is for. */
  readonly publicKey: Uint8Array;
  /** Absent: a root, which signs itself. */
  readonly issuer: Issuer | { readonly privateKey: KeyObject };
  /** Of {@link createSerial}. */
  readonly serial: Uint8Array;
  /** Milliseconds since 1970; whole seconds count. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Where the issuer's revocation list can be fetched as DER. */
  readonly revocationsUrl?: string | undefined;
}

export const serialBytes = 20;

/** 20 bytes, positive, without leading zeros: 158 random bits (RFC 5280 section 4.1.2.2 allows 20 octets). */
export function createSerial(): Uint8Array {
  const serial = new Uint8Array(randomBytes(serialBytes));
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

/**
 * Signs a certificate of X.509 version 3 and gives its DER.
 * @throws X509Refusal when the public key is not P-256
 * @throws TypeError for what a caller must not ask: times the wrong way round, a bad name or serial
 */
export function signCertificate({ profile, subject: named, publicKey, issuer, serial, notBeforeMs, notAfterMs, revocationsUrl }: SignCertificate): Uint8Array<ArrayBuffer> {
  if (!(notAfterMs > notBeforeMs)) throw new TypeError('a certificate ends after it begins');
  if (serial.length !== serialBytes || (serial[0] ?? 0) === 0 || (serial[0] ?? 0) > 0x7f) throw new TypeError('a serial has 20 bytes and is positive');
  parsePublicKey(publicKey);
  const subject = toName(named);
  const issuerKey = publicKeyOf(createPublicKey(issuer.privateKey));
  const algorithm = signatureAlgorithm();
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: toArrayBuffer(serial),
    signature: algorithm,
    issuer: 'certificate' in issuer ? parseDer(issuer.certificate, Certificate, 'The issuer’s certificate').tbsCertificate.subject : subject,
    validity: new Validity({ notBefore: new Date(notBeforeMs), notAfter: new Date(notAfterMs) }),
    subject,
    subjectPublicKeyInfo: parseDer(publicKey, SubjectPublicKeyInfo, 'The public key'),
    extensions: new Extensions(extensionsOf(profile, { subject: keyIdentifierOf(publicKey), authority: keyIdentifierOf(issuerKey) }, revocationsUrl)),
  });
  const signatureValue = signDer(serializeDer(tbsCertificate), issuer.privateKey);
  return serializeDer(new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue }));
}
