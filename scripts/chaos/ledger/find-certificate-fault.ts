import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { BlockView } from '@/lib/ledger';

/** Who may sign, and how many must. */
export interface Signers {
  readonly quorum: number;
  /** P-256, DER SubjectPublicKeyInfo, base64. */
  readonly publicKeys: readonly string[];
}

export interface CertifiedBlock {
  readonly header: Pick<BlockView['header'], 'chain' | 'height'>;
  readonly hash: string;
  readonly certificate: Pick<BlockView['certificate'], 'round'> & { readonly signatures: readonly Pick<BlockView['certificate']['signatures'][number], 'publicKey' | 'signature'>[] };
}

const keys = new Map<string, KeyObject>();

/**
 * What is wrong with the block's finality certificate, as a clause; undefined when a quorum has signed it. Written by the
 * document alone, without the engine's own check, so that one mistake is not made twice.
 */
export function findCertificateFault({ header, hash, certificate }: CertifiedBlock, { quorum, publicKeys }: Signers): string | undefined {
  const statement = statementOf(header.chain, header.height, certificate.round, hash);
  const signed = new Set<string>();
  for (const { publicKey, signature } of certificate.signatures) {
    const name = Buffer.from(publicKey).toString('base64');
    if (!publicKeys.includes(name)) return 'somebody signed who is no validator';
    const key = keys.get(name) ?? createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    keys.set(name, key);
    if (!verify('sha256', statement, { key, dsaEncoding: 'ieee-p1363' }, signature)) return 'a signature does not fit';
    signed.add(name);
  }
  return signed.size < quorum ? `${signed.size} signatures of validators where ${quorum} are needed` : undefined;
}

/** `chainworks/finality/1`, chain, height, round, hash: texts with their length (4 bytes), numbers big-endian. */
function statementOf(chain: string, height: number, round: number, hash: string): Buffer {
  const text = (value: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(value));
    return Buffer.concat([length, Buffer.from(value)]);
  };
  const numbers = Buffer.alloc(10);
  numbers.writeUIntBE(height, 0, 6);
  numbers.writeUInt32BE(round, 6);
  return Buffer.concat([text('chainworks/finality/1'), text(chain), numbers, Buffer.from(hash, 'hex')]);
}
