import type { AuditEntry } from '@/lib/audit';
import type { Tx } from '@/lib/platform';

/** Who acts, for the audit row. */
export type Actor = AuditEntry['actor'];

export interface InvoiceReference {
  invoiceId: string;
  applicationId: string;
  organisationId: string;
}

/**
 * What an invoice is for. Billing lies below the rooms that sell something, so they hand in what has to happen to
 * their row in the very transaction that settles the money: both are true, or neither.
 */
export interface InvoiceSubject {
  /** The invoice has just been paid. Throwing undoes the settling; the sweep tries again. */
  paid(tx: Tx, invoice: InvoiceReference & { actor: Actor }): Promise<void>;
}
