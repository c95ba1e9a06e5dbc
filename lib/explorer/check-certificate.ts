import { quorumOf, validatorsOf, type BlockCertificate } from '@/lib/control';
import type { CertificateView } from './client';
import { finalityStatement, isFinalitySignature } from './finality-statement';

export interface KnownSubChain {
  /** Its name, part of what is signed. */
  readonly chain: string;
  /** Public keys of its peers by city node: DER SubjectPublicKeyInfo, base64. */
  readonly publicKeys: ReadonlyMap<string, string>;
}

/**
 * What a host says of a block's signatures, with what the portal makes of it: each signature is checked against the key
 * that the sub-chain was opened with, and signers are counted here. A host that shows one signature many times, or asks
 * for fewer than the mode does, is found out; which mode was in force at a height is its word.
 */
export function checkCertificate(certificate: BlockCertificate, { chain, publicKeys }: KnownSubChain): CertificateView {
  const statement = finalityStatement(chain, certificate);
  const signatures = certificate.signatures.map((one) => ({ ...one, valid: publicKeys.get(one.name) === one.publicKey && isFinalitySignature(statement, one) }));
  const { finality, quorum, validators } = certificate;
  const signers = new Set(signatures.flatMap(({ name, valid }) => (valid ? [name] : [])));
  const peers = publicKeys.size;
  const enough = quorum === quorumOf(finality, peers) && validators === validatorsOf(finality, peers) && signers.size >= quorum;
  return { chain, ...certificate, signatures, enough, statement: statement.toString('hex') };
}
