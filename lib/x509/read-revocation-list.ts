import { AuthorityKeyIdentifier, CertificateList, CRLNumber, id_ce_authorityKeyIdentifier, id_ce_cRLNumber, id_ce_cRLReasons } from '@peculiar/asn1-x509';
import { isOurSignatureAlgorithm, isSignedDer, parseDer, serializeDer, toHex } from './der';
import { parsePublicKey } from './keys';
import { decodePem } from './pem';
import type { CertificateFacts } from './read-certificate';
import { X509Refusal } from './refusal';

/** What a revocation list says. */
export interface RevocationListFacts {
  readonly der: Uint8Array;
  /** DER of the issuer's name, hexadecimal digits. */
  readonly issuer: string;
  /** Key identifier of the authority that signed it, hexadecimal digits: names the list among others. */
  readonly authority: string;
  readonly number: number;
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number;
  /** Serials, hexadecimal digits. */
  readonly revoked: ReadonlySet<string>;
}

/** A list of 5,000 entries has about 250 kB. */
export const revocationsCharactersMax = 512 * 1024;
const listsMax = 8;
const nodesMax = 200_000;

/**
 * Reads revocation lists from PEM, one block each. Says nothing about who signed them.
 * @throws X509Refusal malformed
 */
export function readRevocationLists(pem: string): RevocationListFacts[] {
  return decodePem(pem, 'X509 CRL', { blocksMax: listsMax, charactersMax: revocationsCharactersMax }).map(readRevocationList);
}

/** @throws X509Refusal malformed, usage */
export function readRevocationList(der: Uint8Array): RevocationListFacts {
  const { tbsCertList: tbs } = parseList(der);
  const extensions = tbs.crlExtensions ?? [];
  const entries = tbs.revokedCertificates ?? [];
  // Such as "only some reasons" or "only changes": read as a complete list, it would hide what is revoked elsewhere.
  const isUnknown = [...extensions, ...entries.flatMap((entry) => entry.crlEntryExtensions ?? [])].some(({ critical, extnID }) => critical && extnID !== id_ce_cRLReasons);
  if (isUnknown) throw new X509Refusal('usage', 'The revocation list demands an extension that is not understood here.');
  const find = <T>(oid: string, type: new () => T): T | undefined => {
    const found = extensions.find(({ extnID }) => extnID === oid);
    return found && parseDer(new Uint8Array(found.extnValue.buffer), type, 'An extension of the revocation list');
  };
  const authority = find(id_ce_authorityKeyIdentifier, AuthorityKeyIdentifier)?.keyIdentifier;
  const number = Number(find(id_ce_cRLNumber, CRLNumber)?.value);
  if (!authority || !tbs.nextUpdate || !Number.isSafeInteger(number) || number < 0) {
    throw new X509Refusal('malformed', 'The revocation list lacks its number, its authority or its next update.');
  }
  return {
    der,
    issuer: toHex(serializeDer(tbs.issuer)),
    authority: toHex(authority.buffer),
    number,
    thisUpdateMs: tbs.thisUpdate.getTime().getTime(),
    nextUpdateMs: tbs.nextUpdate.getTime().getTime(),
    revoked: new Set(entries.map(({ userCertificate }) => toHex(userCertificate))),
  };
}

/** True when this authority may sign lists and signed this one. */
export function isListOf(list: RevocationListFacts, authority: CertificateFacts): boolean {
  if (list.issuer !== authority.subject || list.authority !== authority.keyIdentifier || !authority.keyUsage.includes('crlSign')) return false;
  const { tbsCertListRaw: tbs, tbsCertList, signature } = parseList(list.der);
  return isOurSignatureAlgorithm(tbsCertList.signature) && isSignedDer(list.der, { tbs, signature, key: parsePublicKey(authority.publicKey) });
}

function parseList(der: Uint8Array): CertificateList {
  return parseDer(der, CertificateList, 'The revocation list', nodesMax);
}
