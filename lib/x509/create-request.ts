import { createPublicKey, type KeyObject } from 'node:crypto';
import { Attributes, CertificationRequest, CertificationRequestInfo } from '@peculiar/asn1-csr';
import { SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import { parseDer, serializeDer, signatureAlgorithm, signDer } from './der';
import { toName } from './distinguished-name';
import { publicKeyOf } from './keys';
import { encodePem } from './pem';

/** A PKCS#10 request as PEM, signed with the key that it asks for. It carries no wishes: the authority decides the names. */
export function createRequest(privateKey: KeyObject, commonName: string): string {
  const certificationRequestInfo = new CertificationRequestInfo({
    subject: toName(commonName),
    subjectPKInfo: parseDer(publicKeyOf(createPublicKey(privateKey)), SubjectPublicKeyInfo, 'The public key'),
    attributes: new Attributes([]),
  });
  const signature = signDer(serializeDer(certificationRequestInfo), privateKey);
  return encodePem('CERTIFICATE REQUEST', serializeDer(new CertificationRequest({ certificationRequestInfo, signatureAlgorithm: signatureAlgorithm(), signature })));
}
