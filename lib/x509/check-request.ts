import { CertificationRequest } from '@peculiar/asn1-csr';
import { isOurSignatureAlgorithm, isSignedDer, parseDer, serializeDer } from './der';
import { parsePublicKey } from './keys';
import { decodePem } from './pem';
import { X509Refusal } from './refusal';

/** An honest request has about 400 characters. */
export const requestCharactersMax = 8_192;

/**
 * Checks a PKCS#10 request (PEM) and its proof of possession, and gives the public key that it asks for (DER
 * SubjectPublicKeyInfo). Its subject, names and attributes are not looked at.
 * @throws X509Refusal malformed, algorithm, signature
 */
export function checkRequest(pem: string): Uint8Array<ArrayBuffer> {
  const [der = new Uint8Array()] = decodePem(pem, 'CERTIFICATE REQUEST', { blocksMax: 1, charactersMax: requestCharactersMax });
  const request = parseDer(der, CertificationRequest, 'The certificate request');
  const { certificationRequestInfo, certificationRequestInfoRaw, signatureAlgorithm, signature } = request;
  const publicKey = serializeDer(certificationRequestInfo.subjectPKInfo);
  const key = parsePublicKey(publicKey);
  if (!isOurSignatureAlgorithm(signatureAlgorithm)) throw new X509Refusal('algorithm', 'The request must be signed with ECDSA over SHA-256.');
  if (!isSignedDer(der, { tbs: certificationRequestInfoRaw, signature, key })) {
    throw new X509Refusal('signature', 'The request is not signed with the key that it asks for.');
  }
  return publicKey;
}
