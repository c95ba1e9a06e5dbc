import {
  AuthorityKeyIdentifier,
  Certificate,
  CertificateList,
  CRLNumber,
  CRLReason,
  CRLReasons,
  id_ce_authorityKeyIdentifier,
  id_ce_cRLNumber,
  id_ce_cRLReasons,
  KeyIdentifier,
  RevokedCertificate,
  TBSCertList,
  Time,
  Version,
} from '@peculiar/asn1-x509';
import { parseDer, serializeDer, signatureAlgorithm, signDer, toArrayBuffer } from './der';
import { keyIdentifierOf, publicKeyOf } from './keys';
import { extension } from './profiles';
import type { Issuer } from './sign-certificate';

/** RFC 5280 section 5.3.1, as far as the product tells them apart: the key may go on, or it may not. */
export const revocationReasons = ['superseded', 'keyCompromise'] as const;
export type RevocationReason = (typeof revocationReasons)[number];

export interface SignRevocationList {
  readonly issuer: Issuer;
  /** Grows with every list of an issuer. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number;
  readonly revoked: readonly { /** Hexadecimal digits. */ readonly serial: string; readonly atMs: number; readonly reason?: RevocationReason }[];
}

/** Signs a complete revocation list (version 2) of what this issuer revoked, and gives its DER. */
export function signRevocationList({ issuer, number, thisUpdateMs, nextUpdateMs, revoked }: SignRevocationList): Uint8Array<ArrayBuffer> {
  const algorithm = signatureAlgorithm();
  const keyIdentifier = new KeyIdentifier(toArrayBuffer(keyIdentifierOf(publicKeyOf(issuer.privateKey))));
  const tbsCertList = new TBSCertList({
    version: Version.v2,
    signature: algorithm,
    issuer: parseDer(issuer.certificate, Certificate, 'The issuer’s certificate').tbsCertificate.subject,
    thisUpdate: new Time(thisUpdateMs),
    nextUpdate: new Time(nextUpdateMs),
    // An empty list is written by leaving it out (section 5.1.2.6).
    ...(revoked.length === 0 ? {} : { revokedCertificates: revoked.map(toEntry) }),
    crlExtensions: [extension(id_ce_authorityKeyIdentifier, false, new AuthorityKeyIdentifier({ keyIdentifier })), extension(id_ce_cRLNumber, false, new CRLNumber(number))],
  });
  const signature = signDer(serializeDer(tbsCertList), issuer.privateKey);
  return serializeDer(new CertificateList({ tbsCertList, signatureAlgorithm: algorithm, signature }));
}

function toEntry({ serial, atMs, reason }: SignRevocationList['revoked'][number]): RevokedCertificate {
  return new RevokedCertificate({
    userCertificate: toArrayBuffer(Buffer.from(serial, 'hex')),
    revocationDate: new Time(atMs),
    ...(reason === undefined ? {} : { crlEntryExtensions: [extension(id_ce_cRLReasons, false, new CRLReason(CRLReasons[reason]))] }),
  });
}
