import { blockCertificateSchema } from '@/lib/control/client';
import { z } from 'zod';

const hash = z.string();
const iso = z.iso.datetime();
/** Amount in the framework's smallest unit (Ethereum: wei), decimal digits: larger than a JavaScript number. */
const amount = z.string();

export const transactionSummarySchema = z.object({
  hash,
  height: z.number().int(),
  /** Position in its block. */
  index: z.number().int(),
  time: iso,
  from: z.string(),
  /** Null when the transaction creates a contract. */
  to: z.string().nullable(),
  value: amount,
  /** First four bytes of the call data, which name the contract's function; null for a plain transfer. */
  selector: z.string().nullable(),
});
export type TransactionSummary = z.infer<typeof transactionSummarySchema>;

export const blockViewSchema = z.object({
  height: z.number().int(),
  hash,
  parentHash: hash,
  time: iso,
  stateRoot: hash,
  transactionsRoot: hash,
  receiptsRoot: hash,
  gasUsed: z.number().int(),
  gasLimit: z.number().int(),
  sizeBytes: z.number().int(),
  transactions: z.array(transactionSummarySchema),
});
export type BlockView = z.infer<typeof blockViewSchema>;

export const blockSummarySchema = blockViewSchema.pick({ height: true, hash: true, time: true, gasUsed: true, sizeBytes: true }).extend({ transactionCount: z.number().int() });
export type BlockSummary = z.infer<typeof blockSummarySchema>;

export const ledgerPageSchema = z.object({
  /** Height of the newest block of the peer that answered; 0 is genesis. */
  height: z.number().int(),
  /** Newest first. */
  blocks: z.array(blockSummarySchema),
  transactions: z.array(transactionSummarySchema),
});
export type LedgerPage = z.infer<typeof ledgerPageSchema>;

export const logViewSchema = z.object({ index: z.number().int(), address: z.string(), topics: z.array(z.string()), data: z.string() });

export const transactionViewSchema = transactionSummarySchema.extend({
  blockHash: hash,
  type: z.number().int(),
  nonce: z.number().int(),
  input: z.string(),
  gasLimit: z.number().int(),
  gasUsed: z.number().int(),
  /** False: it was executed and undone (out of gas, reverted); its place in the block stays. */
  succeeded: z.boolean(),
  contractAddress: z.string().nullable(),
  logs: z.array(logViewSchema),
});
export type TransactionView = z.infer<typeof transactionViewSchema>;

/** What makes a block final. */
export const certificateViewSchema = blockCertificateSchema.extend({
  /** Name of the sub-chain, part of what is signed. */
  chain: z.string(),
  signatures: z.array(
    blockCertificateSchema.shape.signatures.element.extend({
      /** The signature holds and the key is the one that the sub-chain was opened with: checked by the portal. */
      valid: z.boolean(),
    }),
  ),
  /** So many different peers signed as the mode asks for: counted by the portal. */
  enough: z.boolean(),
  /** The bytes that each signature is over, hexadecimal. */
  statement: z.string(),
});
export type CertificateView = z.infer<typeof certificateViewSchema>;

/** Path parameters of the pages: a height in decimal digits or a block's hash; a transaction's hash. */
export const blockReferenceSchema = z.union([z.string().regex(/^(0|[1-9]\d{0,14})$/), z.string().regex(/^0x[0-9a-f]{64}$/i)]);
export const transactionHashSchema = z.string().regex(/^0x[0-9a-f]{64}$/i);

export const explorerKeys = {
  ledger: (applicationId: string) => ['explorer', applicationId] as const,
  block: (applicationId: string, reference: string) => ['explorer', applicationId, 'block', reference] as const,
  transaction: (applicationId: string, transactionHash: string) => ['explorer', applicationId, 'transaction', transactionHash] as const,
};
