import { createHash } from 'node:crypto';
import { Fields } from './audit-fields';
import { listSigners } from './audit-channel';
import { deriveCommitHash, listChanged, listWritten } from './audit-commit-hash';
import { AuditedLedger } from './audit-ledger';
import { auditSignature } from './audit-signature';
import type { AuditedChange } from './audit-state';
import { auditTransaction, listForged, type AuditedTransaction } from './audit-transaction';

export interface Audit {
  readonly blocks: number;
  readonly transactions: number;
  /** How many signatures were verified: none is no proof. */
  readonly signatures: number;
  /** How many blocks' commit hashes were derived anew. */
  readonly commitHashes: number;
  /** How many transactions' policies and reads were derived anew: none, unless the blocks begin with the channel's first. */
  readonly judged: number;
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

/** One block, taken apart. */
interface Parts {
  readonly number: bigint;
  readonly header: Fields;
  readonly der: Buffer;
  readonly envelopes: readonly Buffer[];
  readonly slots: readonly Buffer[];
  /** One code a transaction. */
  readonly filter: Buffer;
}

function takeApart(bytes: Uint8Array): Parts {
  const block = new Fields(bytes);
  const header = block.message(1);
  const slots = block.message(3).list(1);
  return { number: header.number(1), header, der: headerDer(header), envelopes: block.message(2).list(1), slots, filter: slots[2] ?? Buffer.alloc(0) };
}

/** What an audit carries from block to block. */
class Auditor {
  readonly findings: string[] = [];
  transactions = 0;
  signatures = 0;
  commitHashes = 0;
  readonly #names = new Map<string, bigint>();
  #before: Parts | undefined;
  #commitHash: Buffer | undefined;
  #ledger: AuditedLedger | undefined;

  get judged(): number {
    return this.#ledger?.judged ?? 0;
  }

  audit(block: Parts): void {
    const transactions = block.envelopes.map(readOrNone);
    this.transactions += transactions.length;
    for (const one of transactions) this.signatures += one?.signatures ?? 0;
    this.#auditChain(block);
    this.#auditOrderer(block);
    const [first] = transactions;
    // Who is who, and what must be endorsed by whom, stands in block 0 and follows from there.
    if (block.number === 0n && first?.config !== undefined) this.#ledger = new AuditedLedger(first.channelId, first.config);
    const judged = this.#ledger?.block(block.number, transactions, block.filter);
    for (const words of judged?.findings ?? []) this.#say(block, words);
    this.#auditCommitHash(block, judged?.changes);
    if (judged === undefined) transactions.forEach((transaction, index) => this.#auditTransaction(block, transaction, index));
    this.#before = block;
  }

  #say(block: Parts, what: string): void {
    this.findings.push(`block ${block.number}: ${what}`);
  }

  #auditChain(block: Parts): void {
    const { number, header, envelopes, filter } = block;
    const before = this.#before;
    if (before !== undefined && number !== before.number + 1n) this.#say(block, `follows block ${before.number}`);
    if (before !== undefined && !header.bytes(2).equals(sha256(before.der))) this.#say(block, 'its previous hash is not that of the block before');
    if (number === 0n && header.bytes(2).length > 0) this.#say(block, 'has a block before it');
    if (!sha256(Buffer.concat(envelopes)).equals(header.bytes(3))) this.#say(block, 'its data hash is not that of its data');
    if (filter.length !== envelopes.length) this.#say(block, `has ${envelopes.length} transactions and ${filter.length} codes`);
  }

  #auditOrderer(block: Parts): void {
    const signed = new Fields(block.slots[0] ?? Buffer.alloc(0));
    const signatures = signed.messages(2);
    if (signatures.length === 0 && block.number > 0n) return this.#say(block, 'is signed by nobody');
    const held: Buffer[] = [];
    for (const one of signatures) {
      this.signatures += 1;
      const identity = new Fields(one.bytes(1)).bytes(1);
      const wrong = auditSignature(identity, Buffer.concat([signed.bytes(1), one.bytes(1), block.der]), one.bytes(2));
      if (wrong === undefined) held.push(identity);
      else this.#say(block, `its orderer's signature ${wrong}`);
    }
    const channel = this.#ledger?.channel;
    if (held.length === 0 || channel === undefined) return;
    if (!channel.policies.isSatisfied('/Channel/Orderer/BlockValidation', listSigners(channel, held))) this.#say(block, 'is signed by nobody who may');
  }

  #auditCommitHash(block: Parts, changes: readonly AuditedChange[] | undefined): void {
    const claimed = new Fields(block.slots[4] ?? Buffer.alloc(0)).bytes(1);
    const previous = block.number === 1n ? Buffer.alloc(0) : this.#commitHash;
    this.#commitHash = claimed.length > 0 ? claimed : undefined;
    if (claimed.length === 0 || previous === undefined) return;
    const writes = changes === undefined ? listWritten(block.number, block.envelopes, block.filter) : listChanged(changes);
    if (writes === undefined) return;
    this.commitHashes += 1;
    if (!deriveCommitHash(writes, block.filter, previous).equals(claimed)) this.#say(block, 'its commit hash is not that of its writes');
  }

  /** For blocks whose channel is not known. */
  #auditTransaction(block: Parts, transaction: AuditedTransaction | undefined, index: number): void {
    if (block.filter[index] !== VALID) return;
    if (transaction === undefined) return this.#say(block, `transaction ${index}: it cannot be read`);
    const { txId, findings, action } = transaction;
    for (const wrong of [...findings, ...(action === undefined ? [] : listForged(action))]) this.#say(block, `transaction ${index}: ${wrong}`);
    const first = this.#names.get(txId);
    if (txId !== '' && first !== undefined) this.#say(block, `transaction ${index}: block ${first} has one of the same name`);
    this.#names.set(txId, block.number);
  }
}

function readOrNone(envelope: Buffer): AuditedTransaction | undefined {
  try {
    return auditTransaction(envelope);
  } catch {
    // Bytes that are no messages: they may stand in a block, as what they are.
    return undefined;
  }
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/**
 * Audits consecutive blocks of one channel from their bytes alone: the chain of header hashes, data hashes, the
 * orderer's signatures, commit hashes where they are kept, and of every transaction its name, its creator's signature, its
 * proposal's hash and its endorsements. Of blocks that begin with the channel's first it also derives what should have
 * become of each transaction: whether certificates are the channel's, whether policies are met, whether reads still held.
 * Throws Error for bytes that are no blocks.
 */
export function auditBlocks(blocks: readonly Uint8Array[]): Audit {
  const auditor = new Auditor();
  for (const bytes of blocks) auditor.audit(takeApart(bytes));
  const { transactions, signatures, commitHashes, judged, findings } = auditor;
  return { blocks: blocks.length, transactions, signatures, commitHashes, judged, findings };
}
