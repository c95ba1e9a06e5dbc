import { createHash } from 'node:crypto';
import { Fields } from './audit-fields';
import { auditSignature } from './audit-signature';
import { auditTransaction } from './audit-transaction';

export interface Audit {
  readonly blocks: number;
  readonly transactions: number;
  /** How many signatures were verified: none is no proof. */
  readonly signatures: number;
  /** What is wrong, one sentence each; empty when everything holds. */
  readonly findings: readonly string[];
}

const VALID = 0;

/** DER of a length of any size that a block has. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

function headerDer(header: Fields): Buffer {
  let number = header.number(1).toString(16);
  number = number.length % 2 === 0 ? number : `0${number}`;
  const digits = Buffer.from(/^[89a-f]/.test(number) ? `00${number}` : number, 'hex');
  const parts: Uint8Array[] = [Buffer.of(2, digits.length), digits];
  for (const hash of [header.bytes(2), header.bytes(3)]) parts.push(Buffer.of(4), lengthOf(hash.length), hash);
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(0x30), lengthOf(body.length), body]);
}

/**
 * Audits consecutive blocks of one channel from their bytes alone: the chain of header hashes, data hashes, the
 * orderer's signatures, and of every transaction that is said to be valid its name, its creator's signature, its
 * proposal's hash and its endorsements. Whether a certificate is anybody's, a policy is met or a read still held is not
 * asked. Throws Error for bytes that are no blocks.
 */
export function auditBlocks(blocks: readonly Uint8Array[]): Audit {
  const findings: string[] = [];
  const names = new Map<string, bigint>();
  let [transactions, signatures] = [0, 0];
  let before: { readonly number: bigint; readonly hash: Buffer } | undefined;
  for (const bytes of blocks) {
    const block = new Fields(bytes);
    const header = block.message(1);
    const number = header.number(1);
    const say = (what: string) => findings.push(`block ${number}: ${what}`);
    if (before !== undefined && number !== before.number + 1n) say(`follows block ${before.number}`);
    if (before !== undefined && !header.bytes(2).equals(before.hash)) say('its previous hash is not that of the block before');
    if (number === 0n && header.bytes(2).length > 0) say('has a block before it');
    const der = headerDer(header);
    before = { number, hash: createHash('sha256').update(der).digest() };
    const envelopes = block.message(2).list(1);
    if (!createHash('sha256').update(Buffer.concat(envelopes)).digest().equals(header.bytes(3))) say('its data hash is not that of its data');
    const slots = block.message(3).list(1);
    const signed = new Fields(slots[0] ?? Buffer.alloc(0));
    const ordererSignatures = signed.list(2).map((one) => new Fields(one));
    if (ordererSignatures.length === 0 && number > 0n) say('is signed by nobody');
    for (const one of ordererSignatures) {
      const wrong = auditSignature(new Fields(one.bytes(1)).bytes(1), Buffer.concat([signed.bytes(1), one.bytes(1), der]), one.bytes(2));
      signatures += 1;
      if (wrong !== undefined) say(`its orderer's signature ${wrong}`);
    }
    const filter = slots[2] ?? Buffer.alloc(0);
    if (filter.length !== envelopes.length) say(`has ${envelopes.length} transactions and ${filter.length} codes`);
    envelopes.forEach((envelope, index) => {
      transactions += 1;
      if (filter[index] !== VALID) return;
      const audited = auditTransaction(envelope);
      signatures += audited.signatures;
      for (const wrong of audited.findings) say(`transaction ${index}: ${wrong}`);
      const first = names.get(audited.txId);
      if (audited.txId !== '' && first !== undefined) say(`transaction ${index}: block ${first} has one of the same name`);
      names.set(audited.txId, number);
    });
  }
  return { blocks: blocks.length, transactions, signatures, findings };
}
