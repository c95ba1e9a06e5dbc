import { getDb } from '@/lib/platform';

export interface MoneyBooksReport {
  /** Sum of all lines; anything but zero is a broken book. */
  sums: { book: string; currency: string; amountMinor: bigint }[];
  /** Prepaid accounts that paid back more than they took. */
  negativePrepaid: string[];
  /** Payments whose state and journal entries do not tell the same story. */
  paymentsWithoutEntry: string[];
  /** Charges at the test provider that no payment accounts for, or the reverse. */
  orphanedCharges: string[];
}

/** Adds the books up from the rows, independently of the verbs that wrote them. */
export async function checkMoneyBooks(): Promise<MoneyBooksReport> {
  const db = getDb();
  const [sums, negative, unmatched, charges] = await Promise.all([
    db.$queryRaw<{ book: string; currency: string; amountMinor: bigint }[]>`
      SELECT e.book::text AS book, l.currency, sum(l."amountMinor")::bigint AS "amountMinor"
      FROM "MoneyLine" l JOIN "MoneyEntry" e ON e.id = l."entryId" GROUP BY e.book, l.currency`,
    db.$queryRaw<{ code: string }[]>`
      SELECT a.code FROM "MoneyLine" l JOIN "MoneyAccount" a ON a.id = l."accountId"
      WHERE a.code LIKE 'prepaid:%' GROUP BY a.id, l.currency HAVING sum(l."amountMinor") > 0`,
    db.$queryRaw<{ id: string }[]>`
      SELECT p.id FROM "Payment" p
      WHERE (p.state IN ('SUCCEEDED', 'REFUNDED')) <> EXISTS (SELECT 1 FROM "MoneyEntry" e WHERE e.reference = 'payment:' || p.id)
         OR (p.state = 'REFUNDED') <> EXISTS (SELECT 1 FROM "MoneyEntry" e WHERE e.reference = 'refund:' || p.id)`,
    db.$queryRaw<{ key: string }[]>`
      SELECT COALESCE(c."idempotencyKey", p."idempotencyKey") AS key
      FROM "TestCharge" c FULL JOIN (SELECT * FROM "Payment" WHERE provider = 'test') p
        ON p."idempotencyKey" = c."idempotencyKey"
      WHERE (c.state = 'SUCCEEDED' AND (p.id IS NULL OR p.state = 'DECLINED'))
         OR (p.state IN ('SUCCEEDED', 'REFUNDED') AND c.state IS DISTINCT FROM 'SUCCEEDED')
         OR (p.state = 'REFUNDED' AND c."refundedAt" IS NULL)`,
  ]);
  return {
    sums,
    negativePrepaid: negative.map((row) => row.code),
    paymentsWithoutEntry: unmatched.map((row) => row.id),
    orphanedCharges: charges.map((row) => row.key),
  };
}
