import type { ByteReader, ByteWriter } from '../codec';
import type { VerifySignature } from '../crypto';
import type { ChainId, Hash } from '../types';
import { quorumOf, VALIDATORS_MAX, type ChainRules } from './rules';
import { precommitStatement } from './statements';

/**
 * A finality certificate: that many validators committed to one block in one round that no other block of the height
 * can have as many. Valid only together with the rules of its height.
 */
export interface Certificate {
  readonly round: number;
  readonly signatures: readonly CertificateSignature[];
}

export interface CertificateSignature {
  /** Place among the validators of the height. Ascending within a certificate. */
  readonly validator: number;
  /** ECDSA P-256 over SHA-256 of `precommitStatement`, r and s as 64 bytes. */
  readonly signature: Uint8Array;
}

const SIGNATURE_BYTES_MAX = 128;

/** What is wrong with a certificate for this block, as a clause; undefined when it makes the block final. */
export function findCertificateFault(
  block: { readonly chain: ChainId; readonly height: number; readonly hash: Hash },
  { round, signatures }: Certificate,
  rules: ChainRules,
  verify: VerifySignature,
): string | undefined {
  const quorum = quorumOf(rules.finality, rules.validators.length);
  if (signatures.length < quorum) return `its certificate carries ${signatures.length} signatures where ${quorum} are needed`;
  const statement = precommitStatement(block.chain, block.height, round, block.hash);
  let last = -1;
  for (const { validator, signature } of signatures) {
    const signer = rules.validators[validator];
    if (validator <= last || signer === undefined) return 'its certificate names its signers wrongly';
    if (!verify(signer.publicKey, statement, signature)) return `its certificate carries a wrong signature of ${signer.name}`;
    last = validator;
  }
  return undefined;
}

export function writeCertificate(writer: ByteWriter, { round, signatures }: Certificate): void {
  writer.u32(round).list(signatures, ({ validator, signature }) => writer.u8(validator).bytes(signature));
}

export function readCertificate(reader: ByteReader): Certificate {
  const round = reader.u32();
  const signatures = reader.list(VALIDATORS_MAX, () => ({ validator: reader.u8(), signature: reader.bytes(SIGNATURE_BYTES_MAX) }));
  return { round, signatures };
}
