import type { Card } from './card';

export interface ChargeRequest {
  /** The provider keeps it: a repeated call with one key gives the first answer and never charges twice. */
  idempotencyKey: string;
  amountMinor: bigint;
  /** ISO 4217. */
  currency: string;
  card: Card;
}

export type ChargeOutcome =
  | { state: 'succeeded'; providerRef: string }
  | { state: 'declined'; declineCode: string }
  /** No answer, or not decided yet: ask again with {@link PaymentProvider.find}; never charge under another key. */
  | { state: 'unknown' };

export interface RefundRequest {
  idempotencyKey: string;
  /** The charge that is given back whole. */
  providerRef: string;
  amountMinor: bigint;
  currency: string;
}

export type RefundOutcome = { state: 'refunded' } | { state: 'unknown' };

/**
 * Takes and gives back money. Implementations may throw or hang: the callers read both as `unknown`.
 * Never called inside a database transaction.
 */
export interface PaymentProvider {
  /** Stored on each payment. */
  readonly name: string;
  readonly book: 'TEST' | 'LIVE';
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  /** What became of the charge with this key; undefined when it has not arrived (it still might). */
  find(idempotencyKey: string): Promise<ChargeOutcome | undefined>;
  /**
   * Makes sure that this key charges nothing from now on. Gives the outcome of a charge that was already made, else
   * `declined` with code `not_received`; a request that arrives later is declined too.
   */
  cancel(idempotencyKey: string): Promise<ChargeOutcome>;
  refund(request: RefundRequest): Promise<RefundOutcome>;
}
