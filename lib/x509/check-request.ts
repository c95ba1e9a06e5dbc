import type { KeyObject } from 'node:crypto';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { BasicConstraints, Extensions, id_ce_basicConstraints, id_ce_subjectAltName, SubjectAlternativeName } from '@peculiar/asn1-x509';
import { isOurSignatureAlgorithm, isSignedDer, parseDer, serializeDer } from './der';
import { commonNameOf } from './distinguished-name';
import { parsePublicKey } from './keys';
import { decodePem } from './pem';
import { X509Refusal } from './refusal';

/** An honest request has about 400 characters. */
export const requestCharactersMax = 8_192;

const extensionRequestOid = '1.2.840.113549.1.9.14';

/** What a request says, and wishes. Its key has been proven, its wishes have not. */
export interface RequestFacts {
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** The first of its subject; empty when there is none. */
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** It wants to be an authority. */
  readonly isAuthority: boolean;
}

/**
 * Checks a PKCS#10 request (PEM) and its proof of possession, and gives the public key that it asks for (DER
 * SubjectPublicKeyInfo). Its subject, names and attributes are not looked at.
 * @throws X509Refusal malformed, algorithm, signature
 */
export function checkRequest(pem: string): Uint8Array<ArrayBuffer> {
  return parseRequest(pem).publicKey;
}

/**
 * As {@link checkRequest}, with what the request wishes.
 * @throws X509Refusal malformed, algorithm, signature
 */
export function readRequest(pem: string): RequestFacts {
  const { publicKey, request } = parseRequest(pem);
  const { subject, attributes } = request.certificationRequestInfo;
  const values = [...(attributes ?? [])].filter(({ type }) => type === extensionRequestOid).flatMap((attribute) => attribute.values);
  if (values.length > 1) throw new X509Refusal('malformed', 'The request asks for extensions twice.');
  const extensions = values.flatMap((value) => [...parseDer(new Uint8Array(value), Extensions, 'The extensions of the request')]);
  const find = <T>(oid: string, type: new () => T): T | undefined => {
    const found = extensions.find(({ extnID }) => extnID === oid);
    return found && parseDer(new Uint8Array(found.extnValue.buffer), type, 'An extension of the request');
  };
  const names = [...(find(id_ce_subjectAltName, SubjectAlternativeName) ?? [])];
  return {
    publicKey,
    commonName: commonNameOf(subject),
    dnsNames: names.flatMap((name) => name.dNSName ?? []),
    ipAddresses: names.flatMap((name) => name.iPAddress ?? []),
    isAuthority: find(id_ce_basicConstraints, BasicConstraints)?.cA ?? false,
  };
}

function parseRequest(pem: string): { publicKey: Uint8Array<ArrayBuffer>; request: CertificationRequest } {
  const [der = new Uint8Array()] = decodePem(pem, 'CERTIFICATE REQUEST', { blocksMax: 1, charactersMax: requestCharactersMax });
  const request = parseDer(der, CertificationRequest, 'The certificate request');
  const { certificationRequestInfo } = request;
  const publicKey = serializeDer(certificationRequestInfo.subjectPKInfo);
  proveKey(der, request, parsePublicKey(publicKey));
  return { publicKey, request };
}

/** @throws X509Refusal algorithm, signature */
function proveKey(der: Uint8Array, { certificationRequestInfoRaw: tbs, signatureAlgorithm, signature }: CertificationRequest, key: KeyObject): void {
  if (!isOurSignatureAlgorithm(signatureAlgorithm)) throw new X509Refusal('algorithm', 'The request must be signed with ECDSA over SHA-256.');
  if (!isSignedDer(der, { tbs, signature, key })) {
    throw new X509Refusal('signature', 'The request is not signed with the key that it asks for.');
  }
}
